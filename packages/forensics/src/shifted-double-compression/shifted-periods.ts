import type { Plane } from "../raster/plane.ts";
import { type WaveKernel, waveKernel, waveLength } from "./wave-kernel.ts";

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

/** `Σ e^{−2πiy/Q}` of the DC coefficients y of every cell, for each shifted position of the block grid and each step Q. */
export interface PeriodSums {
  /** Cells per row and per column; a rim of less than a cell is left out. */
  readonly width: number;
  readonly height: number;
  /** `[cell · hypothesisCount + hypothesis]`; 0 for grids that are not shifted. */
  readonly real: Float32Array;
  readonly imaginary: Float32Array;
  /** Blocks counted per cell and grid position: `[cell · 64 + grid]`; 0 for grids that are not shifted. */
  readonly blocks: Uint16Array;
}

/** Grid (8·y + x) and DC step of a hypothesis. */
export function hypothesisAt(index: number): { readonly grid: number; readonly step: number } {
  return { grid: Math.floor(index / stepCount), step: smallestStep + (index % stepCount) };
}

/** False for grids that share lines with that of the file, whose own quantisation shows there. */
export function isShifted(grid: number): boolean {
  return (grid & 7) !== 0 && grid >> 3 !== 0;
}

/**
 * Fourier coefficients of the histogram of the DC coefficients at each period, for the shifted positions of a block grid.
 *
 * Bianchi & Piva, "Detection of nonaligned double JPEG compression based on integer periodicity maps", IEEE TIFS 7(2),
 * 2012, section III; here for cells of the image as well.
 *
 * @param kernelOf For tests: what adds waves up.
 */
export function shiftedPeriodSums(plane: Plane, kernelOf: (bytes: number) => WaveKernel = waveKernel): PeriodSums {
  const width = Math.max(0, Math.floor((plane.width - 7) / cellSide));
  const height = Math.max(0, Math.floor((plane.height - 7) / cellSide));
  const size = width * height * hypothesisCount;
  const sums = {
    width,
    height,
    real: new Float32Array(size),
    imaginary: new Float32Array(size),
    blocks: new Uint16Array(width * height * 64),
  };
  if (size === 0) return sums;
  const rowOfCells = new RowOfCells(width, kernelOf);
  for (const { y, dc } of blockRows(plane, height * cellSide, (row) => (row & 7) !== 0)) {
    rowOfCells.add(dc, y & 7, sums.blocks, Math.floor(y / cellSide));
    if ((y & (cellSide - 1)) === cellSide - 1) rowOfCells.moveTo(sums, Math.floor(y / cellSide));
  }
  return sums;
}

const waveBytes = 4 * waveLength;

/** Sums of one row of cells, in the memory of the kernel: the waves of all values, the sums, what is to be added. */
class RowOfCells {
  readonly #width: number;
  readonly #kernel: WaveKernel;
  readonly #sumsAt: number;
  readonly #pairsAt: number;
  readonly #sums: Float32Array;
  readonly #pairs: Int32Array;

  constructor(width: number, kernelOf: (bytes: number) => WaveKernel) {
    const waves = waveTable();
    this.#width = width;
    this.#sumsAt = waves.byteLength;
    this.#pairsAt = this.#sumsAt + width * 64 * waveBytes;
    this.#kernel = kernelOf(this.#pairsAt + 8 * width * cellSide);
    const { memory } = this.#kernel;
    new Float32Array(memory, 0, waves.length).set(waves);
    this.#sums = new Float32Array(memory, this.#sumsAt, width * 64 * waveLength);
    this.#pairs = new Int32Array(memory, this.#pairsAt, 2 * width * cellSide);
  }

  /** Adds the waves of the blocks that begin in one row of pixels, and counts them. */
  add(dc: Float64Array, gridRow: number, blocks: Uint16Array, row: number): void {
    const pairs = this.#pairs;
    const sumsAt = this.#sumsAt;
    const end = this.#width * cellSide;
    let count = 0;
    for (let x = 0; x < end; x++) {
      const column = x & 7;
      const value = dc[x]!;
      if (column === 0 || value < darkest || value > brightest) continue;
      const place = Math.floor(x / cellSide) * 64 + 8 * gridRow + column;
      blocks[row * this.#width * 64 + place]!++;
      pairs[count++] = Math.round(value * resolution) * waveBytes;
      pairs[count++] = sumsAt + place * waveBytes;
    }
    this.#kernel.run.addWaves(this.#pairsAt, 4 * count);
  }

  /** Writes the sums where they belong, and begins anew. */
  moveTo({ real, imaginary }: PeriodSums, row: number): void {
    const sums = this.#sums;
    const first = row * this.#width * 64;
    for (let place = 0; place < this.#width * 64; place++) {
      const [from, to] = [place * waveLength, (first + place) * stepCount];
      for (let i = 0; i < stepCount; i++) {
        real[to + i] = sums[from + i]!;
        imaginary[to + i] = sums[from + waveLength / 2 + i]!;
      }
    }
    sums.fill(0);
  }
}

/**
 * DC coefficients (8 × mean) of the blocks whose top row is y and left column x; the same array each time.
 *
 * @param isWanted Rows for which it is false are left out.
 */
export function* blockRows(
  plane: Plane,
  rows: number,
  isWanted: (y: number) => boolean,
): Generator<{ readonly y: number; readonly dc: Float64Array }> {
  const columns = new Float64Array(plane.width);
  const dc = new Float64Array(plane.width - 7);
  for (let y = 0; y < 7; y++) addRow(plane, y, columns, 1);
  for (let y = 0; y < rows; y++) {
    addRow(plane, y + 7, columns, 1);
    if (y > 0) addRow(plane, y - 1, columns, -1);
    if (!isWanted(y)) continue;
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

/** For each value the cosines of all steps, then their sines with the sign turned; both begin a half of the vector. */
function waveTable(): Float32Array {
  const values = Math.ceil(brightest * resolution) + 2;
  const waves = new Float32Array(values * waveLength);
  for (let value = 0; value < values; value++) {
    for (let step = smallestStep; step <= largestStep; step++) {
      const phase = dcPhase(value / resolution, step);
      const at = value * waveLength + step - smallestStep;
      waves[at] = Math.cos(phase);
      waves[at + waveLength / 2] = -Math.sin(phase);
    }
  }
  return waves;
}
