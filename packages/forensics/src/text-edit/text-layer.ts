import type { Plane } from "../raster/plane.ts";

/** Where a picture has ink and where it has paper, as far as brightness tells. */
export interface TextLayer {
  readonly width: number;
  readonly height: number;
  /** Luma less that of the paper around, grey levels: negative in dark letters, positive in light ones. */
  readonly contrast: Float32Array;
  /** Contrast of strong ink, grey levels. */
  readonly inkContrast: number;
  /** Distance to the nearest ink in pixels (chessboard), at most {@link farthest}; 0 on ink. */
  readonly distance: Uint8Array;
}

/** Distances are counted up to this. */
export const farthest = 10;
/** Share of pixels that letters cover in a line of text with its gaps, roughly: what "strong ink" is taken from. */
const inkShare = 0.01;
const leastContrast = 18;
const levels = 64;

/**
 * Separates ink from paper. Paper is the median brightness around: letters fill less than half of any place that is
 * larger than they are. Works for dark letters on light paper and for light ones on dark bands alike.
 */
export function textLayer(luma: Plane): TextLayer {
  const { width, height } = luma;
  const contrast = paperContrast(luma);
  const inkContrast = strongContrast(contrast);
  const threshold = Math.max(leastContrast, 0.4 * inkContrast);
  const distance = new Uint8Array(width * height);
  for (let i = 0; i < distance.length; i++) distance[i] = Math.abs(contrast[i]!) >= threshold ? 0 : farthest;
  spreadDistances(distance, width, height);
  return { width, height, contrast, inkContrast, distance };
}

/** Pixels per side of the blocks whose brightness is counted: larger in larger pictures, as their letters are. */
function blockSideOf({ width, height }: Plane): number {
  return 16 * Math.max(1, Math.round(Math.sqrt(width * height) / 1200));
}

function paperContrast(luma: Plane): Float32Array {
  const { width, height, data } = luma;
  const side = blockSideOf(luma);
  const [columns, rows] = [Math.ceil(width / side), Math.ceil(height / side)];
  const paper = blockMedians(luma, side, columns, rows);
  const contrast = new Float32Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    const v = Math.max(0, Math.min(rows - 1, (y + 0.5) / side - 0.5));
    const [upper, wy] = [Math.floor(v) * columns, v - Math.floor(v)];
    const lower = Math.min(rows - 1, Math.floor(v) + 1) * columns;
    for (let x = 0; x < width; x++, i++) {
      const u = Math.max(0, Math.min(columns - 1, (x + 0.5) / side - 0.5));
      const left = Math.floor(u);
      const right = Math.min(columns - 1, left + 1);
      const wx = u - left;
      const above = paper[upper + left]! + wx * (paper[upper + right]! - paper[upper + left]!);
      const below = paper[lower + left]! + wx * (paper[lower + right]! - paper[lower + left]!);
      contrast[i] = data[i]! - above - wy * (below - above);
    }
  }
  return contrast;
}

/** Median brightness of the 3×3 blocks around each block. */
function blockMedians({ width, height, data }: Plane, side: number, columns: number, rows: number): Float32Array {
  const counts = new Uint32Array(columns * rows * levels);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / side) * columns;
    for (let x = 0; x < width; x++, i++) {
      counts[(row + Math.floor(x / side)) * levels + Math.max(0, Math.min(levels - 1, data[i]! >> 2))]!++;
    }
  }
  const medians = new Float32Array(columns * rows);
  const sums = new Float64Array(levels);
  for (let block = 0; block < medians.length; block++) {
    sums.fill(0);
    const [x, y] = [block % columns, Math.floor(block / columns)];
    for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++)
      for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++)
        for (let k = 0, at = (v * columns + u) * levels; k < levels; k++) sums[k]! += counts[at + k]!;
    medians[block] = medianLevel(sums);
  }
  return medians;
}

function medianLevel(sums: Float64Array): number {
  let half = sums.reduce((sum, count) => sum + count, 0) / 2;
  for (let k = 0; k < levels; k++) {
    if (half <= sums[k]!) return 4 * (k + half / sums[k]!);
    half -= sums[k]!;
  }
  return 255;
}

function strongContrast(contrast: Float32Array): number {
  const counts = new Uint32Array(256);
  for (let i = 0; i < contrast.length; i++) counts[Math.min(255, Math.abs(contrast[i]!) | 0)]!++;
  let left = inkShare * contrast.length;
  for (let k = 255; k > 0; k--) {
    left -= counts[k]!;
    if (left <= 0) return k;
  }
  return 0;
}

/** Chessboard distances in two passes (Rosenfeld & Pfaltz, "Sequential operations in digital picture processing", JACM 13(4), 1966). */
function spreadDistances(distance: Uint8Array, width: number, height: number): void {
  const near = (i: number, j: number) => {
    if (distance[j]! + 1 < distance[i]!) distance[i] = distance[j]! + 1;
  };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (x > 0) near(i, i - 1);
      if (y === 0) continue;
      near(i, i - width);
      if (x > 0) near(i, i - width - 1);
      if (x < width - 1) near(i, i - width + 1);
    }
  }
  for (let y = height - 1, i = distance.length - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--, i--) {
      if (x < width - 1) near(i, i + 1);
      if (y === height - 1) continue;
      near(i, i + width);
      if (x > 0) near(i, i + width - 1);
      if (x < width - 1) near(i, i + width + 1);
    }
  }
}
