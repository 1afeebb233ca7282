import { type CellStatistics, histogramSize } from "./cell-statistics.ts";

/** Features of overlapping square windows of a whole number of cells; one window per cell that is its top left. */
export interface WindowFeatures {
  /** Windows per row and per column. */
  readonly width: number;
  readonly height: number;
  /** Cells per side of a window. */
  readonly span: number;
  /** `histogramSize` square roots of the shares of the patterns, per window. */
  readonly features: Float32Array;
  /** Mean luma, 0–255. */
  readonly brightness: Float32Array;
  /** Natural logarithm of the mean difference of luma over a few pixels. */
  readonly texture: Float32Array;
  /** Share of its pixels in cells that have not lost their noise, 0–1. */
  readonly valid: Float32Array;
}

/** Shares of a cell's pixels from which on it does not count. */
const mostClipped = 0.1;
const mostRepeated = 0.9;

/**
 * Sums the cells of each window by running sums and takes square roots of the shares, which makes Euclidean distance
 * a distance of distributions (Hellinger). Cells that are clipped or artificially flat do not count.
 *
 * @param span Cells per side of a window.
 */
export function windowFeatures(cells: CellStatistics, span: number): WindowFeatures {
  const width = cells.width - span + 1;
  const height = cells.height - span + 1;
  const windows = width * height;
  const fields = histogramSize + 3;
  const packed = packedCells(cells, fields);
  const out = {
    width,
    height,
    span,
    features: new Float32Array(windows * histogramSize),
    brightness: new Float32Array(windows),
    texture: new Float32Array(windows),
    valid: new Float32Array(windows),
  };
  forEachWindow(packed, fields, cells, span, (window, sums) => {
    const used = sums[histogramSize]!;
    out.valid[window] = used / (span * span);
    if (used === 0) return;
    let total = 0;
    for (let k = 0; k < histogramSize; k++) total += sums[k]!;
    for (let k = 0; k < histogramSize; k++)
      out.features[window * histogramSize + k] = Math.sqrt(sums[k]! / Math.max(1, total));
    const pixels = used * cells.side ** 2;
    out.brightness[window] = sums[histogramSize + 1]! / pixels;
    out.texture[window] = Math.log(0.25 + sums[histogramSize + 2]! / pixels);
  });
  return out;
}

/** Histogram, 1, brightness and texture of each cell that counts; zeros of the others. */
function packedCells(
  { histograms, brightness, texture, clipped, repeated, side }: CellStatistics,
  fields: number,
): Float32Array {
  const packed = new Float32Array(brightness.length * fields);
  const pixels = side * side;
  for (let cell = 0; cell < brightness.length; cell++) {
    if (clipped[cell]! > mostClipped * pixels || repeated[cell]! > mostRepeated * pixels) continue;
    const at = cell * fields;
    for (let k = 0; k < histogramSize; k++) packed[at + k] = histograms[cell * histogramSize + k]!;
    packed[at + histogramSize] = 1;
    packed[at + histogramSize + 1] = brightness[cell]!;
    packed[at + histogramSize + 2] = texture[cell]!;
  }
  return packed;
}

/** Running sums: down the columns of cells, then along the rows; each cell is added once and taken away once. */
function forEachWindow(
  packed: Float32Array,
  fields: number,
  { width: columns, height: rows }: CellStatistics,
  span: number,
  visit: (window: number, sums: Float64Array) => void,
): void {
  const column = new Float64Array(columns * fields);
  const sums = new Float64Array(fields);
  const rowLength = columns * fields;
  for (let row = 0, window = 0; row < rows; row++) {
    const added = row * rowLength;
    for (let i = 0; i < rowLength; i++) column[i]! += packed[added + i]!;
    if (row >= span) {
      const removed = (row - span) * rowLength;
      for (let i = 0; i < rowLength; i++) column[i]! -= packed[removed + i]!;
    }
    if (row < span - 1) continue;
    sums.fill(0);
    for (let x = 0; x < columns; x++) {
      for (let k = 0; k < fields; k++) sums[k]! += column[x * fields + k]!;
      if (x >= span) for (let k = 0; k < fields; k++) sums[k]! -= column[(x - span) * fields + k]!;
      if (x >= span - 1) visit(window++, sums);
    }
  }
}
