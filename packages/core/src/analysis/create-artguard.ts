import { randomUUID } from "node:crypto";
import type { Detector } from "../detection/detector.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { rescore } from "../fusion/fuse.ts";
import { defaultPolicy, type VerdictPolicy } from "../fusion/policy.ts";
import type { ImageLimits } from "../image/image-limits.ts";
import { MemoryTable } from "../storage/memory-table.ts";
import type { Table } from "../storage/table.ts";
import { version } from "../version.ts";
import type { Analysis, Assessment, CompletedAnalysis } from "./analysis.ts";
import { AnalysisRepository, analysisTable } from "./analysis-repository.ts";
import { type AnalysisContext, type AnalyzeOptions, analyzeImage } from "./analyze-image.ts";
import { findSimilar, type SimilarAnalysis, type SimilarOptions, type SimilarQuery } from "./find-similar.ts";
import { detect, probeStability, type StabilityOptions } from "./probe-stability.ts";
import type { ProgressEvent } from "./progress-event.ts";
import type { StabilityReport } from "./stability.ts";

/** Options of {@link createArtGuard}; everything has a default that needs nothing but Node. */
export interface ArtGuardOptions {
  /** The cues to apply, e.g. `forensicDetectors()` of `@artguard/forensics`. Ids must differ. */
  detectors: readonly Detector[];
  /** Where records are kept; default this process's memory. */
  analyses?: Table<Analysis>;
  /** Default the newest policy. */
  policy?: VerdictPolicy;
  /** Merged over the default limits. */
  limits?: Partial<ImageLimits>;
  /** `process` (default) decodes untrusted bytes in child processes; `none` decodes in this one. */
  isolation?: "process" | "none";
  /** Images analysed at the same time with isolation `process`; default the number of available cores. */
  concurrency?: number;
  /** Default deadline of an analysis in milliseconds, 1 to 2³¹ − 1; 60 000. */
  deadlineMs?: number;
  /** Clock in epoch milliseconds. */
  now?: () => number;
  /** Source of request ids; default random UUIDs. */
  newId?: () => string;
}

/** Forgery analysis of images. Dispose it to end its child processes. */
export interface ArtGuard extends AsyncDisposable {
  /**
   * Judges one image.
   *
   * @param bytes The whole file: JPEG, PNG, WebP, TIFF, AVIF or GIF (first frame).
   * @throws ArtGuardError `image.*` for bytes that cannot be judged, `analysis.aborted`, `analysis.invalid-input`.
   * @example
   * const analysis = await artguard.analyze(await readFile("portrait.jpg"), { filename: "portrait.jpg" });
   * console.log(analysis.verdict, analysis.forgery_score);
   */
  analyze(bytes: Uint8Array, options?: AnalyzeOptions): Promise<CompletedAnalysis>;
  /** As {@link ArtGuard.analyze}, as typed progress events; the last one carries the analysis. */
  analyzeStream(bytes: Uint8Array, options?: AnalyzeOptions): AsyncGenerator<ProgressEvent, void, undefined>;
  /**
   * Tells whether the verdict of an image would outlive a messenger app (resized, JPEG 75), another save, a resize or a
   * crop, and which evidence would die. Leaves no record.
   *
   * @param options.analysis The finished analysis of the same bytes by this instance; without it the image is examined
   * first.
   * @throws ArtGuardError `image.*` for bytes that cannot be judged, `analysis.aborted`, `analysis.invalid-input`.
   */
  probeStability(bytes: Uint8Array, options?: ProbeStabilityOptions): Promise<StabilityReport>;
  /** The stored record, without heat maps. @throws ArtGuardError `analysis.not-found` */
  get(requestId: string): Promise<Analysis>;
  /**
   * "Have I seen this picture before?": the user's own analyses of the same or a nearly identical picture, nearest first.
   *
   * @param query A perceptual hash, or the request_id of one of the user's analyses, which is left out of the answer.
   * @throws ArtGuardError `analysis.not-found` when the user has no such analysis, `analysis.invalid-input`.
   * @example
   * const seen = await artguard.findSimilar({ request_id: analysis.request_id }, { userId: "u1" });
   */
  findSimilar(query: SimilarQuery, options: SimilarOptions): Promise<SimilarAnalysis[]>;
  /** Judges the detections of a finished analysis again, under another policy (default: this instance's). */
  rescore(analysis: Pick<CompletedAnalysis, "detections">, policy?: VerdictPolicy): Assessment;
}

