import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Detector } from "../detection/detector.ts";
import type { RemoteDetector } from "../detection/remote-detector.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { rescore } from "../fusion/fuse.ts";
import { defaultPolicy, type VerdictPolicy } from "../fusion/policy.ts";
import type { ImageLimits } from "../image/image-limits.ts";
import type { Page } from "../storage/table.ts";
import { version } from "../version.ts";
import { type Language, languages } from "../vision/explanation.ts";
import type { KnowledgeBase } from "../vision/knowledge-base.ts";
import type { VisionModel } from "../vision/vision-model.ts";
import type { AdmissionGate } from "./admission.ts";
import type { Analysis, Assessment, CompletedAnalysis } from "./analysis.ts";
import type { AnalysisContext, Retention } from "./analysis-context.ts";
import type { PageOptions } from "./analysis-repository.ts";
import type { AnalysisSummary } from "./analysis-table.ts";
import { type AnalyzeOptions, analyzeImage } from "./analyze-image.ts";
import type { AnnouncementFailure } from "./announce-work.ts";
import type { AnalysisCounts } from "./count-analyses.ts";
import { deleteAnalysis } from "./delete-analysis.ts";
import { type DisputeOptions, disputeAnalysis, type ReviewOptions, reviewAnalysis } from "./dispute-analysis.ts";
import { findSimilar, type SimilarAnalysis, type SimilarOptions, type SimilarQuery } from "./find-similar.ts";
import { readHeatmap } from "./kept-heatmap.ts";
import { openAnalysisStorage } from "./open-analysis-storage.ts";
import type { StorageOptions } from "./open-storage.ts";
import { detect, probeStability, type StabilityOptions } from "./probe-stability.ts";
import { type OpenWorkSummary, type ProcessOpenWorkOptions, processOpenWork } from "./process-open-work.ts";
import { type ProcessSubmittedOptions, processSubmitted } from "./process-submitted.ts";
import type { ProgressEvent } from "./progress-event.ts";
import { type ReanalyzeOptions, reanalyze } from "./reanalyze.ts";
import { type ResumedAnalysis, type ResumeOptions, resume } from "./resume.ts";
import type { StabilityReport } from "./stability.ts";
import { performAnalysis, type SubmitOptions, submitImage } from "./submit-image.ts";
import { type Uploads, uploadMethods } from "./uploads.ts";
import type { WorkAnnouncements } from "./work-announcements.ts";

