import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { Language } from "../vision/explanation.ts";
import type { Analysis, CompletedAnalysis } from "./analysis.ts";
import type { AnalysisContext } from "./analysis-context.ts";
import { withHeatmaps } from "./completed-record.ts";
import { createRecord, newRecord, type RecordOptions } from "./create-record.ts";
import { type Examination, examineImage } from "./examine-image.ts";
import { abandoned, asTyped } from "./failed-analysis.ts";
import { keepImage } from "./keep-image.ts";
import type { Claim, ClaimOptions } from "./open-work-queue.ts";
import type { StabilityOptions } from "./probe-stability.ts";
import type { ProgressEvent } from "./progress-event.ts";

/** Options of one analysis. */
export interface AnalyzeOptions extends RecordOptions {
  /** Milliseconds from the start of work to the last detector, here or elsewhere; default from `createArtGuard`. */
  deadlineMs?: number;
  /** Stops the analysis; the record ends as FAILED with `analysis.aborted`. */
  signal?: AbortSignal;
  /** Also yield the `preprocessed` event. */
  preview?: boolean;
  /** Of the explanation; default from `createArtGuard`. */
  language?: Language;
  /** False leaves remote detectors, vision model and knowledge base out of this analysis; default true. */
  remote?: boolean;
  /** Also probe whether the verdict outlives a messenger app; its time comes on top of the deadline. */
  stability?: boolean | Omit<StabilityOptions, "signal">;
}

/** Beyond its deadlines no analysis of a living process lasts so long; afterwards workers may end its record. */
const graceMs = 15 * 60_000;

/**
 * Workflow A: record → inspect → decode → detect → fuse → explain → record, as a stream of events that ends in the analysis.
 * A detector that fails or is late costs only its own opinion.
 *
 * @throws ArtGuardError `image.*` when the bytes cannot be judged, `analysis.aborted` when the signal fired. The
 * record then ends as FAILED. `analysis.consent-required` and what an admission refuses come before there is a record.
 */
export async function* analyzeImage(
  bytes: Uint8Array,
  options: AnalyzeOptions,
  context: AnalysisContext,
): AsyncGenerator<ProgressEvent, void, undefined> {
  const creator = { owner: "creator", leaseMs: graceMs + 2 * (options.deadlineMs ?? context.deadlineMs) };
  const record = held(newRecord(bytes, options, context), creator);
  const { outcome, analysis } = await createRecord(record, options, context);
  yield { type: "created", request_id: analysis.request_id };
  if (outcome === "replayed") {
    yield { type: "completed", analysis: resultOf(analysis) };
    return;
  }
  const { queue } = await context.storage();
  const claim =
    outcome === "resumed" ? await queue.takeOver(analysis, creator) : await queue.begin(analysis, creator.leaseMs);
  yield* judge(bytes, claim, options, context);
}

async function* judge(
  bytes: Uint8Array,
  claim: Claim,
  options: AnalyzeOptions,
  context: AnalysisContext,
): AsyncGenerator<ProgressEvent, void, undefined> {
  let settled = false;
  try {
    const examination = yield* examineImage(bytes, claim.record, options, context);
    const analysis = await complete(bytes, claim, examination, options, context);
    settled = true;
    yield { type: "completed", analysis };
  } catch (error) {
    settled = true;
    const typed = options.signal?.aborted ? abandoned(error) : asTyped(error);
    await end(claim, typed, context);
    throw typed;
  } finally {
    // The consumer left the loop early: the record must not stay PROCESSING for ever.
    if (!settled) await end(claim, abandoned(), context);
  }
}

/** The creator of a record works on it at once. */
function held(record: Analysis, { owner, leaseMs }: ClaimOptions): Analysis {
  return { ...record, attempt: 1, fence: 1, lease_owner: owner, lease_until: record.created_at + leaseMs };
}

async function complete(
  bytes: Uint8Array,
  claim: Claim,
  examination: Examination,
  { saveImage }: AnalyzeOptions,
  context: AnalysisContext,
): Promise<CompletedAnalysis> {
  const { queue } = await context.storage();
  const saved = saveImage ? await keepImage(bytes, claim.record, examination, context) : {};
  const stored = await queue.complete(claim, { ...examination.analysis, ...saved });
  return withHeatmaps(stored, examination.analysis);
}

/** When the record was ended or deleted by others meanwhile, there is nothing left to say in it. */
async function end(claim: Claim, error: ArtGuardError, context: AnalysisContext): Promise<void> {
  const { queue } = await context.storage();
  try {
    await queue.fail(claim, error);
  } catch (failure) {
    if (!isArtGuardError(failure, "analysis.lease-lost")) throw failure;
  }
}

/** What an earlier request for the same gave: its result, or its error again. */
function resultOf(record: Analysis): CompletedAnalysis {
  if (record.status === "COMPLETED") return record as CompletedAnalysis;
  const {
    code = "user.idempotency-in-flight",
    message = `the same request was submitted before and is ${record.status}`,
    fix,
  } = record.error ?? {};
  throw new ArtGuardError(code as ErrorCode, message, fix === undefined ? {} : { fix });
}
