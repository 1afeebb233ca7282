import type { Plane } from "../raster/plane.ts";
import { tileSide } from "../raster/spectral-peaks.ts";

/**
 * How well a pixel is predicted by its neighbours, 0–1: `p = exp(−e²)` of the error e of the fixed linear predictor
 * `[−¼ ½ −¼; ½ 0 ½; −¼ ½ −¼]`. Interpolated pixels are predicted better, with the period of the interpolation.
 *
 * Kirchner, "Fast and reliable resampling detection by spectral analysis of fixed linear predictor residue",
 * ACM MM&Sec 2008, equations 23–25 (λ = 1, σ = 1, τ = 2).
 *
 * @param at Index of a pixel that is not on the rim.
 */
export function predictability(data: Float32Array, width: number, at: number): number {
  const [above, below] = [at - width, at + width];
  const error =
    data[at]! -
    0.5 * (data[above]! + data[below]! + data[at - 1]! + data[at + 1]!) +
    0.25 * (data[above - 1]! + data[above + 1]! + data[below - 1]! + data[below + 1]!);
  return Math.exp(-error * error);
}

/** Below this variance of the predictabilities a tile is flat, saturated or so rough that it says nothing. */
const leastVariance = 0.002;

/**
 * The predictabilities of the tile at (x, y), its mean removed.
 *
 * @returns False for a tile that says nothing; `out` is then all zero.
 */
export function predictorTile({ width, data }: Plane, x: number, y: number, out: Float64Array): boolean {
  let [sum, squares] = [0, 0];
  for (let v = 0, i = 0; v < tileSide; v++) {
    for (let at = (y + v) * width + x, end = at + tileSide; at < end; at++, i++) {
      const p = predictability(data, width, at);
      out[i] = p;
      sum += p;
      squares += p * p;
    }
  }
  const mean = sum / out.length;
  const isTelling = squares / out.length - mean * mean >= leastVariance;
  for (let i = 0; i < out.length; i++) out[i] = isTelling ? out[i]! - mean : 0;
  return isTelling;
}
