import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ArtGuard,
  type OpenWorkEvent,
  type OpenWorkSummary,
  type Privacy,
  type ProcessOpenWorkOptions,
  sweepAll,
  type WholeSweep,
  type WorkAnnouncements,
} from "@artguard/core";
import { startHealthServer } from "./health-server.ts";
import { WorkerMetrics } from "./worker-metrics.ts";

/** What a worker tells, for logs. */
export type WorkerEvent =
  | OpenWorkEvent
  | { readonly type: "listening"; readonly url: string }
  /** Its signal fired: it takes no more work. */
  | { readonly type: "draining" }
  | { readonly type: "swept"; readonly sweep: WholeSweep }
  /** What is left is swept the next time. */
  | { readonly type: "sweep_failed"; readonly error: unknown };

/** Where a worker answers `/health/live`, `/health/ready` and `/metrics`. */
export interface WorkerHealth {
  /** 0 chooses a free one; it is told by the event `listening`. */
  readonly port: number;
  /** Address to listen on; default `127.0.0.1`, which nobody outside this machine reaches. */
  readonly host?: string;
}

/** Options of {@link runWorker}. */
export interface RunWorkerOptions
  extends Pick<ProcessOpenWorkOptions, "leaseMs" | "retryDelayMs" | "concurrency" | "pollMs"> {
  /** Does the work: with its detectors, on its stores. It is not disposed. */
  readonly artguard: Pick<ArtGuard, "processOpenWork" | "counts">;
  /**
   * Where submitted analyses are announced, such as `sqs({ queueUrl })` of `@artguard/core/sqs`: work begins when it is told
   * of, and looks into the store may be far apart. Default none.
   */
  readonly queue?: Pick<WorkAnnouncements, "receive">;
  /** Whose expired data is swept, of the same stores; default none is. */
  readonly privacy?: Pick<Privacy, "sweepExpired" | "resumeErasures">;
  /** Milliseconds between two sweeps, the first after at most a minute; default 6 hours. */
  readonly sweepMs?: number;
  /** Ends when there is nothing to claim, after one sweep; default false: waits for new work. */
  readonly once?: boolean;
  /** Default none. */
  readonly health?: WorkerHealth;
  /** Fires when the worker is to end, for example at SIGTERM. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds after that for the work under way; what has not ended then is given back and the attempt does not count.
   * Default 25 000: platforms that send SIGTERM mostly kill after 30 s.
   */
  readonly drainMs?: number;
  readonly onEvent?: (event: WorkerEvent) => void;
}

const [defaultPollMs, defaultPollBesideQueueMs, defaultDrainMs] = [1000, 60_000, 25_000];
const [defaultSweepMs, longestFirstSweepMs] = [6 * 3_600_000, 60_000];

/**
 * Does submitted analyses until its signal fires. Any number of workers may run on one store: each analysis is claimed by
 * one of them, and work of a worker that died is taken over once its lease is over.
 *
 * `concurrency` analyses at a time, default one per available core; `pollMs`, default 1000 and with a `queue` 60 000,
 * between two looks for work in the store.
 *
 * @returns how many analyses ended how.
 * @throws ArtGuardError `storage.*` or `queue.*` that waiting does not mend, such as a missing table, after the work under way;
 * `worker.cannot-listen` when `health` names a place where nobody can listen, `analysis.invalid-input`.
 * @example
 * const stop = new AbortController();
 * process.once("SIGTERM", () => stop.abort());
 * await runWorker({ artguard, signal: stop.signal, health: { port: 9464 } });
 */
export async function runWorker(options: RunWorkerOptions): Promise<OpenWorkSummary> {
  const { artguard, privacy, signal: ending, once = false, health, drainMs = defaultDrainMs } = options;
  const metrics = new WorkerMetrics(artguard);
  const tell = (event: WorkerEvent) => {
    metrics.note(event);
    options.onEvent?.(event);
  };
  const server = health && (await startHealthServer(health, metrics));
  if (server) tell({ type: "listening", url: server.url });
  const drain = new Drain(ending, drainMs, () => tell({ type: "draining" }));
  const sweeps = privacy && !once && sweepRegularly(privacy, options, drain.begun, tell);
  try {
    const summary = await artguard.processOpenWork({
      ...workOptions(options),
      drain: drain.begun,
      signal: drain.over,
      onEvent: tell,
    });
    if (privacy && once) await sweepOnce(privacy, drain.begun, tell);
    return summary;
  } finally {
    drain.end();
    await sweeps;
    await server?.close();
  }
}

/** Two moments: from `begun` on nothing is begun, at `over` what is under way is given back. */
class Drain {
  readonly #begun = new AbortController();
  readonly #over = new AbortController();
  readonly #ending: AbortSignal | undefined;
  readonly #begin: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(ending: AbortSignal | undefined, drainMs: number, onBegin: () => void) {
    this.#ending = ending;
    this.#begin = () => {
      this.#timer = setTimeout(() => this.#over.abort(), drainMs);
      this.#begun.abort();
      onBegin();
    };
    if (ending?.aborted) this.#begin();
    else ending?.addEventListener("abort", this.#begin, { once: true });
  }

  get begun(): AbortSignal {
    return this.#begun.signal;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** The work has ended: so do the sweeps. */
  end(): void {
    clearTimeout(this.#timer);
    this.#ending?.removeEventListener("abort", this.#begin);
    this.#begun.abort();
  }
}

function workOptions(options: RunWorkerOptions): Partial<ProcessOpenWorkOptions> {
  const { queue, leaseMs, retryDelayMs, concurrency = availableParallelism() } = options;
  const { pollMs = queue ? defaultPollBesideQueueMs : defaultPollMs } = options;
  return {
    concurrency,
    ...(!options.once && { pollMs, ...(queue && { announcements: queue }) }),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(retryDelayMs !== undefined && { retryDelayMs }),
  };
}

/** Sweeps at intervals until the signal fires. */
async function sweepRegularly(
  privacy: NonNullable<RunWorkerOptions["privacy"]>,
  { sweepMs = defaultSweepMs }: RunWorkerOptions,
  signal: AbortSignal,
  tell: (event: WorkerEvent) => void,
): Promise<void> {
  // Rejects when the signal fires, which the loop sees for itself.
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);
  for (await pause(Math.min(sweepMs, longestFirstSweepMs)); !signal.aborted; await pause(sweepMs))
    await sweepOnce(privacy, signal, tell);
}

async function sweepOnce(
  privacy: NonNullable<RunWorkerOptions["privacy"]>,
  signal: AbortSignal,
  tell: (event: WorkerEvent) => void,
): Promise<void> {
  try {
    tell({ type: "swept", sweep: await sweepAll(privacy, { signal }) });
  } catch (error) {
    if (!signal.aborted) tell({ type: "sweep_failed", error });
  }
}
