import { z } from "zod";
import { type Verdict, verdicts } from "../fusion/verdict.ts";
import { type AnalysisStatus, analysisStatuses } from "./lifecycle.ts";
import { epochMillisecondsSchema } from "./time.ts";

/** Counters of one day are spread over this many items, so that completions do not queue for one. */
export const counterShards = 8;

const count = z.number().optional();
const statusCounters = countersOf("status", analysisStatuses);
const verdictCounters = countersOf("verdict", verdicts);
const histogramCounters = countersOf("score", ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90"] as const);

/**
 * Sums over the analyses that were created on one UTC day, one shard of them. They change in the transaction that
 * changes the record, so they are exact; a deleted or expired record stays counted.
 */
export const analysisCounterSchema = z.object({
  /** `COUNT#<shard>`. */
  request_id: z.string().regex(/^COUNT#\d+$/),
  /** Midnight, UTC, of the day counted. */
  created_at: epochMillisecondsSchema,
  /** Analyses with a score. */
  n: count,
  /** Sum of their scores. */
  score_sum: count,
  ...statusCounters,
  ...verdictCounters,
  ...histogramCounters,
});
/** See {@link analysisCounterSchema}. */
export type AnalysisCounter = z.infer<typeof analysisCounterSchema>;

type CounterName<Group extends string, Name extends string> = `${Group}_${Lowercase<Name>}`;

/**
 * `status_pending`, `verdict_authentic`, …
 *
 * @example
 * counterName("status", "FAILED"); // status_failed
 */
export function counterName(group: "status", name: AnalysisStatus): CounterName<"status", AnalysisStatus>;
export function counterName(group: "verdict", name: Verdict): CounterName<"verdict", Verdict>;
export function counterName(group: string, name: string): string {
  return `${group}_${name.toLowerCase()}`;
}

function countersOf<Group extends string, Name extends string>(group: Group, names: readonly Name[]) {
  const entries = names.map((name) => [`${group}_${name.toLowerCase()}`, count]);
  return Object.fromEntries(entries) as Record<CounterName<Group, Name>, typeof count>;
}
