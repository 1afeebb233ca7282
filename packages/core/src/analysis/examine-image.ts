import type { Detection } from "../detection/detection.ts";
import { detectionOf } from "../detection/detection-of.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { calibrateDetection } from "../fusion/calibration.ts";
import { EventQueue } from "../image/event-queue.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import type { Language } from "../vision/explanation.ts";
import type { Analysis, CompletedAnalysis } from "./analysis.ts";
import type { AnalysisContext } from "./analysis-context.ts";
import { type CloudParts, noCloudParts } from "./cloud-parts.ts";
import { CloudWork } from "./cloud-work.ts";
import { completedRecord } from "./completed-record.ts";
import { probeStability, type StabilityOptions } from "./probe-stability.ts";
import type { ProgressEvent } from "./progress-event.ts";
import type { StabilityReport } from "./stability.ts";
import type { Stage } from "./stage.ts";

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
  /** Of the explanation; default from `createArtGuard`. */
  language?: Language | undefined;
  /** False leaves remote detectors, vision model and knowledge base out; default true. */
  remote?: boolean | undefined;
}

/** What an examination gives. */
export interface Examination {
  /** With heat maps. */
  readonly analysis: CompletedAnalysis;
  readonly info: ImageInfo;
  /** Only when it was needed. */
  readonly processed?: PreprocessedImage;
}

/** What the local detectors gave. */
interface LocalEvidence {
  readonly info: ImageInfo;
  readonly detections: Detection[];
  readonly stages: Stage[];
  readonly processed?: PreprocessedImage;
  readonly perceptual_hash?: string;
}

type Emit = (event: ProgressEvent) => void;

/**
 * Inspect → decode → detect, here and elsewhere → fuse → explain, as a stream of events. Reads and writes no record.
 *
 * @param record The record whose result this becomes.
 */
export async function* examineImage(
  bytes: Uint8Array,
  record: Analysis,
  options: ExamineOptions,
  context: AnalysisContext,
): AsyncGenerator<ProgressEvent, Examination, undefined> {
  const events = new EventQueue<ProgressEvent>();
  const leave = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, leave.signal]) : leave.signal;
  const work = examine(bytes, record, { ...options, signal }, context, (event) => events.push(event)).finally(() =>
    events.end(),
  );
  // Whoever leaves the stream early does not wait for its error.
  work.catch(() => {});
  try {
    yield* events;
    return await work;
  } finally {
    leave.abort();
    await work.catch(() => {});
  }
}

/** The result of an examination whose progress nobody watches. */
export async function examineQuietly(
  ...[bytes, record, options, context]: Parameters<typeof examineImage>
): Promise<Examination> {
  return await examine(bytes, record, options, context, () => {});
}

async function examine(
  bytes: Uint8Array,
  record: Analysis,
  options: ExamineOptions,
  context: AnalysisContext,
  emit: Emit,
): Promise<Examination> {
  const started = performance.now();
  const { policy, version, now } = context;
  const parts = options.remote === false ? noCloudParts : context.cloud;
  const language = options.language ?? context.language;
  const cloud = cloudWork(parts, record, { ...options, language }, context, emit);
  try {
    const local = await examineLocally(bytes, options, context, { parts, cloud, emit });
    const elsewhere = await cloud.finish();
    options.signal?.throwIfAborted();
    const { info, processed, perceptual_hash } = local;
    const detections = [...local.detections, ...elsewhere.detections];
    const stability = await stabilityOf(bytes, detections, options, context);
    const hashed = perceptual_hash === undefined ? record : { ...record, perceptual_hash };
    const analysis = completedRecord(hashed, {
      ...elsewhere,
      info,
      detections,
      stages: [...local.stages, ...elsewhere.stages],
      language,
      elapsed_ms: performance.now() - started,
      policy,
      version,
      analyzed_at: now(),
    });
    return { analysis: { ...analysis, ...stability }, info, ...(processed && { processed }) };
  } finally {
    cloud.close();
  }
}

function cloudWork(
  parts: CloudParts,
  { request_id, version_number = 0 }: Analysis,
  { deadlineMs, language, signal }: ExamineOptions & { language: Language },
  context: AnalysisContext,
  emit: Emit,
): CloudWork {
  const total = deadlineMs ?? context.deadlineMs;
  return new CloudWork(parts, {
    requestId: request_id,
    idempotencyKey: `${request_id}-${version_number + 1}`,
    language,
    deadlineMs: total,
    evidenceBudgetMs: Math.min(context.evidenceBudgetMs ?? total / 2, total),
    policy: context.policy,
    localDetectors: context.detectors.length,
    now: context.now,
    signal,
    emit,
  });
}

/** Runs the local detectors, and tells the parts elsewhere what there is for them. */
async function examineLocally(
  bytes: Uint8Array,
  options: ExamineOptions,
  context: AnalysisContext,
  { parts, cloud, emit }: { parts: CloudParts; cloud: CloudWork; emit: Emit },
): Promise<LocalEvidence> {
  const stages: Stage[] = [];
  let since = performance.now();
  const end = (stage: string, elapsed_ms = performance.now() - since) => {
    stages.push({ stage, elapsed_ms });
    since = performance.now();
  };
  const detections: Detection[] = [];
  let info: ImageInfo | undefined;
  let processed: PreprocessedImage | undefined;
  let perceptual_hash: string | undefined;
  const isNeeded = parts.vision !== undefined || parts.remoteDetectors.length > 0;
  const events = context.examiner.examine(bytes, {
    detectors: context.detectors,
    deadlineMs: options.deadlineMs ?? context.deadlineMs,
    limits: context.limits,
    preprocess: isNeeded || options.preview === true || options.saveImage === true,
    ...(options.signal && { signal: options.signal }),
  });
  for await (const event of events) {
    switch (event.type) {
      case "inspected":
        info = event.info;
        end("inspect");
        emit(event);
        break;
      case "decoded":
        perceptual_hash = event.perceptual_hash;
        end("decode", event.elapsed_ms);
        cloud.begin(event.elapsed_ms);
        emit(event);
        break;
      case "preprocessed":
        processed = event.image;
        end("preprocess");
        if (info) cloud.send(event.image, info);
        if (options.preview) emit(event);
        break;
      case "detector_started":
        emit({ type: "detector_started", detector: event.id });
        break;
      case "detected": {
        const { calibration, bounded } = context.policy;
        const detection = calibrateDetection(detectionOf(event.run), calibration, bounded);
        detections.push(detection);
        cloud.see(detection);
        emit({ type: "detected", detection });
      }
    }
  }
  if (!info) throw new ArtGuardError("image.undecodable", "the image was not inspected");
  if (detections.length > 0) end("detectors");
  return {
    info,
    detections: inConfiguredOrder(detections, context),
    stages,
    ...(processed && { processed }),
    ...(perceptual_hash !== undefined && { perceptual_hash }),
  };
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
