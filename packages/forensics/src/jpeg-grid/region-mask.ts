import type { ForeignRegion } from "./foreign-grids.ts";
import { reach } from "./grid-regions.ts";

/** The pixels of a region and its bounding box without stragglers. */
export interface RegionMask {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Row-major in the box, 1 = in the region. */
  readonly data: Uint8Array;
}

/**
 * The region's votes with gaps of up to 2·{@link reach} pixels filled, along rows, then along columns.
 * Rows and columns at the rim with less than half the average number of votes are cut off: chance votes near a region
 * hang on to it.
 */
export function regionMask(region: ForeignRegion): RegionMask {
  const { x, y, width, height } = trimmedBox(region);
  const { votesMap, grid } = region;
  const data = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (y + row) * votesMap.width + x;
    for (let i = 0; i < width; i++) data[row * width + i] = votesMap.data[from + i] === grid ? 1 : 0;
  }
  for (let row = 0; row < height; row++) fillGaps(data, row * width, 1, width);
  for (let column = 0; column < width; column++) fillGaps(data, column, width, height);
  return { x, y, width, height, data };
}

function trimmedBox({ x, y, width, height, grid, votesMap }: ForeignRegion) {
  const perColumn = new Float64Array(width);
  const perRow = new Float64Array(height);
  for (let row = 0; row < height; row++) {
    const from = (y + row) * votesMap.width + x;
    for (let i = 0; i < width; i++) {
      if (votesMap.data[from + i] !== grid) continue;
      perColumn[i]!++;
      perRow[row]!++;
    }
  }
  const [left, right] = filledPart(perColumn);
  const [top, bottom] = filledPart(perRow);
  return { x: x + left, y: y + top, width: right - left + 1, height: bottom - top + 1 };
}

/** First and last entry of at least half the mean. */
function filledPart(counts: Float64Array): [number, number] {
  const least = counts.reduce((sum, count) => sum + count, 0) / counts.length / 2;
  return [counts.findIndex((count) => count >= least), counts.findLastIndex((count) => count >= least)];
}

function fillGaps(data: Uint8Array, from: number, step: number, length: number): void {
  let last = -1;
  for (let i = 0; i < length; i++) {
    if (data[from + i * step] === 0) continue;
    if (last >= 0 && i - last <= 2 * reach + 1) {
      for (let gap = last + 1; gap < i; gap++) data[from + gap * step] = 1;
    }
    last = i;
  }
}
