import { ArtGuardError, type ErrorRecord, isArtGuardError } from "../errors/artguard-error.ts";
import type { EvidenceFamily, Heatmap, Observation } from "./detection.ts";
import type { Detector, ForensicImage } from "./detector.ts";

/** How one detector ended, before calibration. */
export interface DetectorRun {
  readonly id: string;
  readonly family: EvidenceFamily;
  readonly version: string;
  readonly status: "ok" | "not_applicable" | "failed" | "timed_out" | "skipped";
  /** Only when `status` is `ok`. */
  readonly observation?: Observation;
  /** Why it is not applicable. */
  readonly reason?: string;
  readonly error?: ErrorRecord;
  readonly elapsed_ms: number;
}

/** Runs a detector; whatever it throws or returns becomes a {@link DetectorRun}, never an exception. */
export async function runDetector(
  detector: Detector,
  image: ForensicImage,
  options: { signal: AbortSignal },
): Promise<DetectorRun> {
  const started = performance.now();
  const ended = (outcome: Pick<DetectorRun, "status"> & Partial<DetectorRun>): DetectorRun => ({
    ...identityOf(detector),
    elapsed_ms: performance.now() - started,
    ...outcome,
  });
  try {
    const result = await detector.detect(image, options);
    if (!result.applicable) return ended({ status: "not_applicable", reason: result.reason });
    assertObservation(result, image.raster);
    return ended({ status: "ok", observation: result });
  } catch (error) {
    return ended({ status: "failed", error: detectionFailure(error).toJSON() });
  }
}

/** A run that ended without the detector's own doing. */
export function endedRun(
  detector: Pick<Detector, "id" | "family" | "version">,
  status: "failed" | "timed_out" | "skipped",
  message: string,
  elapsed_ms: number,
): DetectorRun {
  const code = status === "failed" ? "detection.failed" : "detection.timed-out";
  return { ...identityOf(detector), status, error: new ArtGuardError(code, message).toJSON(), elapsed_ms };
}

/** What a run repeats of its detector. */
export function identityOf({ id, family, version }: Pick<Detector, "id" | "family" | "version">) {
  return { id, family, version };
}

/** Whatever a detector threw, with a code. */
export function detectionFailure(error: unknown): ArtGuardError {
  if (isArtGuardError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ArtGuardError("detection.failed", `the detector threw: ${message}`, { cause: error });
}

/** Refuses numbers that would poison the fusion. @throws ArtGuardError `detection.failed` */
export function assertObservation({ statistic, heatmap, findings, decisive }: Observation, raster: Size): void {
  if (!Number.isFinite(statistic)) throw broken(`its statistic is ${statistic}`);
  if (heatmap) assertHeatmap(heatmap, raster);
  if (decisive !== undefined && !findings.some(({ code }) => code === decisive))
    throw broken(`it has no finding "${decisive}"`);
}

type Size = Pick<ForensicImage["raster"], "width" | "height">;

function assertHeatmap({ width, height, scale, data }: Heatmap, raster: Size): void {
  const fits = width === Math.ceil(raster.width / scale) && height === Math.ceil(raster.height / scale);
  if (!fits || data.length !== width * height)
    throw broken(`its heat map of ${width}×${height} cells does not cover the image`);
  for (const value of data) if (!(value >= 0 && value <= 1)) throw broken(`its heat map holds ${value}`);
}

function broken(message: string): ArtGuardError {
  return new ArtGuardError("detection.failed", `the detector's observation is not valid: ${message}`);
}
