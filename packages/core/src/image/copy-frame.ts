import type { Heatmap, Region } from "../detection/detection.ts";
import { type Oriented, orientCorner, orientedSize, storedRegion } from "./frame.ts";

/** Where the pixels of a preprocessed copy lie in the image that it was made of. */
export interface CopyFrame {
  /** Pixels of the copy. */
  readonly copy: { readonly width: number; readonly height: number };
  /** Stored pixels of the image, and how a viewer turns them. */
  readonly stored: Oriented;
}

/** Moves a region from the copy to the stored raster; it covers every stored pixel that it touched. */
export function regionFromCopy(region: Region, { copy, stored }: CopyFrame): Region {
  const oriented = orientedSize(stored);
  const across = (x: number, round: (value: number) => number) =>
    within(round(x * (oriented.width / copy.width)), oriented.width);
  const down = (y: number, round: (value: number) => number) =>
    within(round(y * (oriented.height / copy.height)), oriented.height);
  const x = Math.min(across(region.x, Math.floor), oriented.width - 1);
  const y = Math.min(down(region.y, Math.floor), oriented.height - 1);
  const placed = {
    ...region,
    x,
    y,
    width: Math.max(1, across(region.x + region.width, Math.ceil) - x),
    height: Math.max(1, down(region.y + region.height, Math.ceil) - y),
    ...(region.polygon && {
      polygon: region.polygon.map(([cx, cy]): [number, number] => [across(cx, Math.round), down(cy, Math.round)]),
    }),
  };
  return storedRegion(placed, stored);
}

/** Draws a map of the copy anew for the stored raster, in cells of about the same part of the picture. */
export function heatmapFromCopy(map: Heatmap, { copy, stored }: CopyFrame): Heatmap {
  const oriented = orientedSize(stored);
  const scale = Math.max(1, Math.round((map.scale * oriented.width) / copy.width));
  const [width, height] = [Math.ceil(stored.width / scale), Math.ceil(stored.height / scale)];
  const data = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const centre: [number, number] = [
        Math.min(stored.width, (column + 0.5) * scale),
        Math.min(stored.height, (row + 0.5) * scale),
      ];
      const [x, y] = orientCorner(centre, stored);
      const cellX = Math.floor((x * copy.width) / oriented.width / map.scale);
      const cellY = Math.floor((y * copy.height) / oriented.height / map.scale);
      data[row * width + column] = map.data[within(cellY, map.height - 1) * map.width + within(cellX, map.width - 1)]!;
    }
  }
  return { width, height, scale, data };
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
