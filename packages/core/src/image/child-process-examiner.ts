import { availableParallelism } from "node:os";
import { endedRun } from "../detection/run-detector.ts";
import { ChildPool } from "./child-pool.ts";
import type { ExaminationEvent, ExaminationOptions, Examiner } from "./examiner.ts";
import { runWithin } from "./in-process-examiner.ts";
import { inspectImage } from "./inspect-image.ts";
import { IsolatedExamination } from "./isolated-examination.ts";
import type { IsolatedDetector } from "./isolated-protocol.ts";

/** How many processes examine images. */
export interface ChildProcessOptions {
  /** Children at a time, for all images together; default the number of available cores. */
  readonly concurrency?: number;
  /**
   * Children that may share the detectors of one image while no other image waits for one; default 2, 1 examines every
   * image in one process. Each decodes the image, so memory grows with it. Never more than `concurrency`.
   */
  readonly processesPerImage?: number;
}

/** Two keep one large image below 900 MB of memory in all. */
const defaultProcessesPerImage = 2;

/** Pixels from which sharing pays for decoding the image again. */
const leastSharedPixels = 2 ** 18;

/**
 * The default {@link Examiner}: bytes are decoded and detectors run in child processes that are killed at the deadline.
 * After a crash or overrun the remaining detectors go on in a fresh child. Children that no image waits for help with a
 * large one. Detectors without a `source` run in this process on a copy of the raster.
 *
 * @example
 * await using examiner = new ChildProcessExaminer({ concurrency: 2 });
 * const image = await openIsolated(examiner, bytes);
 */
export class ChildProcessExaminer implements Examiner {
  readonly #pool: ChildPool;
  readonly #processesPerImage: number;

  constructor(options: ChildProcessOptions = {}) {
    this.#pool = new ChildPool(options.concurrency ?? availableParallelism());
    this.#processesPerImage = options.processesPerImage ?? defaultProcessesPerImage;
  }

  async *examine(bytes: Uint8Array, options: ExaminationOptions): AsyncIterable<ExaminationEvent> {
    options.signal?.throwIfAborted();
    const info = inspectImage(bytes, options.limits);
    yield { type: "inspected", info };
    const detectors = options.detectors.filter(
      (detector): detector is IsolatedDetector => detector.source !== undefined,
    );
    const local = options.detectors.filter(({ source }) => source === undefined);
    const child = await this.#pool.acquire(options.signal);
    const deadline = performance.now() + options.deadlineMs;
    const examination = new IsolatedExamination(this.#pool, {
      bytes,
      info,
      detectors,
      options,
      deadline,
      needsRaster: local.length > 0,
      mostChildren: info.width * info.height < leastSharedPixels ? 1 : this.#processesPerImage,
    });
    yield* examination.events(child);
    const { pending, image } = examination;
    for (const detector of image ? pending : [...pending, ...local])
      yield { type: "detected", run: endedRun(detector, "skipped", "no time was left for this detector", 0) };
    if (image) yield* runWithin(image, local, deadline, options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pool.dispose();
  }
}
