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

/**
 * How a worker's part in an analysis ended: `released` gave it back for another attempt; with `lost` another worker had
 * taken it over, and this one's result was refused.
 */
export type WorkOutcome = "completed" | "failed" | "released" | "lost";

/** How claimed work is done. */
export interface ProcessClaimOptions {
  /** Milliseconds before another attempt, doubled with each; default 1000. */
  retryDelayMs?: number;
  /** Stops at once; the work is given back, and the attempt does not count. */
  signal?: AbortSignal;
}

const [defaultRetryDelayMs, longestDelayMs] = [1000, 300_000];

/** Does claimed work under heartbeats, and ends it or gives it back. */
export async function processClaim(
  queue: OpenWorkQueue,
  claim: Claim,
  perform: PerformWork,
  options: ProcessClaimOptions,
): Promise<WorkOutcome> {
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
  { retryDelayMs = defaultRetryDelayMs, signal: stopped }: ProcessClaimOptions,
  signal: AbortSignal,
): Promise<WorkOutcome> {
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