/** Options of {@link ArtGuard.probeStability}. */
export interface ProbeStabilityOptions extends StabilityOptions {
  analysis?: Pick<CompletedAnalysis, "detections">;
}

const defaultDeadlineMs = 60_000;
/** Timers of Node end at 2³¹ − 1 ms, about 25 days. */
const longestDeadlineMs = 2 ** 31 - 1;

/**
 * Assembles an {@link ArtGuard}. Image decoding is loaded here, not when the package is imported.
 *
 * @throws ArtGuardError `analysis.invalid-input` for options out of range.
 */
export async function createArtGuard(options: ArtGuardOptions): Promise<ArtGuard> {
  assertOptions(options);
  const { createExaminer, resolveLimits } = await import("../image/index.ts");
  const repository = new AnalysisRepository(options.analyses ?? new MemoryTable(analysisTable, clockOf(options)));
  const examiner = createExaminer({
    isolation: options.isolation ?? "process",
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  });
  const context: AnalysisContext = {
    detectors: options.detectors,
    examiner,
    repository,
    policy: options.policy ?? defaultPolicy,
    limits: resolveLimits(options.limits ?? {}),
    deadlineMs: options.deadlineMs ?? defaultDeadlineMs,
    now: options.now ?? Date.now,
    newId: options.newId ?? randomUUID,
    version,
  };
  return {
    analyze: async (bytes, analyzeOptions = {}) => lastAnalysis(start(bytes, analyzeOptions, context)),
    analyzeStream: (bytes, analyzeOptions = {}) => start(bytes, analyzeOptions, context),
    probeStability: (bytes, probeOptions = {}) => probe(bytes, probeOptions, context),
    get: (requestId) => repository.get(requestId),
    findSimilar: (query, similarOptions) => findSimilar(query, similarOptions, repository),
    rescore: (analysis, policy = context.policy) => rescore(analysis, policy),
    [Symbol.asyncDispose]: () => examiner[Symbol.asyncDispose](),
  };
}

function start(bytes: Uint8Array, options: AnalyzeOptions, context: AnalysisContext) {
  assertBytes(bytes);
  if (options.deadlineMs !== undefined) assertDeadline(options.deadlineMs);
  return analyzeImage(bytes, options, context);
}

async function probe(bytes: Uint8Array, options: ProbeStabilityOptions, context: AnalysisContext) {
  assertBytes(bytes);
  const { analysis, signal } = options;
  const { detectors, deadlineMs } = context;
  try {
    const examined = analysis ?? {
      detections: await detect(bytes, context, { detectors, deadlineMs, ...(signal && { signal }) }),
    };
    return await probeStability(bytes, examined.detections, options, context);
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new ArtGuardError("analysis.aborted", "the probe was stopped by its caller", { cause: error });
  }
}

function assertBytes(bytes: Uint8Array): void {
  if (bytes instanceof Uint8Array) return;
  throw new ArtGuardError("analysis.invalid-input", "expected the bytes of an image as a Uint8Array or Buffer", {
    fix: "Read the file first, for example with readFile() of node:fs/promises.",
  });
}

async function lastAnalysis(events: AsyncIterable<ProgressEvent>): Promise<CompletedAnalysis> {
  for await (const event of events) {
    if (event.type === "completed") return event.analysis;
  }
  throw new ArtGuardError("detection.failed", "the analysis ended without a result");
}

function clockOf({ now }: ArtGuardOptions): { now?: () => number } {
  return now ? { now } : {};
}

function assertOptions({ detectors, concurrency, deadlineMs }: ArtGuardOptions): void {
  const ids = detectors.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new ArtGuardError("analysis.invalid-input", `two detectors have the id "${twice}"`);
  if (deadlineMs !== undefined) assertDeadline(deadlineMs);
  if (concurrency === undefined || (Number.isSafeInteger(concurrency) && concurrency >= 1)) return;
  throw new ArtGuardError("analysis.invalid-input", `concurrency must be a whole number from 1 on, got ${concurrency}`);
}

function assertDeadline(value: number): void {
  if (value >= 1 && value <= longestDeadlineMs) return;
  throw new ArtGuardError(
    "analysis.invalid-input",
    `deadlineMs must be a number from 1 to ${longestDeadlineMs}, got ${value}`,
  );
}
