import type { Detection, Heatmap } from "../detection/detection.ts";
import { fuseHeatmaps } from "../fusion/fuse-heatmaps.ts";
import { encodePng } from "../image/encode-png.ts";
import type { ImageInfo } from "../image/image-info.ts";
import { renderHeatmap } from "../image/render-heatmap.ts";

/** Id of the overlay of all detectors together. */
export const fusedOverlay = "all";

/** A heat map as it lies over the image on an evidence page. */
export interface Overlay {
  /** `all`, or the id of a detector. */
  readonly id: string;
  /** True for what is never scored. */
  readonly displayOnly: boolean;
  /** An 8-bit grey PNG in the frame of the oriented image, 255 = most suspicious. */
  readonly png: Uint8Array;
}

/** Longest side of an overlay in pixels; heat maps are coarser than that. */
const overlaySide = 1024;

/**
 * The fused map and those of the single detectors, display-only ones last. Empty when nothing is localised.
 *
 * @example
 * const [fused] = await overlaysOf(analysis.detections, info);
 * if (fused) await writeFile(`${fused.id}.png`, fused.png);
 */
export async function overlaysOf(detections: readonly Detection[], info: ImageInfo): Promise<Overlay[]> {
  const fused = fuseHeatmaps(detections, info);
  const single = detections
    .filter(({ status }) => status === "ok")
    .toSorted((a, b) => Number(a.family === "display") - Number(b.family === "display"));
  return await Promise.all([
    ...(fused ? [overlay(fusedOverlay, fused, info)] : []),
    ...single.flatMap(({ id, family, heatmap }) => (heatmap ? [overlay(id, heatmap, info, family === "display")] : [])),
  ]);
}

async function overlay(id: string, heatmap: Heatmap, info: ImageInfo, displayOnly = false): Promise<Overlay> {
  const shrink = Math.max(1, Math.max(info.width, info.height) / overlaySide);
  const size = {
    width: Math.max(1, Math.round(info.width / shrink)),
    height: Math.max(1, Math.round(info.height / shrink)),
    orientation: info.orientation,
  };
  const png = await encodePng(renderHeatmap({ ...heatmap, scale: heatmap.scale / shrink }, size));
  return { id, displayOnly, png };
}
