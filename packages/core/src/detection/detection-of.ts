import type { Detection } from "./detection.ts";
import type { DetectorRun } from "./run-detector.ts";

/**
 * A run as the record keeps it, not calibrated yet.
 *
 * @example
 * const detection = detectionOf({ id: "of-my-own", family: "noise", version: "1", status: "ok", observation, elapsed_ms: 7 });
 */
export function detectionOf(run: DetectorRun): Detection {
  const { observation, reason, error, ...identity } = run;
  return {
    ...identity,
    score: null,
    ...(observation && {
      statistic: observation.statistic,
      ...(observation.decisive !== undefined && { decisive: observation.decisive }),
      ...(observation.heatmap && { heatmap: observation.heatmap }),
      ...(observation.measurements && { measurements: observation.measurements }),
    }),
    regions: observation?.regions ?? [],
    findings: observation?.findings ?? [],
    ...(reason !== undefined && { reason }),
    ...(error && { error }),
  };
}
