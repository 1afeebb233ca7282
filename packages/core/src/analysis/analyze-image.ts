import type { Detection } from "../detection/detection.ts";
import { detectionOf } from "../detection/detection-of.ts";
import type { Detector } from "../detection/detector.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { calibrateDetection } from "../fusion/calibration.ts";
import type { VerdictPolicy } from "../fusion/policy.ts";
import type { Examiner } from "../image/examiner.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { ImageLimits } from "../image/image-limits.ts";
import type { Analysis, CompletedAnalysis } from "./analysis.ts";
import type { AnalysisRepository } from "./analysis-repository.ts";
import { completedRecord } from "./completed-record.ts";
import { probeStability, type StabilityOptions } from "./probe-stability.ts";
import type { ProgressEvent } from "./progress-event.ts";
import type { StabilityReport } from "./stability.ts";
import { type EpochMilliseconds, epochMillisecondsSchema, toIso } from "./time.ts";

/** What the use case works with; assembled by `createArtGuard`. */
export interface AnalysisContext {
  readonly detectors: readonly Detector[];
  readonly examiner: Examiner;
  readonly repository: AnalysisRepository;
  readonly policy: VerdictPolicy;
  readonly limits: ImageLimits;
  readonly deadlineMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Source of request ids. */
  readonly newId: () => string;
  readonly version: string;
}

/** Options of one analysis. */
export interface AnalyzeOptions {
  /** Shown in the record, never trusted for the type; default "". Path and control characters are removed. */
  filename?: string;
  /** Owner of the record; default a random pseudonym `anon#…`, so that anonymous users do not share a history. */
  userId?: string;
  /** Milliseconds from the start of work to the last detector; default from `createArtGuard`. */
  deadlineMs?: number;
  /** Stops the analysis; the record ends as FAILED with `analysis.aborted`. */
  signal?: AbortSignal;
  /** Also yield the `preprocessed` event. */
  preview?: boolean;
  /** Also probe whether the verdict outlives a messenger app; its time comes on top of the deadline. */
  stability?: boolean | Omit<StabilityOptions, "signal">;
}

const longestFilename = 255;

/**
 * Workflow A: record → inspect → decode → detect → fuse → record, as a stream of events that ends in the analysis.
 * A detector that fails or is late costs only its own opinion.
 *
 * @throws ArtGuardError `image.*` when the bytes cannot be judged, `analysis.aborted` when the signal fired. The
 * record then ends as FAILED.
 */
export async function* analyzeImage(
  bytes: Uint8Array,
  options: AnalyzeOptions,
  context: AnalysisContext,
): AsyncGenerator<ProgressEvent, void, undefined> {
  const pending = newRecord(bytes, options, context);
  await context.repository.create(pending);
  yield { type: "created", request_id: pending.request_id };
  const processing: Analysis = { ...pending, status: "PROCESSING" };
  await context.repository.advance(pending, processing);
  let settled = false;
  try {
    const analysis = yield* examine(bytes, options, context, processing);
    await context.repository.advance(processing, analysis);
    settled = true;
    yield { type: "completed", analysis };
  } catch (error) {
    settled = true;
    await fail(error, processing, options, context);
  } finally {
    // The consumer left the loop early: the record must not stay PROCESSING for ever.
    if (!settled) await context.repository.advance(processing, failedRecord(abandoned(), processing));
  }
}

async function* examine(
  bytes: Uint8Array,
  options: AnalyzeOptions,
  context: AnalysisContext,
  record: Analysis,
): AsyncGenerator<ProgressEvent, CompletedAnalysis, undefined> {
  const started = performance.now();
  const detections: Detection[] = [];
  let info: ImageInfo | undefined;
  let perceptual_hash: string | undefined;
  const events = context.examiner.examine(bytes, {
    detectors: context.detectors,
    deadlineMs: options.deadlineMs ?? context.deadlineMs,
    limits: context.limits,
    preprocess: options.preview ?? false,
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
    } else {
      yield event;
    }
  }
  if (!info) throw new ArtGuardError("image.undecodable", "the image was not inspected");
  const ordered = inConfiguredOrder(detections, context);
  const stability = await stabilityOf(bytes, ordered, options, context);
  const elapsed_ms = performance.now() - started;
  const { policy, version } = context;
  const hashed = perceptual_hash === undefined ? record : { ...record, perceptual_hash };
  return { ...completedRecord(hashed, { info, detections: ordered, elapsed_ms, policy, version }), ...stability };
}

async function stabilityOf(
  bytes: Uint8Array,
  detections: readonly Detection[],
  { stability, signal }: AnalyzeOptions,
  context: AnalysisContext,
): Promise<{ stability?: StabilityReport }> {
  if (stability === undefined || stability === false) return {};
  const options = { ...(stability === true ? {} : stability), ...(signal && { signal }) };
  return { stability: await probeStability(bytes, detections, options, context) };
}

function newRecord(bytes: Uint8Array, options: AnalyzeOptions, context: AnalysisContext): Analysis {
  const created_at = epochMillisecondsSchema.parse(context.now());
  return {
    request_id: context.newId(),
    created_at,
    user_id: options.userId ?? `anon#${context.newId()}`,
    status: "PENDING",
    filename: safeFilename(options.filename ?? ""),
    content_type: "application/octet-stream",
    size_bytes: bytes.length,
    timestamp_iso: toIso(created_at as EpochMilliseconds),
    image_saved: false,
  };
}

function inConfiguredOrder(detections: Detection[], { detectors }: AnalysisContext): Detection[] {
  const position = (id: string) => detectors.findIndex((detector) => detector.id === id);
  return detections.toSorted((a, b) => position(a.id) - position(b.id));
}

async function fail(
  error: unknown,
  record: Analysis,
  options: AnalyzeOptions,
  context: AnalysisContext,
): Promise<never> {
  const typed = options.signal?.aborted ? abandoned(error) : asTyped(error);
  await context.repository.advance(record, failedRecord(typed, record));
  throw typed;
}

function failedRecord(error: ArtGuardError, record: Analysis): Analysis {
  return { ...record, status: "FAILED", error: { ...error.toJSON(), retryable: false }, error_message: error.message };
}

function abandoned(cause?: unknown): ArtGuardError {
  return new ArtGuardError("analysis.aborted", "the analysis was stopped by its caller", { cause });
}

function asTyped(error: unknown): ArtGuardError {
  if (isArtGuardError(error)) return error;
  return new ArtGuardError("detection.failed", error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}

/** The last path segment without control and direction-changing characters, at most 255 characters. */
function safeFilename(filename: string): string {
  const name = filename.split(/[/\\]/).at(-1) ?? "";
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(0, longestFilename);
}
