import type { FaultPlan, FaultRun } from "./run-faults.ts";

/** What a run shows. */
export interface FaultFigures {
  readonly completed: number;
  /** Jobs that neither have a result nor were buried for a reason. */
  readonly lost: number;
  /** Jobs whose result was written more than once, by the workers' word or the counters'. */
  readonly committed_twice: number;
  /** Jobs whose standing result is not by their latest claim. */
  readonly stale_results: number;
  /** Refused writes, heartbeats among them, of workers whose job was claimed by another since. */
  readonly stale_writes_refused: number;
  readonly dead_letters: number;
  /** Dead letters that are not poison, and poison that is no dead letter. */
  readonly wrong_dead_letters: number;
  /** Faults whose job was claimed again, by the workers' word. */
  readonly reclaimed: number;
  /** Milliseconds from a fault to the next claim of its job. */
  readonly slowest_reclaim_ms: number;
}

/** Compares what workers said, what is stored and what the counters say. */
export function judgeRun({ records, events, faults, counts }: FaultRun, { jobs }: FaultPlan): FaultFigures {
  const claims = events.filter(({ kind }) => kind === "claimed");
  const refusals = events.filter(
    ({ kind, id, fence, at }) =>
      kind === "refused" && claims.some((claim) => claim.id === id && claim.fence > fence && claim.at <= at),
  );
  const isPoison = ({ filename }: (typeof records)[number]) => filename === "poison" || filename === "crash";
  const buried = records.filter(({ error }) => error?.code === "analysis.dead-letter");
  const completed = records.filter(({ status }) => status === "COMPLETED");
  const commits = events.filter(({ kind }) => kind === "committed").map(({ id }) => id);
  const reclaims = faults.flatMap(({ id, fence: held, at }) => {
    const next = claims.find((claim) => claim.id === id && claim.fence === held + 1);
    return next ? [next.at - at] : [];
  });
  return {
    completed: completed.length,
    lost: jobs - completed.length - buried.length,
    committed_twice: commits.length - new Set(commits).size + Math.abs(counts.by_status.COMPLETED - completed.length),
    stale_results: completed.filter(({ ai_analysis, fence: latest }) => ai_analysis !== `by fence ${latest}`).length,
    stale_writes_refused: refusals.length,
    dead_letters: buried.length,
    wrong_dead_letters: records.filter((record) => isPoison(record) !== buried.includes(record)).length,
    reclaimed: reclaims.length,
    slowest_reclaim_ms: Math.max(0, ...reclaims),
  };
}
