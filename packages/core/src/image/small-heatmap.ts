import type { Heatmap } from "../detection/detection.ts";
import type { Oriented } from "./frame.ts";
import { type GreyPicture, renderHeatmap } from "./render-heatmap.ts";

/** Longest side of a small heat map in pixels. */
export const smallHeatmapSide = 1024;

/**
 * As `renderHeatmap`, at most {@link smallHeatmapSide} pixels wide and high; never larger than the image. Where cells are
 * finer than its pixels the strongest one counts, so that no small mark is lost.
 *
 * @example
 * const fused = fuseHeatmaps(analysis.detections, info);
 * if (fused) await writeFile("where.png", await encodePng(renderSmallHeatmap(fused, info)));
 */
export function renderSmallHeatmap(heatmap: Heatmap, info: Oriented): GreyPicture {
  const factor = Math.min(1, smallHeatmapSide / Math.max(info.width, info.height));
  const coarse = coarser(heatmap, Math.max(1, Math.floor(1 / (heatmap.scale * factor))));
  const size = {
    width: Math.max(1, Math.round(info.width * factor)),
    height: Math.max(1, Math.round(info.height * factor)),
  };
  return renderHeatmap({ ...coarse, scale: coarse.scale * factor }, { ...size, orientation: info.orientation });
}

/** The strongest of each `by` × `by` cells. */
function coarser({ width, height, scale, data }: Heatmap, by: number): Heatmap {
  const [across, down] = [Math.ceil(width / by), Math.ceil(height / by)];
  const strongest = new Float32Array(across * down);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / by) * across;
    for (let x = 0; x < width; x++) {
      const cell = row + Math.floor(x / by);
      strongest[cell] = Math.max(strongest[cell]!, data[y * width + x]!);
    }
  }
  return { width: across, height: down, scale: scale * by, data: strongest };
}
