import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";

/** The error of an analysis that its caller stopped. */
export function abandoned(cause?: unknown): ArtGuardError {
  return new ArtGuardError("analysis.aborted", "the analysis was stopped by its caller", { cause });
}

/** Whatever was thrown, with a code. */
export function asTyped(error: unknown): ArtGuardError {
  if (isArtGuardError(error)) return error;
  return new ArtGuardError("detection.failed", error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
