import { type CompletedAnalysis, fuseHeatmaps, type Heatmap } from "@artguard/core";
import { encodePng, type ImageInfo, renderHeatmap } from "@artguard/core/image";

/** A heat map as it lies over the image on an evidence page. */
export interface Overlay {
  /** `all`, or the id of a detector. */
  readonly id: string;
  readonly label: string;
  /** An 8-bit grey PNG in the frame of the oriented image, 255 = most suspicious. */
  readonly png: Uint8Array;
}

/** Longest side of an overlay in pixels; heat maps are coarser than that. */
const overlaySide = 1024;

/** The fused map and those of the single detectors, display-only ones last. Empty when nothing is localised. */
export async function overlaysOf(analysis: CompletedAnalysis, info: ImageInfo): Promise<Overlay[]> {
  const fused = fuseHeatmaps(analysis.detections, info);
  const single = analysis.detections
    .filter(({ status, heatmap }) => status === "ok" && heatmap)
    .toSorted((a, b) => Number(a.family === "display") - Number(b.family === "display"));
  return await Promise.all([
    ...(fused ? [overlay("all", "all detectors", fused, info)] : []),
    ...single.map(({ id, family, heatmap }) =>
      overlay(id, family === "display" ? `${id} (for display only)` : id, heatmap!, info),
    ),
  ]);
}

async function overlay(id: string, label: string, heatmap: Heatmap, info: ImageInfo): Promise<Overlay> {
  const shrink = Math.max(1, Math.max(info.width, info.height) / overlaySide);
  const size = {
    width: Math.max(1, Math.round(info.width / shrink)),
    height: Math.max(1, Math.round(info.height / shrink)),
    orientation: info.orientation,
  };
  return { id, label, png: await encodePng(renderHeatmap({ ...heatmap, scale: heatmap.scale / shrink }, size)) };
}
