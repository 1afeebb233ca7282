import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Condition } from "../storage/table.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisRepository, OpenWorkKey, Transition } from "./analysis-repository.ts";
import type { AnalysisItem } from "./analysis-table.ts";
import { openWorkAttributes, openWorkShards } from "./open-work.ts";
import { withoutOpenWork } from "./storable-record.ts";

/** Work that a worker holds: the record as it is while the lease runs. */
export interface Claim {
  readonly record: Analysis;
  /** Milliseconds for which each heartbeat extends the lease. */
  readonly leaseMs: number;
}

/** Who claims, and for how long a silent worker is believed to be alive. */
export interface ClaimOptions {
  readonly owner: string;
  /** Longer than clocks of two workers may differ. */
  readonly leaseMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link OpenWorkQueue}. */
export interface OpenWorkQueueOptions {
  /** After so many begun attempts an analysis ends as FAILED with `analysis.dead-letter`; default 5. */
  readonly maxAttempts?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
  /** Cleans up after an analysis ended; gets the record as it was before and as it is now. */
  readonly onEnd?: (before: Analysis, ended: Analysis) => Promise<void>;
  /** Cleans up after a worker whose end of an analysis was refused; gets the record as it held it. */
  readonly onLost?: (held: Analysis) => Promise<void>;
}

/**
 * Open analyses as a queue for any number of workers. A claim holds for a time that heartbeats extend; work of a silent
 * worker is claimed again. Every claim raises the `fence`, and every write of a worker is conditioned on the fence of
 * its claim, so that a worker that was thought dead cannot overwrite what its successor did.
 *
 * @example
 * const queue = new OpenWorkQueue(await AnalysisRepository.open(tables));
 * const claim = await queue.claim({ owner: "worker-1", leaseMs: 60_000 });
 */
export class OpenWorkQueue {
  readonly #repository: AnalysisRepository;
  readonly #maxAttempts: number;
  readonly #now: () => number;
  readonly #onEnd: NonNullable<OpenWorkQueueOptions["onEnd"]>;
  readonly #onLost: NonNullable<OpenWorkQueueOptions["onLost"]>;
  constructor(repository: AnalysisRepository, options: OpenWorkQueueOptions = {}) {
    this.#repository = repository;
    this.#maxAttempts = options.maxAttempts ?? 5;
    this.#now = options.now ?? Date.now;
    this.#onEnd = options.onEnd ?? (async () => {});
    this.#onLost = options.onLost ?? (async () => {});
  }

