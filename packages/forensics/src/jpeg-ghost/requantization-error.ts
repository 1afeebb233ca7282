import { ijgLumaTable } from "../jpeg/ijg-quality.ts";
import { zigzagToNatural } from "../jpeg/zigzag.ts";
import { blockDct } from "../raster/dct.ts";
import type { Plane } from "../raster/plane.ts";

/** Pixels per side of a window: 2 × 2 blocks. */
export const windowSide = 16;
/** Low frequencies carry nearly all of the difference, and the others are zero in most JPEGs. */
const frequencies = zigzagToNatural.slice(1, 21);

/** For every window and quality, how much a compression at that quality would change the window. */
export interface RequantizationErrors {
  /** Windows per row and per column; a rim of less than a window is left out. */
  readonly width: number;
  readonly height: number;
  /** `data[quality index][window]`: sum of squared differences of 20 AC coefficients of the window's four blocks. */
  readonly data: readonly Float32Array[];
}

/**
 * The difference between luma and its recompression at each quality, on the grid that starts at (offset, offset).
 * Computed on DCT coefficients, where rounding to a quantisation step is all that a compression does.
 *
 * @param qualities Ascending.
 */
export function requantizationErrors(plane: Plane, offset: number, qualities: readonly number[]): RequantizationErrors {
  const width = Math.floor((plane.width - offset) / windowSide);
  const height = Math.floor((plane.height - offset) / windowSide);
  const data = qualities.map(() => new Float32Array(width * height));
  const ladder = stepLadder(qualities);
  const coefficients = new Float64Array(64);
  /** At entry q, what the sum rises by from quality index q + 1 to q. */
  const rises = new Float64Array(qualities.length);
  for (let row = 0; row < 2 * height; row++) {
    for (let column = 0; column < 2 * width; column++) {
      blockDct(plane, offset + 8 * column, offset + 8 * row, coefficients);
      rises.fill(0);
      addErrors(coefficients, ladder, rises);
      const window = (row >> 1) * width + (column >> 1);
      for (let q = rises.length - 1, sum = 0; q >= 0; q--) {
        sum += rises[q]!;
        data[q]![window]! += sum;
      }
    }
  }
  return { width, height, data };
}

/** The different steps of each frequency, from the finest to the coarsest: neighbouring qualities share most of them. */
interface StepLadder {
  readonly step: Float64Array;
  /** 1 / step. */
  readonly inverse: Float64Array;
  /** Index of the best quality with this step. */
  readonly quality: Int32Array;
  /** Where the steps of frequency k begin, at k; the end of all, at the last entry. */
  readonly start: Int32Array;
}

function stepLadder(qualities: readonly number[]): StepLadder {
  const rungs: { step: number; quality: number }[] = [];
  const start = new Int32Array(frequencies.length + 1);
  for (const [k, frequency] of frequencies.entries()) {
    for (let quality = qualities.length - 1; quality >= 0; quality--) {
      const step = ijgLumaTable(qualities[quality]!)[frequency]!;
      if (rungs.length === start[k] || step !== rungs.at(-1)!.step) rungs.push({ step, quality });
    }
    start[k + 1] = rungs.length;
  }
  return {
    step: Float64Array.from(rungs, ({ step }) => step),
    inverse: Float64Array.from(rungs, ({ step }) => 1 / step),
    quality: Int32Array.from(rungs, ({ quality }) => quality),
    start,
  };
}

/** Adding and subtracting it rounds a number below 2⁵¹ to the nearest whole one, many times faster than `Math.round`. */
const roundingShift = 1.5 * 2 ** 52;

/**
 * Adds up the squared rounding errors of one block. From one quality to the next most steps stay the same, so only
 * the changes are noted; and a step of more than twice the coefficient rounds it to zero, as do all coarser ones.
 */
function addErrors(coefficients: Float64Array, { step, inverse, quality, start }: StepLadder, rises: Float64Array) {
  for (let k = 0; k < frequencies.length; k++) {
    const value = coefficients[frequencies[k]!]!;
    const twice = 2 * Math.abs(value);
    const end = start[k + 1]!;
    let error = 0;
    let rung = start[k]!;
    for (; rung < end && step[rung]! < twice; rung++) {
      const whole = value * inverse[rung]! + roundingShift - roundingShift;
      const rest = value - step[rung]! * whole;
      rises[quality[rung]!]! += rest * rest - error;
      error = rest * rest;
    }
    if (rung < end) rises[quality[rung]!]! += value * value - error;
  }
}