/** Options of {@link createArtGuard}; everything has a default that needs nothing but Node. */
export interface ArtGuardOptions extends StorageOptions {
  /** The cues to apply, e.g. `forensicDetectors()` of `@artguard/forensics`. Ids must differ. */
  detectors: readonly Detector[];
  /** Detectors that run elsewhere on the copy of at most 2048 px, beside the others; default none. */
  remoteDetectors?: readonly RemoteDetector[];
  /** Model that looks at the copy and explains the evidence; default none: the explanation is written from the evidence. */
  vision?: VisionModel;
  /** Documents that explanations may cite; default none. */
  knowledge?: KnowledgeBase;
  /** Language of explanations; default `en`. */
  language?: Language;
  /**
   * Milliseconds from the start of work after which the vision model is asked with the evidence that is there, when local
   * detectors are still at work; default half of the deadline.
   */
  evidenceBudgetMs?: number;
  /** Name of the table of analyses; default `artguard-image-analysis-dev`. */
  analysisTable?: string;
  /** How long images and records exist; default 30 days, and for ever. */
  retention?: Retention;
  /**
   * Name of the table of users, in which an erasure leaves its mark; default `artguard-users-dev`. `false` where there is
   * none: then nobody is refused because of an erasure. An `admission` looks there itself.
   */
  userTable?: string | false;
  /** Which analyses may begin; default `erasureGate`: all but those of users who are being or were erased. */
  admission?: AdmissionGate;
  /** Where submitted analyses are announced to workers elsewhere; default nowhere: they look into the store. */
  announcements?: Pick<WorkAnnouncements, "announce">;
  /** Told of an analysis that was submitted and could not be announced; whoever looks into the store finds it. */
  onAnnouncementFailure?: (failure: AnnouncementFailure) => void;
  /** Default the newest policy. */
  policy?: VerdictPolicy;
  /** Merged over the default limits. */
  limits?: Partial<ImageLimits>;
  /** `process` (default) decodes untrusted bytes in child processes; `none` decodes in this one. */
  isolation?: "process" | "none";
  /** Images analysed at the same time with isolation `process`; default the number of available cores. */
  concurrency?: number;
  /**
   * Child processes that may share the detectors of one image while no other image waits for one; default 2, at most
   * `concurrency`. 1 needs the least memory and processor time for each image, and more time from start to end.
   */
  processesPerImage?: number;
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
   * @throws ArtGuardError `image.*` for bytes that cannot be judged, `analysis.aborted`, `analysis.invalid-input`,
   * `analysis.consent-required` for `saveImage` without consent, `user.being-erased`, `user.invalid-input` for a bad
   * `userId`, `storage.table-missing` when there is no table of users (see `userTable`).
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
   * Where the image looks forged, all detectors together, as a PNG: 8-bit grey, 255 = most suspicious, the upright image
   * at no more than 1024 px. Kept with the image, as long as that, and for no image that is not kept.
   *
   * @throws ArtGuardError `analysis.not-found`, `analysis.heat-map-not-kept` also when nothing was localised,
   * `keys.approval-required` where images are opened by custodians alone.
   */
  heatmap(requestId: string): Promise<Uint8Array>;
  /**
   * A user's analyses, newest first, a page at a time.
   *
   * @param options.limit 1–1000, default 20.
   * @throws ArtGuardError `analysis.invalid-input` for `anonymous`, `storage.invalid-cursor` for another user's cursor.
   * @example
   * const { items, cursor } = await artguard.history("u1", { limit: 20 });
   */
  history(userId: string, options?: PageOptions): Promise<Page<AnalysisSummary>>;
  /** How many analyses there are in each status and with each verdict, and their average score; from counters. */
  counts(period?: { from?: number; to?: number }): Promise<AnalysisCounts>;
  /**
   * Leaves an analysis to be done later, by {@link ArtGuard.processOpenWork} here or in another process with the same
   * stores. Its input is held until it ends, at most 24 hours.
   *
   * @returns the PENDING record.
   * @throws ArtGuardError `image.empty`, `image.too-large`, `image.unsupported-format`, `analysis.invalid-input`.
   */
  submit(bytes: Uint8Array, options?: SubmitOptions): Promise<Analysis>;
  /** Images too large for one request. */
  readonly uploads: Uploads;
  /**
   * Does submitted analyses until there are none, or with `pollMs` until it is stopped or drained. Any number of processes
   * may do so at once.
   *
   * @throws ArtGuardError `storage.*`
   */
  processOpenWork(options?: Partial<ProcessOpenWorkOptions>): Promise<OpenWorkSummary>;
  /**
   * Does one submitted analysis, for callers that are told which: a message of a queue. Told twice, it is done once.
   *
   * @returns the record that is now COMPLETED or FAILED; undefined when it was deleted.
   * @throws ArtGuardError `analysis.still-open` when another worker holds it, or there will be another attempt.
   */
  processSubmitted(requestId: string, options?: Partial<ProcessSubmittedOptions>): Promise<Analysis | undefined>;
  /**
   * Judges a saved image again, with today's detectors and policy. The earlier result stays as a version.
   *
   * @throws ArtGuardError `analysis.image-not-saved`, `analysis.not-found`, `user.being-erased`, `analysis.lease-lost`
   * when another result came in between.
   */
  reanalyze(requestId: string, options?: ReanalyzeOptions): Promise<CompletedAnalysis>;
  /**
   * Asks remote detectors whose answer was late (`unfinished`) for it once more, and judges the stored detections with what
   * came. The earlier result stays as a version. Needs the remote detectors of the analysis, by their ids, and no image.
   *
   * @returns what was merged and what is still awaited; when nothing came, the record as it is.
   * @throws ArtGuardError `analysis.nothing-to-resume`, `analysis.detector-not-configured`, `analysis.handle-expired`,
   * `analysis.not-found`, `analysis.aborted`, `user.being-erased`, `analysis.lease-lost` when another result came in between.
   */
  resume(requestId: string, options?: ResumeOptions): Promise<ResumedAnalysis>;
  /**
   * All results of an analysis, oldest first, each with the last dispute and review of it; the last is the present record.
   *
   * @throws ArtGuardError `analysis.not-found`
   */
  versions(requestId: string): Promise<Analysis[]>;
  /**
   * Says that somebody does not agree with a result. The dispute is kept beside the verdict, about the result of that
   * moment, also after `reanalyze`; no detector, model or fusion ever sees it.
   *
   * @returns the record with the open dispute.
   * @throws ArtGuardError `analysis.not-found`, `analysis.not-completed`, `analysis.already-disputed`,
   * `analysis.dispute-limit`, `analysis.invalid-input`, `user.being-erased`, `analysis.lease-lost` when another result or
   * statement came in between.
   * @example
   * await artguard.dispute(analysis.request_id, { reason: "This is the second state of the print." });
   */
  dispute(requestId: string, options: DisputeOptions): Promise<Analysis>;
  /**
   * What a person says who looked at a disputed result, with or without a verdict of their own. It is kept beside the
   * verdict, never over it, and ends the dispute unless `resolved` is false.
   *
   * @returns the record with the review.
   * @throws ArtGuardError `analysis.not-found`, `analysis.not-disputed`, `analysis.dispute-limit`,
   * `analysis.invalid-input`, `user.being-erased`, `analysis.lease-lost` as {@link ArtGuard.dispute}.
   */
  review(requestId: string, options: ReviewOptions): Promise<Analysis>;
  /** Analyses with an open dispute, the longest disputed first, a page at a time. @throws ArtGuardError `storage.invalid-cursor` */
  disputed(options?: PageOptions): Promise<Page<Analysis>>;
  /** Deletes an analysis with its images and earlier results. @throws ArtGuardError `analysis.not-found` */
  deleteAnalysis(requestId: string): Promise<void>;
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
/** The lifecycle of the buckets deletes images then. */
const longestImageDays = 30;
const longestRecordDays = 36_500;

/**
 * Assembles an {@link ArtGuard}. Image decoding is loaded here, not when the package is imported.
 *
 * @throws ArtGuardError `analysis.invalid-input` for options out of range.
 * @example
 * await using artguard = await createArtGuard({ detectors: forensicDetectors() });
 * const { verdict, forgery_score, findings } = await artguard.analyze(await readFile("portrait.jpg"));
 */
export async function createArtGuard(options: ArtGuardOptions): Promise<ArtGuard> {
  assertOptions(options);
  const { createExaminer, resolveLimits } = await import("../image/index.ts");
  const examiner = createExaminer({
    isolation: options.isolation ?? "process",
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    ...(options.processesPerImage !== undefined && { processesPerImage: options.processesPerImage }),
  });
  const storage = openAnalysisStorage(options);
  const context: AnalysisContext = {
    detectors: options.detectors,
    cloud: {
      remoteDetectors: options.remoteDetectors ?? [],
      vision: options.vision,
      knowledge: options.knowledge,
    },
    language: options.language ?? "en",
    evidenceBudgetMs: options.evidenceBudgetMs,
    examiner,
    announcements: options.announcements,
    onAnnouncementFailure: options.onAnnouncementFailure ?? (() => undefined),
    storage: storage.open,
    policy: options.policy ?? defaultPolicy,
    limits: resolveLimits(options.limits ?? {}),
    retention: options.retention ?? {},
    deadlineMs: options.deadlineMs ?? defaultDeadlineMs,
    now: options.now ?? Date.now,
    newId: options.newId ?? randomUUID,
    version,
  };
  return {
    analyze: async (bytes, analyzeOptions = {}) => lastAnalysis(start(bytes, analyzeOptions, context)),
    analyzeStream: (bytes, analyzeOptions = {}) => start(bytes, analyzeOptions, context),
    probeStability: (bytes, probeOptions = {}) => probe(bytes, probeOptions, context),
    rescore: (analysis, policy = context.policy) => rescore(analysis, policy),
    ...recordMethods(context),
    uploads: uploadMethods(context),
    [Symbol.asyncDispose]: async () => {
      await examiner[Symbol.asyncDispose]();
      await storage.close();
    },
  };
}

function recordMethods(context: AnalysisContext) {
  const repository = async () => (await context.storage()).repository;
  const perform = (record: Analysis, signal: AbortSignal) => performAnalysis(record, signal, context);
  return {
    get: async (requestId) => (await repository()).get(requestId),
    heatmap: async (requestId) => readHeatmap(requestId, await context.storage()),
    history: async (userId, pageOptions) => (await repository()).history(userId, pageOptions),
    counts: async (period) => (await repository()).counts(period),
    findSimilar: async (query, similarOptions) => findSimilar(query, similarOptions, await repository()),
    submit: async (bytes, submitOptions = {}) => {
      assertBytes(bytes);
      assertCall(submitOptions);
      return submitImage(bytes, submitOptions, context);
    },
    processOpenWork: async (workOptions) => {
      const { queue } = await context.storage();
      return processOpenWork(queue, perform, { owner: ownName(), ...workOptions });
    },
    reanalyze: async (requestId, reanalyzeOptions = {}) => {
      assertCall(reanalyzeOptions);
      return reanalyze(requestId, reanalyzeOptions, context);
    },
    processSubmitted: async (requestId, workOptions) =>
      processSubmitted(requestId, await context.storage(), perform, { owner: ownName(), ...workOptions }),
    resume: async (requestId, resumeOptions = {}) => {
      assertCall(resumeOptions);
      return resume(requestId, resumeOptions, context);
    },
    versions: async (requestId) => (await repository()).results(requestId),
    dispute: async (requestId, disputeOptions) => disputeAnalysis(requestId, disputeOptions, context),
    review: async (requestId, reviewOptions) => reviewAnalysis(requestId, reviewOptions, context),
    disputed: async (pageOptions) => (await repository()).disputed(pageOptions),
    deleteAnalysis: async (requestId) => deleteAnalysis(requestId, await context.storage()),
  } satisfies Partial<ArtGuard>;
}

function ownName(): string {
  return `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
}

function start(bytes: Uint8Array, options: AnalyzeOptions, context: AnalysisContext) {
  assertBytes(bytes);
  assertCall(options);
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

function assertOptions(options: ArtGuardOptions): void {
  const {
    detectors,
    remoteDetectors = [],
    vision,
    concurrency,
    processesPerImage,
    evidenceBudgetMs,
    retention,
  } = options;
  const ids = [...detectors, ...remoteDetectors, ...(vision ? [vision] : [])].map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new ArtGuardError("analysis.invalid-input", `two detectors have the id "${twice}"`);
  assertCall(options);
  if (evidenceBudgetMs !== undefined) assertDeadline(evidenceBudgetMs, "evidenceBudgetMs");
  assertDays("imageDays", retention?.imageDays, longestImageDays);
  assertDays("recordDays", retention?.recordDays, longestRecordDays);
  assertCount("concurrency", concurrency);
  assertCount("processesPerImage", processesPerImage);
}

function assertCount(name: string, count: number | undefined): void {
  if (count === undefined || (Number.isSafeInteger(count) && count >= 1)) return;
  throw new ArtGuardError("analysis.invalid-input", `${name} must be a whole number from 1 on, got ${count}`);
}

/** What every call may say of its result. Nothing is begun, and paid for, that could not be explained in the end. */
function assertCall({ deadlineMs, language }: { deadlineMs?: number; language?: Language }): void {
  if (deadlineMs !== undefined) assertDeadline(deadlineMs);
  if (language === undefined || languages.includes(language)) return;
  const known = languages.join(", ");
  throw new ArtGuardError(
    "analysis.invalid-input",
    `language must be one of ${known}, got ${JSON.stringify(language)}`,
  );
}

function assertDays(name: string, days: number | undefined, longest: number): void {
  if (days === undefined || (days > 0 && days <= longest)) return;
  throw new ArtGuardError("analysis.invalid-input", `${name} must be a number up to ${longest}, got ${days}`);
}

function assertDeadline(value: number, name = "deadlineMs"): void {
  if (value >= 1 && value <= longestDeadlineMs) return;
  throw new ArtGuardError(
    "analysis.invalid-input",
    `${name} must be a number from 1 to ${longestDeadlineMs}, got ${value}`,
  );
}
