import type { Detection } from "../detection/detection.ts";
import { detectionOf } from "../detection/detection-of.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { calibrateDetection } from "../fusion/calibration.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import type { Analysis, CompletedAnalysis } from "./analysis.ts";
import type { AnalysisContext } from "./analysis-context.ts";
import { completedRecord } from "./completed-record.ts";
import { probeStability, type StabilityOptions } from "./probe-stability.ts";
import type { ProgressEvent } from "./progress-event.ts";
import type { StabilityReport } from "./stability.ts";

/** How to examine an image. */
export interface ExamineOptions {
  /** Milliseconds from the start of work to the last detector; default from `createArtGuard`. */
  deadlineMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Also yield the `preprocessed` event. */
  preview?: boolean | undefined;
  /** Also return the copy of at most 2048 px. */
  saveImage?: boolean | undefined;
  stability?: boolean | Omit<StabilityOptions, "signal"> | undefined;
}

/** What an examination gives. */
export interface Examination {
  /** With heat maps. */
  readonly analysis: CompletedAnalysis;
  readonly info: ImageInfo;
  /** Only with `saveImage` or `preview`. */
  readonly processed?: PreprocessedImage;
}

/**
 * Inspect → decode → detect → fuse, as a stream of events. Reads and writes no record.
 *
 * @param record The record whose result this becomes.
 */
export async function* examineImage(
  bytes: Uint8Array,
  record: Analysis,
  options: ExamineOptions,
  context: AnalysisContext,
): AsyncGenerator<ProgressEvent, Examination, undefined> {
  const started = performance.now();
  const detections: Detection[] = [];
  let info: ImageInfo | undefined;
  let processed: PreprocessedImage | undefined;
  let perceptual_hash: string | undefined;
  const events = context.examiner.examine(bytes, {
    detectors: context.detectors,
    deadlineMs: options.deadlineMs ?? context.deadlineMs,
    limits: context.limits,
    preprocess: options.preview === true || options.saveImage === true,
    ...(options.signal && { signal: options.signal }),
  });
  for await (const event of events) {
    if (event.type === "inspected") info = event.info;
    if (event.type === "decoded") perceptual_hash = event.perceptual_hash;
    if (event.type === "detected") {
      const detection = calibrateDetection(detectionOf(event.run), context.policy.calibration);
      detections.push(detection);
      yield { type: "detected", detection };
    } else if (event.type === "detector_started") {
      yield { type: "detector_started", detector: event.id };
    } else if (event.type === "preprocessed") {
      processed = event.image;
      if (options.preview) yield event;
    } else {
      yield event;
    }
  }
  if (!info) throw new ArtGuardError("image.undecodable", "the image was not inspected");
  const ordered = inConfiguredOrder(detections, context);
  const stability = await stabilityOf(bytes, ordered, options, context);
  const elapsed_ms = performance.now() - started;
  const { policy, version, now } = context;
  const hashed = perceptual_hash === undefined ? record : { ...record, perceptual_hash };
  const examined = { info, detections: ordered, elapsed_ms, policy, version, analyzed_at: now() };
  return { analysis: { ...completedRecord(hashed, examined), ...stability }, info, ...(processed && { processed }) };
}

/** The result of an examination whose progress nobody watches. */
export async function examineQuietly(
  ...[bytes, record, options, context]: Parameters<typeof examineImage>
): Promise<Examination> {
  const events = examineImage(bytes, record, options, context);
  let next = await events.next();
  while (!next.done) next = await events.next();
  return next.value;
}

async function stabilityOf(
  bytes: Uint8Array,
  detections: readonly Detection[],
  { stability, signal }: ExamineOptions,
  context: AnalysisContext,
): Promise<{ stability?: StabilityReport }> {
  if (stability === undefined || stability === false) return {};
  const options = { ...(stability === true ? {} : stability), ...(signal && { signal }) };
  return { stability: await probeStability(bytes, detections, options, context) };
}

function inConfiguredOrder(detections: Detection[], { detectors }: AnalysisContext): Detection[] {
  const position = (id: string) => detectors.findIndex((detector) => detector.id === id);
  return detections.toSorted((a, b) => position(a.id) - position(b.id));
}
