import { endedRun } from "../detection/run-detector.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ChildPool, PooledChild } from "./child-pool.ts";
import { ChildSession } from "./child-session.ts";
import { EventQueue } from "./event-queue.ts";
import type { ExaminationEvent, ExaminationOptions } from "./examiner.ts";
import type { ImageInfo } from "./image-info.ts";
import type { ImageVariant } from "./image-variant.ts";
import { detectorBudget } from "./in-process-examiner.ts";
import type { IsolatedDetector } from "./isolated-protocol.ts";
import type { Raster } from "./raster.ts";

/** What one examination works with. */
export interface IsolatedWork {
  readonly bytes: Uint8Array;
  readonly info: ImageInfo;
  readonly detectors: readonly IsolatedDetector[];
  readonly options: ExaminationOptions;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  /** Whether the raster is needed in the host. */
  readonly needsRaster: boolean;
  /** Children that may work on the image at a time. */
  readonly mostChildren: number;
}

/**
 * One image in the hands of children. The leading child decodes it and takes detectors from the front of the list. While
 * children are spare, helpers decode it too and take from the end, where the costly ones are; each leaves as soon as
 * another image waits for a child. A child that crashes or overruns costs the detector that ran there.
 */
export class IsolatedExamination {
  readonly #pool: ChildPool;
  readonly #work: IsolatedWork;
  readonly #pending: IsolatedDetector[];
  readonly #events = new EventQueue<ExaminationEvent>();
  readonly #leave = new AbortController();
  readonly #signal: AbortSignal;
  readonly #helped: Promise<boolean>[] = [];
  #bytes: Uint8Array;
  #info: ImageInfo;
  /** Still to be made. */
  #variant: ImageVariant | undefined;
  #raster: Raster | undefined;
  #isDecoded = false;
  #isPreprocessed: boolean;
  #helpers = 0;

  constructor(pool: ChildPool, work: IsolatedWork) {
    this.#pool = pool;
    this.#work = work;
    this.#pending = [...work.detectors];
    const { signal } = work.options;
    this.#signal = signal ? AbortSignal.any([signal, this.#leave.signal]) : this.#leave.signal;
    this.#bytes = work.bytes;
    this.#info = work.info;
    this.#variant = work.options.variant;
    this.#isPreprocessed = !work.options.preprocess;
  }

  /** What detectors in the host need, once a child has sent the raster. */
  get image() {
    return this.#raster && { bytes: this.#bytes, info: this.#info, raster: this.#raster };
  }

  /** Detectors that nobody has begun. */
  get pending(): readonly IsolatedDetector[] {
    return this.#pending;
  }

  /**
   * Works, led by `first`, until every detector that was begun has ended, and none is left or no time. The children of
   * an examination that fails or that nobody follows to its end are given up.
   *
   * @throws ArtGuardError `image.*`
   * @throws the signal's reason once it fired.
   */
  async *events(first: PooledChild): AsyncGenerator<ExaminationEvent, void, undefined> {
    const work = this.#run(first).finally(() => this.#events.end());
    let isDone = false;
    // Whoever leaves early does not wait for its error.
    work.catch(() => {});
    try {
      yield* this.#events;
      await work;
      isDone = true;
    } finally {
      if (!isDone) this.#leave.abort();
      await work.catch(() => {});
    }
  }

  async #run(first: PooledChild): Promise<void> {
    await this.#employ(first, (session) => this.#lead(session));
    while (this.#pending.length > 0 && this.#left > 0) {
      const next = await this.#pool.acquire(this.#signal);
      await this.#employ(next, (session) => this.#lead(session));
    }
    await Promise.all(this.#helped);
  }