  /**
   * Takes the oldest work that nobody holds. Work whose attempts are used up ends here as FAILED.
   *
   * @returns undefined when there is nothing to do.
   */
  async claim({ owner, leaseMs, signal }: ClaimOptions): Promise<Claim | undefined> {
    for await (const keys of inChunks(oldestOpenWork(this.#repository))) {
      for (const record of await this.#repository.getMany(keys)) {
        signal?.throwIfAborted();
        const taken = this.#isFree(record) && (await unlessLost(() => this.#take(record, { owner, leaseMs })));
        if (taken) return taken;
      }
    }
    return undefined;
  }

  /**
   * Takes this analysis, if nobody holds it. When its attempts are used up it ends here as FAILED.
   *
   * @returns undefined when it is held, has ended or does not exist.
   */
  async claimOne(requestId: string, options: Omit<ClaimOptions, "signal">): Promise<Claim | undefined> {
    const record = await this.#repository.find(requestId);
    if (!record || !this.#isFree(record)) return undefined;
    return unlessLost(() => this.#take(record, options));
  }

  /** Whether this analysis exists and has not ended. */
  async isOpen(requestId: string): Promise<boolean> {
    return (await this.#repository.find(requestId))?.open_work !== undefined;
  }

  /** Begins an analysis that its creator holds already. @throws ArtGuardError `analysis.lease-lost` */
  async begin(record: Analysis, leaseMs: number): Promise<Claim> {
    return {
      leaseMs,
      record: await this.#repository.transition(record, { set: { status: "PROCESSING" }, condition: fenceOf(record) }),
    };
  }

  /** Takes work from whoever holds it. @throws ArtGuardError `analysis.lease-lost` when it moved since it was read. */
  async takeOver(record: Analysis, { owner, leaseMs }: Omit<ClaimOptions, "signal">): Promise<Claim> {
    const set = {
      lease_until: this.#now() + leaseMs,
      lease_owner: owner,
      attempt: (record.attempt ?? 0) + 1,
      fence: (record.fence ?? 0) + 1,
    };
    const condition: Condition<AnalysisItem> = { all: [fenceOf(record), sameLease(record)] };
    const taken =
      record.status === "PENDING"
        ? await this.#repository.transition(record, { set: { ...set, status: "PROCESSING" }, condition })
        : await this.#repository.change(record, { set }, { all: [isProcessing, condition] });
    return { record: taken, leaseMs };
  }

  /** Extends the lease by its length from now. @throws ArtGuardError `analysis.lease-lost` */
  async heartbeat({ record, leaseMs }: Claim): Promise<Claim> {
    const set = { lease_until: this.#now() + leaseMs };
    // One that was on its way while the work was given back would keep everybody from it.
    const condition: Condition<AnalysisItem> = {
      all: [stillHeld(record), { attribute: "lease_owner", is: "present" }],
    };
    return { leaseMs, record: await this.#repository.change(record, { set }, condition) };
  }

  /** Ends the analysis with its result; consent stays as it is stored. @throws ArtGuardError `analysis.lease-lost` */
  async complete({ record }: Claim, result: Partial<Analysis>): Promise<Analysis> {
    const { consent: _, ...given } = withoutOpenWork(result);
    return this.#end(record, { set: { ...given, status: "COMPLETED" } });
  }

  /** Ends the analysis without a result. @throws ArtGuardError `analysis.lease-lost` */
  async fail({ record }: Pick<Claim, "record">, error: ArtGuardError): Promise<Analysis> {
    const set: Transition["set"] = {
      status: "FAILED",
      error: { ...error.toJSON(), retryable: error.retryable },
      error_message: error.message,
      image_saved: false,
    };
    return this.#end(record, { set });
  }

  /**
   * Gives the work back, for example because the worker is stopped.
   *
   * @param how.delayMs Nobody claims it for so long; default 0.
   * @param how.error Why the attempt failed. It then counts, and the last one ends the analysis as FAILED;
   * without it the attempt does not count.
   * @throws ArtGuardError `analysis.lease-lost`
   */
  async release({ record }: Claim, how: { delayMs?: number; error?: ArtGuardError } = {}): Promise<Analysis> {
    const { delayMs = 0, error } = how;
    const attempt = record.attempt ?? 0;
    if (error && attempt >= this.#maxAttempts) return this.fail({ record }, deadLetter(record, error));
    const set = { lease_until: this.#now() + delayMs, attempt: error ? attempt : attempt - 1 };
    return this.#repository.change(record, { set, remove: ["lease_owner"] }, stillHeld(record));
  }

  async #end(record: Analysis, transition: Transition): Promise<Analysis> {
    const change = { ...transition, remove: openWorkAttributes, condition: fenceOf(record) };
    const ended = await this.#repository.transition(record, change).catch(async (error: unknown) => {
      if (isArtGuardError(error, "analysis.lease-lost")) await this.#onLost(record);
      throw error;
    });
    await this.#onEnd(record, ended);
    return ended;
  }

  #isFree({ open_work, lease_until }: Analysis): boolean {
    return open_work !== undefined && (lease_until === undefined || lease_until <= this.#now());
  }

  async #take(record: Analysis, options: Omit<ClaimOptions, "signal">): Promise<Claim | undefined> {
    if ((record.attempt ?? 0) < this.#maxAttempts) return this.takeOver(record, options);
    await this.fail({ record }, deadLetter(record));
    return undefined;
  }
}

/** Records read at once: most workers find free work among the oldest few. */
const chunkLength = 8;

const isProcessing: Condition<AnalysisItem> = { attribute: "status", equals: "PROCESSING" };

/** The stored record is still that of the claim: nobody claimed it since. */
function fenceOf({ fence }: Analysis): Condition<AnalysisItem> {
  return fence === undefined ? { attribute: "fence", is: "absent" } : { attribute: "fence", equals: fence };
}

function stillHeld(record: Analysis): Condition<AnalysisItem> {
  return { all: [isProcessing, fenceOf(record)] };
}

/** The lease was not extended since it was read. */
function sameLease({ lease_until }: Analysis): Condition<AnalysisItem> {
  return lease_until === undefined
    ? { attribute: "lease_until", is: "absent" }
    : { attribute: "lease_until", equals: lease_until };
}

function deadLetter({ request_id, attempt = 0 }: Analysis, cause?: ArtGuardError): ArtGuardError {
  const last = cause ? `: ${cause.message} (${cause.code})` : "; its workers ended without a word";
  return new ArtGuardError("analysis.dead-letter", `analysis ${request_id} was tried ${attempt} times${last}`, {
    cause,
  });
}

/** The shards' walks merged: the oldest of all shards first. */
async function* oldestOpenWork(repository: AnalysisRepository): AsyncGenerator<OpenWorkKey, void, undefined> {
  const walks = Array.from({ length: openWorkShards }, (_, shard) => repository.openWork(shard));
  const heads = await Promise.all(walks.map((walk) => walk.next()));
  for (;;) {
    let oldest = -1;
    heads.forEach(({ done, value }, shard) => {
      if (!done && (oldest < 0 || value!.created_at < heads[oldest]!.value!.created_at)) oldest = shard;
    });
    if (oldest < 0) return;
    yield heads[oldest]!.value!;
    heads[oldest] = await walks[oldest]!.next();
  }
}

async function* inChunks(keys: AsyncIterable<OpenWorkKey>): AsyncGenerator<OpenWorkKey[], void, undefined> {
  let chunk: OpenWorkKey[] = [];
  for await (const key of keys) {
    chunk.push(key);
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function unlessLost<Result>(write: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await write();
  } catch (error) {
    if (isArtGuardError(error, "analysis.lease-lost")) return undefined;
    throw error;
  }
}
