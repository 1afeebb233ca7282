import type { Raster } from "@artguard/core";

/** Pixels per side of a cell. */
export const cellSide = 16;
/** Grey levels squared that are added to a squared error: the rounding of samples to whole levels. */
const rounding = 0.05;
/** Cells in which a sample leaves this range may be clipped, and clipping has no colour filter pattern. */
const darkest = 3;
const brightest = 252;
/** Mean squared error below which a cell is too smooth to tell its lattices apart. */
const leastError = 0.5;

/** How much better one lattice of the green channel is predicted than the other, in cells; row-major, without the rim. */
export interface GreenPrediction {
  readonly width: number;
  readonly height: number;
  /**
   * Mean natural logarithm of the squared error where x + y is even, less that where it is odd; NaN in cells that are
   * too smooth or clipped.
   */
  readonly logRatio: Float32Array;
}

/**
 * Errors of predicting a green sample from its four neighbours. With a Bayer filter half of the green samples were
 * measured, in a chequerboard; the others were interpolated from them, and so their errors are smaller. The mean of
 * the logarithms is that of the geometric mean that the paper takes of the local variances.
 *
 * Ferrara, Bianchi, De Rosa, Piva, "Image forgery localization via fine-grained analysis of CFA artifacts",
 * IEEE TIFS 7(5), 2012, section III.
 *
 * @param raster RGB.
 */
export function greenPrediction({ width: pixels, height: lines, data }: Raster): GreenPrediction {
  const width = Math.floor((pixels - 2) / cellSide);
  const height = Math.floor((lines - 2) / cellSide);
  const logRatio = new Float32Array(width * height);
  for (let cell = 0; cell < logRatio.length; cell++) {
    const left = 1 + (cell % width) * cellSide;
    const top = 1 + Math.floor(cell / width) * cellSide;
    logRatio[cell] = cellLogRatio(data, 3 * pixels, left, top);
  }
  return { width, height, logRatio };
}

function cellLogRatio(data: Uint8Array, stride: number, left: number, top: number): number {
  let [difference, sum] = [0, 0];
  for (let y = top; y < top + cellSide; y++) {
    for (let x = left, at = y * stride + 3 * left + 1; x < left + cellSide; x++, at += 3) {
      const value = data[at]!;
      if (value < darkest || value > brightest) return Number.NaN;
      const error = value - (data[at - 3]! + data[at + 3]! + data[at - stride]! + data[at + stride]!) / 4;
      const squared = error * error;
      sum += squared;
      const log = Math.log(squared + rounding);
      difference += ((x + y) & 1) === 0 ? log : -log;
    }
  }
  const count = cellSide * cellSide;
  return sum < leastError * count ? Number.NaN : (2 * difference) / count;
}
