import { setTimeout as sleep } from "node:timers/promises";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Analysis } from "./analysis.ts";
import { underAnnouncement } from "./announced-work.ts";
import type { Claim, OpenWorkQueue } from "./open-work-queue.ts";
import { type PerformWork, type ProcessClaimOptions, processClaim, type WorkOutcome } from "./process-claim.ts";
import type { WorkAnnouncement, WorkAnnouncements } from "./work-announcements.ts";

/** What a run of {@link processOpenWork} tells as it goes on. */
export type OpenWorkEvent =
  /** The queue was asked and answered, whether or not there was work. */
  | { readonly type: "polled" }
  | { readonly type: "claimed"; readonly record: Analysis }
  | {
      readonly type: "ended";
      readonly record: Analysis;
      readonly outcome: WorkOutcome;
      /** Milliseconds since the claim. */
      readonly elapsed_ms: number;
    }
  /** Its end could not be written: another worker takes it over once its lease is over. */
  | { readonly type: "abandoned"; readonly record: Analysis; readonly error: unknown }
  /** The queue did not answer. */
  | { readonly type: "poll_failed"; readonly error: unknown }
  /** Announcements could not be received, hidden or removed, or one of them names no analysis. */
  | { readonly type: "announcement_failed"; readonly error: unknown };

/** Options of {@link processOpenWork}. */
export interface ProcessOpenWorkOptions extends ProcessClaimOptions {
  /** Names this worker in `lease_owner`. */
  owner: string;
  /** Milliseconds of silence after which others take over; heartbeats come three times as often. Default 60 000. */
  leaseMs?: number;
  /** Analyses at a time; default 1. */
  concurrency?: number;
  /**
   * Milliseconds between two looks for work when there was none. The run then goes on until it is stopped or drained, also
   * when a store fails with a `retryable` error. Without it the run ends when there is nothing to claim.
   */
  pollMs?: number;
  /**
   * Where to listen for work between these looks, so that they may be far apart; needs `pollMs`. A claim decides as ever who
   * does it.
   */
  announcements?: Pick<WorkAnnouncements, "receive">;
  /** Once it fires nothing more is claimed, and the run ends with the work that is under way. */
  drain?: AbortSignal;
  /** Told of each step. */
  onEvent?: (event: OpenWorkEvent) => void;
}

/** What a run of {@link processOpenWork} did: how many claimed analyses ended how. */
export type OpenWorkSummary = Record<WorkOutcome, number>;

/** Of a claim, where nothing else is said. */
export const defaultLeaseMs = 60_000;
/** Pauses after failures: the shortest of announcements, and the longest of all. */
const [shortestDeafMs, longestPauseMs] = [1000, 30_000];

/**
 * Claims and does open analyses until there is nothing to claim; with `pollMs` until it is stopped or drained.
 *
 * @throws ArtGuardError `storage.*` of a store that failed, after the work that was under way ended;
 * `analysis.invalid-input` for options out of range.
 * @example
 * const queue = new OpenWorkQueue(await AnalysisRepository.open(tables));
 * const { completed, failed } = await processOpenWork(queue, async () => ({ verdict: "AUTHENTIC" }), { owner: "worker-1" });
 */
export async function processOpenWork(
  queue: OpenWorkQueue,
  perform: PerformWork,
  options: ProcessOpenWorkOptions,
): Promise<OpenWorkSummary> {
  const { concurrency = 1, pollMs = 1 } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1 || !(pollMs > 0)) {
    throw new ArtGuardError(
      "analysis.invalid-input",
      `concurrency must be a whole number from 1 on and pollMs above 0, got ${concurrency} and ${pollMs}`,
    );
  }
  return await new Shift(queue, perform, options).work();
}

