import type { Plane } from "../raster/plane.ts";

/** Pixels per side of a window. */
export const windowSide = 32;
const blockSide = 4;
const blocksPerSide = windowSide / blockSide;

/** Noise and brightness of the windows of an image, row-major; a rim of less than a window is left out. */
export interface WindowNoise {
  readonly width: number;
  readonly height: number;
  /** Standard deviation of the noise in grey levels; NaN where the scene hides it. */
  readonly deviation: Float32Array;
  /** Mean luma, 0–255. */
  readonly brightness: Float32Array;
  /** Standard deviation of the means of 4×4 blocks in grey levels, less what the noise alone adds to it. */
  readonly structure: Float32Array;
}

/** Blocks darker or brighter than this have lost noise at the ends of the range. */
const darkest = 12;
const brightest = 243;
/** Share of the blocks that may have lost noise. */
const mostClipped = 0.1;
/** Standard deviation of the 4×4 means above which a window shows too much of the scene. */
const mostStructure = 14;
/** Immerkær's mask has a gain of 36 on the variance of white noise; the mean of |x| of a Gaussian is 0.7979 σ. */
const gain = 6 * Math.sqrt(2 / Math.PI);

/**
 * Noise of every 32×32 window: Immerkær's Laplacian difference mask, which lines and slopes do not excite, averaged over
 * 4×4 blocks, and of these the lower quartile, which small edges do not reach.
 *
 * Immerkær, "Fast noise variance estimation", Computer Vision and Image Understanding 64(2), 1996, eq. 3.
 */
export function windowNoise(plane: Plane): WindowNoise {
  const width = Math.floor((plane.width - 2) / windowSide);
  const height = Math.floor((plane.height - 2) / windowSide);
  const deviation = new Float32Array(width * height);
  const brightness = new Float32Array(width * height);
  const structure = new Float32Array(width * height);
  const means = new Float32Array(blocksPerSide ** 2);
  const noise = new Float32Array(blocksPerSide ** 2);
  for (let window = 0; window < deviation.length; window++) {
    const left = 1 + (window % width) * windowSide;
    const top = 1 + Math.floor(window / width) * windowSide;
    measureBlocks(plane, left, top, means, noise);
    const mean = average(means);
    brightness[window] = mean;
    const total = deviationOf(means, mean);
    structure[window] = Math.sqrt(Math.max(0, total ** 2 - (average(noise) / blockSide) ** 2));
    const hidden = isClipped(means) || total > mostStructure;
    deviation[window] = hidden ? Number.NaN : noise.sort()[noise.length >> 2]!;
  }
  return { width, height, deviation, brightness, structure };
}

function isClipped(means: Float32Array): boolean {
  let clipped = 0;
  for (const mean of means) if (mean < darkest || mean > brightest) clipped++;
  return clipped > mostClipped * means.length;
}

function measureBlocks(
  { width, data }: Plane,
  left: number,
  top: number,
  means: Float32Array,
  noise: Float32Array,
): void {
  means.fill(0);
  noise.fill(0);
  for (let v = 0; v < windowSide; v++) {
    for (let u = 0, at = (top + v) * width + left; u < windowSide; u++, at++) {
      const block = Math.floor(v / blockSide) * blocksPerSide + Math.floor(u / blockSide);
      means[block]! += data[at]!;
      const corners = data[at - width - 1]! + data[at - width + 1]! + data[at + width - 1]! + data[at + width + 1]!;
      const sides = data[at - width]! + data[at - 1]! + data[at + 1]! + data[at + width]!;
      noise[block]! += Math.abs(corners - 2 * sides + 4 * data[at]!);
    }
  }
  const pixels = blockSide ** 2;
  for (let block = 0; block < means.length; block++) {
    means[block]! /= pixels;
    noise[block]! /= pixels * gain;
  }
}

function average(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: Float32Array, mean: number): number {
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
