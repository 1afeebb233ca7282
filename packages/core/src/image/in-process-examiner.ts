import type { Detector, ForensicImage } from "../detection/detector.ts";
import { type DetectorRun, endedRun, runDetector } from "../detection/run-detector.ts";
import type { ExaminationEvent, ExaminationOptions, Examiner } from "./examiner.ts";
import { inspectImage } from "./inspect-image.ts";
import { openImage } from "./open-forensic-image.ts";
import { uprightHash } from "./perceptual-hash.ts";
import { preprocessImage } from "./preprocess-image.ts";

/**
 * An {@link Examiner} without children, for trusted images and for hosts that may not fork. A decoder or detector that
 * never yields cannot be stopped here; one that awaits is left behind at the deadline.
 *
 * @example
 * await using examiner = new InProcessExaminer(); // for images of your own only
 * const image = await openIsolated(examiner, bytes);
 */
export class InProcessExaminer implements Examiner {
  async *examine(bytes: Uint8Array, options: ExaminationOptions): AsyncIterable<ExaminationEvent> {
    options.signal?.throwIfAborted();
    const deadline = performance.now() + options.deadlineMs;
    const info = inspectImage(bytes, options.limits);
    yield { type: "inspected", info };
    const started = performance.now();
    const image = await openImage(bytes, info, options);
    const elapsed_ms = performance.now() - started;
    const perceptual_hash = uprightHash(image.raster, image.info);
    yield { type: "decoded", elapsed_ms, ...(perceptual_hash !== undefined && { perceptual_hash }) };
    if (options.preprocess) yield { type: "preprocessed", image: await preprocessImage(bytes, info) };
    yield* runWithin(image, options.detectors, deadline, options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Runs detectors one after another in this process until `deadline` (of `performance.now()`). */
export async function* runWithin(
  image: ForensicImage,
  detectors: readonly Detector[],
  deadline: number,
  signal?: AbortSignal,
): AsyncGenerator<ExaminationEvent, void, undefined> {
  for (const [index, detector] of detectors.entries()) {
    signal?.throwIfAborted();
    const left = deadline - performance.now();
    if (left <= 0) {
      yield { type: "detected", run: endedRun(detector, "skipped", "no time was left for this detector", 0) };
      continue;
    }
    yield { type: "detector_started", id: detector.id };
    yield {
      type: "detected",
      run: await raceRun(detector, image, detectorBudget(left, detectors.length - index - 1), signal),
    };
  }
}

/** Milliseconds one detector may use when `waiting` others come after it. */
export function detectorBudget(left: number, waiting: number): number {
  return waiting === 0 ? left : left / 2;
}

async function raceRun(
  detector: Detector,
  image: ForensicImage,
  budget: number,
  signal?: AbortSignal,
): Promise<DetectorRun> {
  const started = performance.now();
  const timeout = AbortSignal.timeout(Math.ceil(budget));
  const stop = signal ? AbortSignal.any([signal, timeout]) : timeout;
  const stopped = new Promise<"stopped">((resolve) =>
    stop.addEventListener("abort", () => resolve("stopped"), { once: true }),
  );
  const outcome = await Promise.race([runDetector(detector, image, { signal: stop }), stopped]);
  if (outcome !== "stopped") return outcome;
  signal?.throwIfAborted();
  return endedRun(
    detector,
    "timed_out",
    `the detector did not finish in ${Math.round(budget)} ms`,
    performance.now() - started,
  );
}
