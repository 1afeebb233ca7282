import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { fuseHeatmaps } from "../fusion/fuse-heatmaps.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisContext, AnalysisStorage } from "./analysis-context.ts";
import type { Examination } from "./examine-image.ts";
import type { StoredObject } from "./stored-image.ts";

/** The fused heat map of an examination as a PNG of at most 1024 px; undefined when nothing was localised. */
export async function fusedHeatmap(
  { analysis, info }: Pick<Examination, "analysis" | "info">,
  { policy }: Pick<AnalysisContext, "policy">,
): Promise<Uint8Array | undefined> {
  const fused = fuseHeatmaps(analysis.detections, info, policy);
  if (!fused) return undefined;
  const { encodePng, renderSmallHeatmap } = await import("../image/index.ts");
  return encodePng(renderSmallHeatmap(fused, info));
}

/**
 * Stores the heat map of a new result beside the kept image, before the record names it.
 *
 * @returns null when nothing was localised: the record then names none.
 */
export async function storeHeatmap(
  record: Analysis,
  examination: Pick<Examination, "analysis" | "info">,
  context: AnalysisContext,
): Promise<StoredObject | null> {
  const { images } = await context.storage();
  const png = await fusedHeatmap(examination, context);
  return png ? images.keepHeatmap(record, png) : null;
}

/** The bytes of a kept heat map; see `ArtGuard.heatmap`. */
export async function readHeatmap(
  requestId: string,
  { repository, images }: Pick<AnalysisStorage, "repository" | "images">,
): Promise<Uint8Array> {
  const missing = (cause?: unknown) =>
    new ArtGuardError("analysis.heat-map-not-kept", `no heat map is kept of analysis ${requestId}`, { cause });
  const { heatmap_object } = await repository.get(requestId);
  if (!heatmap_object) throw missing();
  try {
    return await images.readHeatmap(heatmap_object);
  } catch (error) {
    throw isArtGuardError(error, "storage.not-found") ? missing(error) : error;
  }
}
