import { ijgLumaTable } from "../jpeg/ijg-quality.ts";
import { blockDct } from "../raster/dct.ts";
import type { Plane } from "../raster/plane.ts";

/** Rounding to whole grey values, in all colours together. */
const roundingVariance = 1 / 12;
/** Blocks are taken off the file's own grid, where its coefficients are whole multiples of the steps. */
const offset = 4;

/**
 * What the compression of a file may have changed, place by place: each block of a shifted grid is quantised once more,
 * and the change stands for that of the first time. It is somewhat less, as what was lost cannot be lost again.
 */
export class QuantizationNoise {
  readonly #plane: Plane;
  readonly #steps: Uint16Array | undefined;
  readonly #columns: number;
  readonly #rows: number;
  /** −1 where not computed yet. */
  readonly #variances: Float32Array;
  readonly #passed: Float64Array | undefined;
  readonly #roundingVariance: number;
  readonly #coefficients = new Float64Array(64);

  /**
   * @param quality Of the JPEG; above 100 for files without loss.
   * @param passed Share of the power of each of the 64 frequencies, row-major, that counts; all of it if left out.
   */
  constructor(plane: Plane, quality: number, passed?: Float64Array) {
    this.#plane = plane;
    this.#passed = passed;
    this.#roundingVariance = roundingVariance * (passed ? passed.reduce((sum, share) => sum + share / 64, 0) : 1);
    this.#steps = quality > 100 ? undefined : ijgLumaTable(Math.max(1, Math.round(quality)));
    this.#columns = Math.max(0, Math.floor((plane.width - offset) / 8));
    this.#rows = Math.max(0, Math.floor((plane.height - offset) / 8));
    this.#variances = new Float32Array(this.#columns * this.#rows).fill(-1);
  }

  /** Mean square change of luma around a pixel, grey values². */
  at(x: number, y: number): number {
    if (!this.#steps || this.#variances.length === 0) return this.#roundingVariance;
    const column = Math.max(0, Math.min(this.#columns - 1, (x - offset) >> 3));
    const row = Math.max(0, Math.min(this.#rows - 1, (y - offset) >> 3));
    const block = row * this.#columns + column;
    if (this.#variances[block]! < 0) this.#variances[block] = this.#changeOf(column, row, this.#steps);
    return this.#variances[block]! + this.#roundingVariance;
  }

  #changeOf(column: number, row: number, steps: Uint16Array): number {
    blockDct(this.#plane, offset + 8 * column, offset + 8 * row, this.#coefficients);
    let sum = 0;
    for (let k = 0; k < 64; k++) {
      const rest = this.#coefficients[k]! - steps[k]! * Math.round(this.#coefficients[k]! / steps[k]!);
      sum += this.#passed ? this.#passed[k]! * rest * rest : rest * rest;
    }
    return sum / 64;
  }
}
