import { ArtGuardError } from "../errors/artguard-error.ts";

/** The states of an analysis (spec, table 1). */
export const analysisStatuses = ["PENDING", "PROCESSING", "COMPLETED", "FAILED"] as const;
/** One of {@link analysisStatuses}. */
export type AnalysisStatus = (typeof analysisStatuses)[number];

/** Which states may follow which; COMPLETED and FAILED are final. */
export const analysisTransitions: Readonly<Record<AnalysisStatus, readonly AnalysisStatus[]>> = {
  PENDING: ["PROCESSING", "FAILED"],
  PROCESSING: ["COMPLETED", "FAILED"],
  COMPLETED: [],
  FAILED: [],
};

/**
 * Refuses a change of status that the lifecycle does not know.
 *
 * @throws ArtGuardError `analysis.illegal-transition`
 * @example
 * assertTransition("PENDING", "PROCESSING");
 */
export function assertTransition(from: AnalysisStatus, to: AnalysisStatus): void {
  if (analysisTransitions[from].includes(to)) return;
  throw new ArtGuardError("analysis.illegal-transition", `an analysis cannot go from ${from} to ${to}`, {
    details: { from, to },
  });
}
