import type { Detection } from "../detection/detection.ts";
import { type ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { VisionAnswer, VisionModel, VisionRequest } from "./vision-model.ts";

/** What became of a vision model, as a detection that is not calibrated yet. */
export function visionDetection({
  model: { id, version },
  outcome,
  timedOut,
  elapsed_ms,
}: {
  model: Pick<VisionModel, "id" | "version">;
  request: VisionRequest;
  info: ImageInfo;
  outcome: VisionAnswer | ArtGuardError;
  timedOut: boolean;
  elapsed_ms: number;
}): Detection {
  const identity = { id, family: "vision" as const, version, score: null, regions: [], elapsed_ms };
  if (isArtGuardError(outcome))
    return { ...identity, status: timedOut ? "timed_out" : "failed", findings: [], error: outcome.toJSON() };
  const findings = outcome.findings.map(({ claim, direction, limitation }, index) => ({
    code: `seen-${index + 1}`,
    claim,
    direction,
    limitation,
  }));
  return { ...identity, status: "ok", statistic: outcome.likelihood, findings, measurements: { ...outcome.details } };
}