  get #left(): number {
    return this.#work.deadline - performance.now();
  }

  async #employ(child: PooledChild, work: (session: ChildSession) => Promise<void>): Promise<void> {
    const session = new ChildSession(child, this.#signal);
    try {
      await work(session);
    } finally {
      this.#pool.release(child, session.close());
    }
  }

  async #lead(session: ChildSession): Promise<void> {
    const ended = await this.#open(session);
    if (ended) return this.#payForOpening(ended);
    while (this.#left > 0) {
      const detector = this.#pending.shift();
      if (!detector) return;
      this.#recruit();
      if (!(await this.#detect(session, detector))) return;
    }
  }

  /** Takes spare children in, while there is more than one detector for each. */
  #recruit(): void {
    while (this.#helpers + 1 < Math.min(this.#work.mostChildren, this.#pending.length)) {
      const child = this.#pool.acquireSpare();
      if (!child) return;
      this.#helpers++;
      // A helper fails when all is to be stopped, which the leading child tells; or when it cannot open what that one
      // could: it stays counted then, so that none takes its place.
      this.#employ(child, (session) => this.#help(session)).then(
        () => this.#helpers--,
        () => {},
      );
    }
  }

  async #help(session: ChildSession): Promise<void> {
    const ended = await this.#open(session);
    if (ended) throw new ArtGuardError("image.decoder-crashed", `a helping child has ${ended}`);
    while (this.#left > 0 && !this.#pool.isAwaited) {
      const detector = this.#pending.pop();
      if (!detector) return;
      const run = this.#detect(session, detector);
      this.#helped.push(run);
      if (!(await run)) return;
    }
  }

  /** Has the image decoded, and whatever of it was not received yet. What became of the child unless it is ready. */
  async #open(session: ChildSession): Promise<"exited" | "timed_out" | undefined> {
    session.ask({
      type: "open",
      bytes: this.#bytes,
      info: this.#info,
      preprocess: !this.#isPreprocessed,
      raster: this.#work.needsRaster && !this.#raster,
      limits: this.#work.options.limits,
      ...(this.#variant && { variant: this.#variant }),
    });
    for (;;) {
      const step = await session.next(this.#left);
      switch (step.type) {
        case "opened":
          return undefined;
        case "exited":
        case "timed_out":
          return step.type;
        case "refused":
          throw new ArtGuardError(step.error.code, step.error.message, { fix: step.error.fix });
        case "aborted":
          throw this.#signal.reason;
        case "decoded":
          if (!this.#isDecoded) this.#events.push(step);
          this.#isDecoded = true;
          break;
        case "variant":
          [this.#bytes, this.#info, this.#variant] = [step.bytes, step.info, undefined];
          break;
        case "preprocessed":
          this.#isPreprocessed = true;
          this.#events.push(step);
          break;
        case "raster":
          this.#raster = step.raster;
      }
    }
  }

  /**
   * The leading child ended or overran before it was ready. The image pays for it, unless it was decoded before: then a
   * fresh child failed to catch up, and what was received so far is kept.
   */
  #payForOpening(how: "exited" | "timed_out"): void {
    if (!this.#isDecoded)
      throw how === "exited"
        ? new ArtGuardError("image.decoder-crashed", "the decoder process ended while it read this image")
        : new ArtGuardError(
            "image.decode-timeout",
            `the image was not decoded within ${this.#work.options.deadlineMs} ms`,
          );
    const payer = how === "exited" && this.#pending.shift();
    if (payer) this.#end(payer, "failed", "the detector's process ended", 0);
  }

  /** Runs a detector; false when the child had to be given up. */
  async #detect(session: ChildSession, detector: IsolatedDetector): Promise<boolean> {
    const started = performance.now();
    this.#events.push({ type: "detector_started", id: detector.id });
    session.ask({ type: "detect", source: detector.source });
    const step = await session.next(detectorBudget(this.#left, this.#pending.length));
    const elapsed = performance.now() - started;
    switch (step.type) {
      case "detected":
        this.#events.push({ type: "detected", run: step.run });
        return true;
      case "refused":
        this.#end(detector, "failed", step.error.message, elapsed);
        return true;
      case "aborted":
        throw this.#signal.reason;
      case "timed_out":
        this.#end(detector, "timed_out", `the detector did not finish in ${Math.round(elapsed)} ms`, elapsed);
        return false;
      default:
        this.#end(detector, "failed", "the detector's process ended", elapsed);
        return false;
    }
  }

  #end(detector: IsolatedDetector, status: "failed" | "timed_out", message: string, elapsed: number): void {
    this.#events.push({ type: "detected", run: endedRun(detector, status, message, elapsed) });
  }
}
