import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Language } from "../vision/explanation.ts";
import type { Analysis, CompletedAnalysis } from "./analysis.ts";
import type { AnalysisContext, AnalysisStorage } from "./analysis-context.ts";
import { withHeatmaps } from "./completed-record.ts";
import { examineQuietly } from "./examine-image.ts";
import { storeHeatmap } from "./kept-heatmap.ts";
import type { StoredObject } from "./stored-image.ts";
import { epochMillisecondsSchema } from "./time.ts";

/** Options of `artguard.reanalyze`. */
export interface ReanalyzeOptions {
  /** Milliseconds from the start of work to the last detector; default from `createArtGuard`. */
  deadlineMs?: number;
  signal?: AbortSignal;
  /** Of the explanation; default that of the present one. */
  language?: Language;
  /** False leaves remote detectors, vision model and knowledge base out; default true. */
  remote?: boolean;
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
  const { stability: earlier, truncated: _, unfinished: __, ...base } = record;
  const language = options.language ?? record.explanation?.language;
  const asked = { ...options, language, stability: earlier !== undefined };
  const examination = await examineQuietly(bytes, base, asked, context);
  const { analysis } = examination;
  const heatmap = await storeHeatmap(record, examination, context);
  const stored = await storage.repository
    .replaceResult(record, laterThan(record, analysis), { heatmap })
    .catch(async (error: unknown) => {
      if (heatmap && isArtGuardError(error, "analysis.lease-lost")) await deleteUnnamed(record, heatmap, storage);
      throw error;
    });
  await deleteFormer(record, heatmap, storage);
  return withHeatmaps(stored, analysis);
}

/** No record names it any more: what is not deleted here `sweepExpired` deletes. */
async function deleteFormer(
  { heatmap_object: former }: Analysis,
  present: StoredObject | null,
  { images }: AnalysisStorage,
): Promise<void> {
  if (former && former.key !== present?.key) await images.deleteHeatmap(former).catch(() => undefined);
}

/** Analysis or image went meanwhile, or another result came: nobody is led to this heat map. */
async function deleteUnnamed(
  { request_id }: Analysis,
  heatmap: StoredObject,
  { repository, images }: AnalysisStorage,
): Promise<void> {
  const present = await repository.find(request_id);
  if (present?.heatmap_object?.key !== heatmap.key) await images.deleteHeatmap(heatmap);
}

/** Versions are told apart by their time, also when the clock stands still. */
export function laterThan(record: Analysis, result: CompletedAnalysis): CompletedAnalysis {
  const analyzed_at = Math.max(result.analyzed_at ?? 0, (record.analyzed_at ?? record.created_at) + 1);
  return { ...result, analyzed_at: epochMillisecondsSchema.parse(analyzed_at) };
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
