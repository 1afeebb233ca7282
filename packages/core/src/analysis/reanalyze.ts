import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Analysis, CompletedAnalysis } from "./analysis.ts";
import type { AnalysisContext, AnalysisStorage } from "./analysis-context.ts";
import { withHeatmaps } from "./completed-record.ts";
import { examineQuietly } from "./examine-image.ts";
import { epochMillisecondsSchema } from "./time.ts";

/** Options of `artguard.reanalyze`. */
export interface ReanalyzeOptions {
  /** Milliseconds from the start of work to the last detector; default from `createArtGuard`. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** Judges a saved image again; see `ArtGuard.reanalyze`. */
export async function reanalyze(
  requestId: string,
  options: ReanalyzeOptions,
  context: AnalysisContext,
): Promise<CompletedAnalysis> {
  const storage = await context.storage();
  const record = await storage.repository.get(requestId);
  await storage.admission?.readmit?.(record);
  const bytes = await savedImage(record, storage);
  const { stability: earlier, truncated: _, ...base } = record;
  const { analysis } = await examineQuietly(bytes, base, { ...options, stability: earlier !== undefined }, context);
  // Versions are told apart by their time, also when the clock stands still.
  const analyzed_at = Math.max(analysis.analyzed_at ?? 0, (record.analyzed_at ?? record.created_at) + 1);
  const result = { ...analysis, analyzed_at: epochMillisecondsSchema.parse(analyzed_at) };
  const stored = await storage.repository.replaceResult(record, result);
  return withHeatmaps(stored, analysis);
}

async function savedImage(record: Analysis, { images }: AnalysisStorage): Promise<Uint8Array> {
  const missing = (cause?: unknown) =>
    new ArtGuardError("analysis.image-not-saved", `no image is kept of analysis ${record.request_id}`, { cause });
  if (record.status !== "COMPLETED" || !record.image_object) throw missing();
  try {
    return await images.read(record.image_object);
  } catch (error) {
    throw isArtGuardError(error, "storage.not-found") ? missing(error) : error;
  }
}
