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
 */
export function requantizationErrors(plane: Plane, offset: number, qualities: readonly number[]): RequantizationErrors {
  const width = Math.floor((plane.width - offset) / windowSide);
  const height = Math.floor((plane.height - offset) / windowSide);
  const data = qualities.map(() => new Float32Array(width * height));
  const steps = qualities.map((quality) => Float64Array.from(frequencies, (i) => ijgLumaTable(quality)[i]!));
  const coefficients = new Float64Array(64);
  const low = new Float64Array(frequencies.length);
  for (let row = 0; row < 2 * height; row++) {
    for (let column = 0; column < 2 * width; column++) {
      blockDct(plane, offset + 8 * column, offset + 8 * row, coefficients);
      for (let k = 0; k < low.length; k++) low[k] = coefficients[frequencies[k]!]!;
      const window = (row >> 1) * width + (column >> 1);
      for (let q = 0; q < steps.length; q++) data[q]![window]! += requantizationError(low, steps[q]!);
    }
  }
  return { width, height, data };
}

function requantizationError(coefficients: Float64Array, steps: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < coefficients.length; k++) {
    const step = steps[k]!;
    const value = coefficients[k]!;
    const rest = value - step * Math.round(value / step);
    sum += rest * rest;
  }
  return sum;
}
