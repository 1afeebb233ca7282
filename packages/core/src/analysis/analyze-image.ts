import { isArtGuardError } from "../errors/artguard-error.ts";
import type { Analysis, CompletedAnalysis } from "./analysis.ts";
import type { AnalysisContext, AnalysisStorage } from "./analysis-context.ts";
import { createRecord, newRecord, type RecordOptions } from "./create-record.ts";
import { type Examination, examineImage } from "./examine-image.ts";
import { abandoned, asTyped } from "./failed-analysis.ts";
import type { Claim } from "./open-work-queue.ts";
import type { StabilityOptions } from "./probe-stability.ts";
import type { ProgressEvent } from "./progress-event.ts";
import { keepImage } from "./keep-image.ts";

/** Options of one analysis. */
export interface AnalyzeOptions extends RecordOptions {
  /** Milliseconds from the start of work to the last detector; default from `createArtGuard`. */
  deadlineMs?: number;
  /** Stops the analysis; the record ends as FAILED with `analysis.aborted`. */
  signal?: AbortSignal;
  /** Also yield the `preprocessed` event. */
  preview?: boolean;
  /** Also probe whether the verdict outlives a messenger app; its time comes on top of the deadline. */
  stability?: boolean | Omit<StabilityOptions, "signal">;
}

/** Beyond its deadlines an analysis of a living process does not last so long; then its record may be ended by others. */
const graceMs = 15 * 60_000;

/**
 * Workflow A: record → inspect → decode → detect → fuse → record, as a stream of events that ends in the analysis.
 * A detector that fails or is late costs only its own opinion.
 *
 * @throws ArtGuardError `image.*` when the bytes cannot be judged, `analysis.aborted` when the signal fired. The
 * record then ends as FAILED. `analysis.consent-required` when nothing was begun.
 */
export async function* analyzeImage(
  bytes: Uint8Array,
  options: AnalyzeOptions,
  context: AnalysisContext,
): AsyncGenerator<ProgressEvent, void, undefined> {
  const storage = await context.storage();
  const leaseMs = graceMs + 2 * (options.deadlineMs ?? context.deadlineMs);
  const record = await createRecord(heldByCreator(newRecord(bytes, options, context), leaseMs), context);
  yield { type: "created", request_id: record.request_id };
  const claim = await storage.queue.begin(record, leaseMs);
  let settled = false;
  try {
    const examination = yield* examineImage(bytes, claim.record, options, context);
    const analysis = await complete(bytes, claim, examination, options, context);
    settled = true;
    yield { type: "completed", analysis };
  } catch (error) {
    settled = true;
    const typed = options.signal?.aborted ? abandoned(error) : asTyped(error);
    await end(claim, typed, storage);
    throw typed;
  } finally {
    // The consumer left the loop early: the record must not stay PROCESSING for ever.
    if (!settled) await end(claim, abandoned(), storage);
  }
}

/** The creator of this record works on it at once. */
function heldByCreator(record: Analysis, leaseMs: number): Analysis {
  const lease_until = record.created_at + leaseMs;
  return { ...record, attempt: 1, fence: 1, lease_owner: "creator", lease_until };
}

async function complete(
  bytes: Uint8Array,
  claim: Claim,
  examination: Examination,
  { saveImage }: AnalyzeOptions,
  context: AnalysisContext,
): Promise<CompletedAnalysis> {
  const { analysis } = examination;
  const { queue } = await context.storage();
  const saved = saveImage ? await keepImage(bytes, claim.record, examination, context) : {};
  const stored = await queue.complete(claim, { ...analysis, ...saved });
  return { ...analysis, ...stored, status: "COMPLETED", detections: analysis.detections };
}

/** When the record was deleted or ended by others meanwhile, there is nothing left to say in it. */
async function end(claim: Claim, error: ReturnType<typeof asTyped>, { queue }: AnalysisStorage): Promise<void> {
  try {
    await queue.fail(claim, error);
  } catch (failure) {
    if (!isArtGuardError(failure, "analysis.lease-lost")) throw failure;
  }
}
