import { availableParallelism } from "node:os";
import type { Detector, DetectorSource } from "../detection/detector.ts";
import { endedRun } from "../detection/run-detector.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { ChildPool } from "./child-pool.ts";
import { ChildSession } from "./child-session.ts";
import type { ExaminationEvent, ExaminationOptions, Examiner } from "./examiner.ts";
import type { ImageInfo } from "./image-info.ts";
import type { ImageVariant } from "./image-variant.ts";
import { detectorBudget, runWithin } from "./in-process-examiner.ts";
import { inspectImage } from "./inspect-image.ts";
import type { Raster } from "./raster.ts";

type IsolatedDetector = Detector & { readonly source: DetectorSource };

/** An examination that may need several children. */
interface Work {
  /** Of the variant, once a child has made it. */
  bytes: Uint8Array;
  info: ImageInfo;
  readonly options: ExaminationOptions;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly needsRaster: boolean;
  /** Detectors that have not ended yet, in order. */
  pending: IsolatedDetector[];
  isDecoded: boolean;
  /** Still to be made. */
  variant: ImageVariant | undefined;
  isPreprocessed: boolean;
  raster?: Raster;
}

/**
 * The default {@link Examiner}: bytes are decoded and detectors run in child processes that are killed at the deadline.
 * After a crash or overrun the remaining detectors go on in a fresh child. Detectors without a `source` run in this
 * process on a copy of the raster.
 *
 * @example
 * await using examiner = new ChildProcessExaminer({ concurrency: 2 });
 * const image = await openIsolated(examiner, bytes);
 */
export class ChildProcessExaminer implements Examiner {
  readonly #pool: ChildPool;

  /** @param options.concurrency Children at a time; default the number of available cores. */
  constructor(options: { concurrency?: number } = {}) {
    this.#pool = new ChildPool(options.concurrency ?? availableParallelism());
  }

  async *examine(bytes: Uint8Array, options: ExaminationOptions): AsyncIterable<ExaminationEvent> {
    options.signal?.throwIfAborted();
    const info = inspectImage(bytes, options.limits);
    yield { type: "inspected", info };
    const isolated = options.detectors.filter(
      (detector): detector is IsolatedDetector => detector.source !== undefined,
    );
    const local = options.detectors.filter(({ source }) => source === undefined);
    const child = await this.#pool.acquire(options.signal);
    const deadline = performance.now() + options.deadlineMs;
    const work: Work = {
      bytes,
      info,
      options,
      deadline,
      needsRaster: local.length > 0,
      pending: isolated,
      isDecoded: false,
      variant: options.variant,
      isPreprocessed: !options.preprocess,
    };
    yield* this.#session(child, work);
    while (work.pending.length > 0 && performance.now() < deadline) {
      yield* this.#session(await this.#pool.acquire(options.signal), work);
    }
    for (const detector of work.raster ? work.pending : [...work.pending, ...local])
      yield { type: "detected", run: endedRun(detector, "skipped", "no time was left for this detector", 0) };
    if (work.raster)
      yield* runWithin({ bytes: work.bytes, info: work.info, raster: work.raster }, local, deadline, options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pool.dispose();
  }

  /** Works on `work` with one child until it is done, or until this child had to be given up. */
  async *#session(
    child: Awaited<ReturnType<ChildPool["acquire"]>>,
    work: Work,
  ): AsyncGenerator<ExaminationEvent, void, undefined> {
    const { bytes, info, pending, options } = work;
    const request = {
      bytes,
      info,
      detectors: pending.map(({ id, source }) => ({ id, source })),
      preprocess: !work.isPreprocessed,
      raster: work.needsRaster && !work.raster,
      limits: options.limits,
      ...(work.variant && { variant: work.variant }),
    };
    const session = new ChildSession(child, request, options.signal);
    let outcome = { reusable: false, peakRssBytes: 0 };
    let running: { detector: IsolatedDetector; since: number } | undefined;
    try {
      for (;;) {
        const left = work.deadline - performance.now();
        const step = await session.next(running ? detectorBudget(left, work.pending.length - 1) : left);
        switch (step.type) {
          case "done":
            outcome = { reusable: true, peakRssBytes: step.peak_rss_bytes };
            return;
          case "refused":
            outcome = { reusable: true, peakRssBytes: 0 };
            throw new ArtGuardError(step.error.code, step.error.message, { fix: step.error.fix });
          case "aborted":
            throw options.signal?.reason;
          case "exited":
          case "timed_out":
            yield* giveUp(step.type, running, work);
            return;
          case "decoded":
            if (!work.isDecoded) yield step;
            work.isDecoded = true;
            break;
          case "variant":
            [work.bytes, work.info, work.variant] = [step.bytes, step.info, undefined];
            break;
          case "preprocessed":
            work.isPreprocessed = true;
            yield step;
            break;
          case "raster":
            work.raster = step.raster;
            break;
          case "detector_started":
            running = { detector: work.pending[0]!, since: performance.now() };
            yield step;
            break;
          case "detected":
            running = undefined;
            work.pending = work.pending.slice(1);
            yield step;
        }
      }
    } finally {
      session[Symbol.dispose]();
      this.#pool.release(child, outcome);
    }
  }
}

/**
 * The child ended or overran. The running detector pays for it. Without one the image does, unless it was decoded
 * before: then a fresh child failed to catch up, and what was received so far is kept.
 */
function* giveUp(
  how: "exited" | "timed_out",
  running: { detector: IsolatedDetector; since: number } | undefined,
  work: Work,
): Generator<ExaminationEvent, void, undefined> {
  if (!running && !work.isDecoded) {
    throw how === "exited"
      ? new ArtGuardError("image.decoder-crashed", "the decoder process ended while it read this image")
      : new ArtGuardError("image.decode-timeout", `the image was not decoded within ${work.options.deadlineMs} ms`);
  }
  const payer = running?.detector ?? (how === "exited" ? work.pending[0] : undefined);
  if (!payer) return;
  const elapsed = running ? performance.now() - running.since : 0;
  work.pending = work.pending.slice(1);
  const run =
    how === "exited"
      ? endedRun(payer, "failed", "the detector's process ended", elapsed)
      : endedRun(payer, "timed_out", `the detector did not finish in ${Math.round(elapsed)} ms`, elapsed);
  yield { type: "detected", run };
}
