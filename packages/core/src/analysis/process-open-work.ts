import { isArtGuardError } from "../errors/artguard-error.ts";
import type { Analysis } from "./analysis.ts";
import { asTyped } from "./failed-analysis.ts";
import type { Claim, OpenWorkQueue } from "./open-work-queue.ts";

/**
 * Does the work of a claimed analysis. An error that is `retryable`, or none of ArtGuard's, leads to another attempt;
 * any other ends the analysis.
 *
 * @param signal Fires when the lease is lost or the worker is stopped.
 * @returns the attributes of the result.
 */
export type PerformWork = (record: Analysis, signal: AbortSignal) => Promise<Partial<Analysis>>;

/** Options of {@link processOpenWork}. */
export interface ProcessOpenWorkOptions {
  /** Names this worker in `lease_owner`. */
  owner: string;
  /** Milliseconds of silence after which others take over; heartbeats come three times as often. Default 60 000. */
  leaseMs?: number;
  /** Milliseconds before another attempt, doubled with each; default 1000. */
  retryDelayMs?: number;
  /** Stops after the current work, which is given back. */
  signal?: AbortSignal;
}

/** What a run of {@link processOpenWork} did. */
export interface OpenWorkSummary {
  completed: number;
  failed: number;
  /** Given back for another attempt. */
  released: number;
  /** Taken over by another worker before this one could end it; its result was refused. */
  lost: number;
}

const [defaultLeaseMs, defaultRetryDelayMs, longestDelayMs] = [60_000, 1000, 300_000];

/** Claims and does open analyses one after another until there is nothing to claim. */
export async function processOpenWork(
  queue: OpenWorkQueue,
  perform: PerformWork,
  options: ProcessOpenWorkOptions,
): Promise<OpenWorkSummary> {
  const { owner, leaseMs = defaultLeaseMs, signal } = options;
  const summary: OpenWorkSummary = { completed: 0, failed: 0, released: 0, lost: 0 };
  while (!signal?.aborted) {
    const claim = await queue.claim({ owner, leaseMs });
    if (!claim) break;
    summary[await processClaim(queue, claim, perform, options)] += 1;
  }
  return summary;
}

async function processClaim(
  queue: OpenWorkQueue,
  claim: Claim,
  perform: PerformWork,
  options: ProcessOpenWorkOptions,
): Promise<keyof OpenWorkSummary> {
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, ...(options.signal ? [options.signal] : [])]);
  const beat = setInterval(() => {
    queue.heartbeat(claim).catch((error: unknown) => {
      if (isArtGuardError(error, "analysis.lease-lost")) lost.abort(error);
    });
  }, claim.leaseMs / 3);
  try {
    return await endClaim(queue, claim, perform, options, signal);
  } catch (error) {
    if (isArtGuardError(error, "analysis.lease-lost")) return "lost";
    throw error;
  } finally {
    clearInterval(beat);
  }
}

async function endClaim(
  queue: OpenWorkQueue,
  claim: Claim,
  perform: PerformWork,
  { retryDelayMs = defaultRetryDelayMs, signal: stopped }: ProcessOpenWorkOptions,
  signal: AbortSignal,
): Promise<keyof OpenWorkSummary> {
  try {
    await queue.complete(claim, await perform(claim.record, signal));
    return "completed";
  } catch (error) {
    if (isArtGuardError(signal.reason, "analysis.lease-lost")) throw signal.reason;
    if (isArtGuardError(error, "analysis.lease-lost")) throw error;
    if (stopped?.aborted) await queue.release(claim);
    else return retryOrFail(queue, claim, error, retryDelayMs);
    return "released";
  }
}

async function retryOrFail(
  queue: OpenWorkQueue,
  claim: Claim,
  thrown: unknown,
  retryDelayMs: number,
): Promise<"failed" | "released"> {
  const error = asTyped(thrown);
  if (isArtGuardError(thrown) && !thrown.retryable) await queue.fail(claim, error);
  else {
    const delayMs = Math.min(retryDelayMs * 2 ** ((claim.record.attempt ?? 1) - 1), longestDelayMs);
    const { status } = await queue.release(claim, { delayMs, error });
    if (status === "PROCESSING") return "released";
  }
  return "failed";
}
