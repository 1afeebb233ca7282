import type { Plane } from "../raster/plane.ts";

/** Pixels per side of a cell; windows are 2 × 2 cells. */
export const cellSide = 64;
const smallestStep = 2;
const largestStep = 16;
/** Steps of the earlier compression's DC table that are looked for: 2…16; 1 leaves no trace. */
export const stepCount = largestStep - smallestStep + 1;
/** Grid positions times steps: hypothesis `grid · stepCount + step − 2`, grid `8·y + x`. */
export const hypothesisCount = 64 * stepCount;
/** Values are kept to a half. */
const resolution = 2;
/** Blocks whose mean is near black or white are clipped there, not quantised. */
const darkest = 8 * 6;
const brightest = 8 * 249;

/** `Σ e^{−2πiy/Q}` of the DC coefficients y of every cell, for each position of the block grid and each step Q. */
export interface PeriodSums {
  /** Cells per row and per column; a rim of less than a cell is left out. */
  readonly width: number;
  readonly height: number;
  /** `[cell · hypothesisCount + hypothesis]`. */
  readonly real: Float32Array;
  readonly imaginary: Float32Array;
  /** Blocks counted per cell and grid position: `[cell · 64 + grid]`. */
  readonly blocks: Uint16Array;
}

/** Grid (8·y + x) and DC step of a hypothesis. */
export function hypothesisAt(index: number): { readonly grid: number; readonly step: number } {
  return { grid: Math.floor(index / stepCount), step: smallestStep + (index % stepCount) };
}

/**
 * Fourier coefficients of the histogram of the DC coefficients at each period, for the 64 positions of a block grid.
 *
 * Bianchi & Piva, "Detection of nonaligned double JPEG compression based on integer periodicity maps", IEEE TIFS 7(2),
 * 2012, section III; here for cells of the image as well.
 */
export function shiftedPeriodSums(plane: Plane): PeriodSums {
  const width = Math.floor((plane.width - 7) / cellSide);
  const height = Math.floor((plane.height - 7) / cellSide);
  const size = width * height * hypothesisCount;
  const [real, imaginary] = [new Float32Array(size), new Float32Array(size)];
  const blocks = new Uint16Array(width * height * 64);
  const { cos, sin } = waveTables();
  for (const { y, dc } of blockRows(plane, height * cellSide)) {
    const row = Math.floor(y / cellSide) * width;
    for (let x = 0; x < width * cellSide; x++) {
      const value = dc[x]!;
      if (value < darkest || value > brightest) continue;
      const grid = 8 * (y & 7) + (x & 7);
      const cell = row + Math.floor(x / cellSide);
      blocks[cell * 64 + grid]!++;
      const to = cell * hypothesisCount + grid * stepCount;
      const from = Math.round(value * resolution) * stepCount;
      for (let i = 0; i < stepCount; i++) {
        real[to + i]! += cos[from + i]!;
        imaginary[to + i]! += sin[from + i]!;
      }
    }
  }
  return { width, height, real, imaginary, blocks };
}

/** DC coefficients (8 × mean) of the blocks whose top row is y and left column x; the same array each time. */
export function* blockRows(plane: Plane, rows: number): Generator<{ readonly y: number; readonly dc: Float64Array }> {
  const columns = new Float64Array(plane.width);
  const dc = new Float64Array(plane.width - 7);
  for (let y = 0; y < 7; y++) addRow(plane, y, columns, 1);
  for (let y = 0; y < rows; y++) {
    addRow(plane, y + 7, columns, 1);
    if (y > 0) addRow(plane, y - 1, columns, -1);
    let sum = 0;
    for (let x = 0; x < 7; x++) sum += columns[x]!;
    for (let x = 0; x < dc.length; x++) {
      sum += columns[x + 7]!;
      dc[x] = sum / 8;
      sum -= columns[x]!;
    }
    yield { y, dc };
  }
}

function addRow({ width, data }: Plane, y: number, columns: Float64Array, sign: 1 | -1): void {
  for (let x = 0, at = y * width; x < width; x++, at++) columns[x]! += sign * data[at]!;
}

/** Phase of a DC coefficient at a step: JPEG takes 128 from every pixel first, 1024 from the DC. */
export function dcPhase(dc: number, step: number): number {
  return (2 * Math.PI * (dc - 1024)) / step;
}

/** The waves of all steps for each value: `[value · stepCount + step − 2]`. */
function waveTables(): { cos: Float32Array; sin: Float32Array } {
  const values = Math.ceil(brightest * resolution) + 2;
  const [cos, sin] = [new Float32Array(values * stepCount), new Float32Array(values * stepCount)];
  for (let value = 0, i = 0; value < values; value++) {
    for (let step = smallestStep; step <= largestStep; step++, i++) {
      const phase = dcPhase(value / resolution, step);
      cos[i] = Math.cos(phase);
      sin[i] = -Math.sin(phase);
    }
  }
  return { cos, sin };
}
