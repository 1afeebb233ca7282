import { ArtGuardError } from "../errors/artguard-error.ts";
import { type Verdict, verdicts } from "../fusion/verdict.ts";
import type { Analysis } from "./analysis.ts";
import { type AnalysisCounter, counterName, counterShards } from "./analysis-counter.ts";
import { type AnalysisStatus, analysisStatuses } from "./lifecycle.ts";
import { shardOf } from "./open-work.ts";
import { dayMs, type EpochMilliseconds, epochMillisecondsSchema } from "./time.ts";

/** Totals of the analyses that were created in a period. */
export interface AnalysisCounts {
  /** PENDING and PROCESSING are what is open now; COMPLETED and FAILED stay counted after a deletion. */
  readonly by_status: Readonly<Record<AnalysisStatus, number>>;
  readonly by_verdict: Readonly<Record<Verdict, number>>;
  /** Analyses with a score. */
  readonly scored: number;
  /** Mean forgery_score; undefined when nothing is scored. */
  readonly average_score: number | undefined;
  /** Scored analyses by tens: `[0, 10)` … `[90, 100]`. */
  readonly score_histogram: readonly number[];
}

type Sums = { [Name in Exclude<keyof AnalysisCounter, "request_id" | "created_at">]?: number };
type Counters = Omit<AnalysisCounter, "request_id" | "created_at">;
type Counted = Pick<Analysis, "status" | "forgery_score" | "verdict">;

const bins = 10;

/** Key of the counter to which a record belongs all its life. */
export function counterKey({ request_id, created_at }: Pick<Analysis, "request_id" | "created_at">) {
  return { request_id: counterPartition(shardOf(request_id, counterShards)), created_at: dayOf(created_at) };
}

/** Partition of one shard of the counters. */
export function counterPartition(shard: number): string {
  return `COUNT#${shard}`;
}

/** Midnight, UTC, of the day of a moment. */
function dayOf(moment: EpochMilliseconds): EpochMilliseconds {
  return epochMillisecondsSchema.parse(moment - (moment % dayMs));
}

/** Midnight, UTC, of the day of any moment, also of one before there was anything to count. @throws ArtGuardError `analysis.invalid-input` */
export function startOfDay(moment: number): number {
  if (Number.isSafeInteger(moment)) return moment - (moment % dayMs);
  throw new ArtGuardError("analysis.invalid-input", `expected epoch milliseconds, got ${moment}`);
}

/** What changes in the counters when a record changes; `undefined` before its creation. */
export function counterChange(before: Counted | undefined, after: Counted | undefined): Sums {
  const sums: Record<string, number> = {};
  const add = (counted: Counted | undefined, sign: 1 | -1) => {
    for (const [name, value] of Object.entries(countersOf(counted))) sums[name] = (sums[name] ?? 0) + sign * value;
  };
  add(before, -1);
  add(after, 1);
  return Object.fromEntries(Object.entries(sums).filter(([, value]) => value !== 0));
}

function countersOf(record: Counted | undefined): Sums {
  if (!record) return {};
  const { status, forgery_score, verdict } = record;
  return {
    [counterName("status", status)]: 1,
    ...(verdict !== undefined && { [counterName("verdict", verdict)]: 1 }),
    ...(forgery_score !== undefined && { n: 1, score_sum: forgery_score, [binName(binOf(forgery_score))]: 1 }),
  };
}

const binOf = (score: number) => Math.min(bins - 1, Math.floor(score / (100 / bins)));
const binName = (bin: number) => `score_${(bin * 100) / bins}` as keyof Sums;

/** Adds up the counters of any days and shards. */
export function totalOf(counters: readonly Counters[]): AnalysisCounts {
  const sum = (name: keyof Sums) => counters.reduce((total, counter) => total + (counter[name] ?? 0), 0);
  const scored = sum("n");
  return {
    by_status: byName(analysisStatuses, (status) => sum(counterName("status", status))),
    by_verdict: byName(verdicts, (verdict) => sum(counterName("verdict", verdict))),
    scored,
    average_score: scored === 0 ? undefined : sum("score_sum") / scored,
    score_histogram: Array.from({ length: bins }, (_, bin) => sum(binName(bin))),
  };
}

function byName<Name extends string>(names: readonly Name[], value: (name: Name) => number): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, number>;
}
