import { z } from "zod";

/** One stage of an analysis; stages overlap. */
export const stageSchema = z.object({
  /** `inspect`, `decode`, `preprocess`, `detectors` (all local ones), the id of a remote detector, `knowledge` or `vision`. */
  stage: z.string(),
  elapsed_ms: z.number().nonnegative(),
  /** Money spent on a paid model, in US dollars; absent for what costs nothing or does not tell. */
  cost_usd: z.number().nonnegative().optional(),
});
/** See {@link stageSchema}. */
export type Stage = z.infer<typeof stageSchema>;

/** What the stages cost together, in US dollars. */
export function costOfStages(stages: readonly Stage[]): number {
  return stages.reduce((sum, { cost_usd = 0 }) => sum + cost_usd, 0);
}