class Shift {
  readonly #summary: OpenWorkSummary = { completed: 0, failed: 0, released: 0, lost: 0 };
  readonly #queue: OpenWorkQueue;
  readonly #perform: PerformWork;
  readonly #options: ProcessOpenWorkOptions;
  readonly #over: AbortSignal;
  readonly #underWay = new Set<Promise<void>>();
  /** Looks in a row that were not answered, and waits for announcements. */
  #failures = 0;
  #deafness = 0;
  /** When it is worth to look again, in milliseconds of `performance.now()`. */
  #nextLook = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(queue: OpenWorkQueue, perform: PerformWork, options: ProcessOpenWorkOptions) {
    this.#queue = queue;
    this.#perform = perform;
    this.#options = options;
    const { signal, drain } = options;
    this.#over = AbortSignal.any([...(signal ? [signal] : []), ...(drain ? [drain] : [])]);
  }

  async work(): Promise<OpenWorkSummary> {
    const { concurrency = 1 } = this.#options;
    let isWorkLeft = true;
    while (isWorkLeft && !this.#over.aborted && !this.#failure) {
      if (this.#underWay.size >= concurrency) await Promise.race(this.#underWay);
      else isWorkLeft = await this.#look();
    }
    await Promise.all(this.#underWay);
    if (this.#failure) throw this.#failure.error;
    return this.#summary;
  }

  /** Takes work, or waits until it is worth looking again. @returns false when it is not. */
  async #look(): Promise<boolean> {
    const { owner, leaseMs = defaultLeaseMs, pollMs } = this.#options;
    const claim =
      performance.now() >= this.#nextLook && (await this.#guarded(() => this.#queue.claim({ owner, leaseMs })));
    if (claim) this.#begin(this.#process(claim));
    else if (pollMs !== undefined) await this.#wait(pollMs);
    else if (this.#underWay.size > 0) await Promise.race(this.#underWay);
    else return false;
    return true;
  }

  /** Until the next look is due, or an announcement came. */
  async #wait(pollMs: number): Promise<void> {
    const now = performance.now();
    if (now >= this.#nextLook)
      this.#nextLook = now + (this.#failures > 0 ? Math.min(pollMs * 2 ** this.#failures, longestPauseMs) : pollMs);
    const { announcements } = this.#options;
    if (announcements) await this.#listen(announcements, this.#nextLook - now);
    else await this.#pause(this.#nextLook - now);
  }

  async #listen(announcements: Pick<WorkAnnouncements, "receive">, waitMs: number): Promise<void> {
    const { concurrency = 1, leaseMs = defaultLeaseMs } = this.#options;
    const most = concurrency - this.#underWay.size;
    try {
      const heard = await announcements.receive({ most, waitMs, hideMs: leaseMs, signal: this.#over });
      this.#deafness = 0;
      for (const announcement of heard) this.#begin(this.#follow(announcement));
    } catch (error) {
      if (this.#over.aborted) return;
      this.#options.onEvent?.({ type: "announcement_failed", error });
      this.#note(error);
      if (!this.#failure) await this.#pause(Math.min(waitMs, shortestDeafMs * 2 ** this.#deafness++, longestPauseMs));
    }
  }

  /** Does what an announcement names, if nobody else does or did. */
  async #follow(announcement: WorkAnnouncement): Promise<void> {
    const { owner, leaseMs = defaultLeaseMs, onEvent, signal } = this.#options;
    const onError = (error: unknown) => onEvent?.({ type: "announcement_failed", error });
    const { requestId } = announcement;
    if (requestId === undefined)
      return onError(new ArtGuardError("queue.malformed-message", "an announcement names no analysis"));
    await underAnnouncement(announcement, { hideMs: leaseMs, onError }, async () => {
      const found = await this.#guarded(async () => {
        const claim = await this.#queue.claimOne(requestId, { owner, leaseMs });
        return claim ?? ((await this.#queue.isOpen(requestId)) ? undefined : "ended before");
      });
      if (found === undefined || found === "ended before") return found;
      const outcome = await this.#process(found);
      return outcome === "released" && signal?.aborted ? "given back" : outcome;
    });
  }

  #begin(process: Promise<unknown>): void {
    const work: Promise<void> = process.then(() => void this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #process(claim: Claim): Promise<WorkOutcome | undefined> {
    this.#options.onEvent?.({ type: "claimed", record: claim.record });
    const started = performance.now();
    try {
      const outcome = await processClaim(this.#queue, claim, this.#perform, this.#options);
      this.#summary[outcome] += 1;
      const elapsed_ms = performance.now() - started;
      this.#options.onEvent?.({ type: "ended", record: claim.record, outcome, elapsed_ms });
      return outcome;
    } catch (error) {
      this.#options.onEvent?.({ type: "abandoned", record: claim.record, error });
      this.#note(error);
      return undefined;
    }
  }

  async #guarded<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      const answer = await ask();
      this.#failures = 0;
      this.#options.onEvent?.({ type: "polled" });
      return answer;
    } catch (error) {
      this.#failures += 1;
      this.#options.onEvent?.({ type: "poll_failed", error });
      this.#note(error);
      return undefined;
    }
  }

  /** A run that is to go on outlives a store that fails for a while; any other error ends it. */
  #note(error: unknown): void {
    const isSurvived = this.#options.pollMs !== undefined && isArtGuardError(error) && error.retryable;
    if (!isSurvived) this.#failure ??= { error };
  }

  async #pause(ms: number): Promise<void> {
    // Rejects when the shift is over, which the loop sees for itself.
    await sleep(ms, undefined, { signal: this.#over }).catch(() => undefined);
  }
}
