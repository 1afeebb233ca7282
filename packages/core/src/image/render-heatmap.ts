import type { Heatmap } from "../detection/detection.ts";
import { orientedSize } from "./frame.ts";
import type { ImageInfo } from "./image-info.ts";

/** An 8-bit grey picture. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  /** One byte a pixel, row-major. */
  readonly data: Uint8Array;
}

/** Where sample positions fall on a coarser grid: left cell and weight of the right one. */
interface Interpolation {
  readonly cell: Uint32Array;
  readonly weight: Float32Array;
}

/**
 * Draws a heat map at the size of the oriented original: 255 = most suspicious, bilinear between the centres of cells.
 * Null draws an all-zero picture: nothing was localised.
 *
 * @example
 * const { width, height, data } = renderHeatmap(fuseHeatmaps(analysis.detections, info), info);
 */
export function renderHeatmap(
  heatmap: Heatmap | null,
  info: Pick<ImageInfo, "width" | "height" | "orientation">,
): GreyPicture {
  const size = orientedSize(info);
  const data = new Uint8Array(size.width * size.height);
  if (heatmap) draw(heatmap, info, data);
  return { ...size, data };
}

function draw(map: Heatmap, info: Pick<ImageInfo, "width" | "height" | "orientation">, data: Uint8Array): void {
  const across = interpolation(info.width, map.scale, map.width);
  const down = interpolation(info.height, map.scale, map.height);
  const { start, stepX, stepY } = strides(info);
  for (let y = 0; y < info.height; y++) {
    const upper = down.cell[y]! * map.width;
    const lower = Math.min(map.height - 1, down.cell[y]! + 1) * map.width;
    const wy = down.weight[y]!;
    for (let x = 0; x < info.width; x++) {
      const left = across.cell[x]!;
      const right = Math.min(map.width - 1, left + 1);
      const wx = across.weight[x]!;
      const top = map.data[upper + left]! * (1 - wx) + map.data[upper + right]! * wx;
      const bottom = map.data[lower + left]! * (1 - wx) + map.data[lower + right]! * wx;
      data[start + x * stepX + y * stepY] = Math.round(255 * (top * (1 - wy) + bottom * wy));
    }
  }
}

function interpolation(length: number, scale: number, cells: number): Interpolation {
  const cell = new Uint32Array(length);
  const weight = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const position = Math.min(cells - 1, Math.max(0, (i + 0.5) / scale - 0.5));
    cell[i] = Math.floor(position);
    weight[i] = position - cell[i]!;
  }
  return { cell, weight };
}

/** How an index into the oriented picture changes with stored x and y (EXIF 2.32, tag 0x0112). */
function strides({ width, height, orientation }: Pick<ImageInfo, "width" | "height" | "orientation">) {
  const row = orientation >= 5 ? height : width;
  const [w, h] = [width - 1, height - 1];
  return {
    1: { start: 0, stepX: 1, stepY: row },
    2: { start: w, stepX: -1, stepY: row },
    3: { start: h * row + w, stepX: -1, stepY: -row },
    4: { start: h * row, stepX: 1, stepY: -row },
    5: { start: 0, stepX: row, stepY: 1 },
    6: { start: h, stepX: row, stepY: -1 },
    7: { start: w * row + h, stepX: -row, stepY: -1 },
    8: { start: w * row, stepX: -row, stepY: 1 },
  }[orientation];
}
