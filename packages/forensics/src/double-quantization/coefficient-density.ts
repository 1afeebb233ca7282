import { blockDct } from "../raster/dct.ts";
import type { Plane } from "../raster/plane.ts";

/** Fine bins per unit of coefficient amplitude. */
const binsPerUnit = 2;
/** No orthonormal 8×8 coefficient of 8-bit samples is larger. */
const largestAmplitude = 1100;
const binCount = 2 * largestAmplitude * binsPerUnit;
/** Enough blocks for smooth histograms at any image size. */
const mostBlocks = 24_000;

/** Cumulative distribution of one frequency's coefficients before quantisation. */
export class CoefficientDensity {
  readonly #cumulative: Float64Array;

  constructor(cumulative: Float64Array) {
    this.#cumulative = cumulative;
  }

  /** Probability of a coefficient between two amplitudes. */
  mass(from: number, to: number): number {
    return this.#at(to) - this.#at(from);
  }

  #at(amplitude: number): number {
    const position = Math.min(binCount, Math.max(0, (amplitude + largestAmplitude) * binsPerUnit));
    const left = Math.floor(position);
    const low = this.#cumulative[left]!;
    return low + (position - left) * ((this.#cumulative[left + 1] ?? low) - low);
  }
}

/**
 * Estimates the densities of unquantised coefficients from the image itself: the DCT on the grid shifted by (4, 4) does
 * not see the quantisation of the file's own grid (Bianchi & Piva 2012, section III-A; Lukáš & Fridrich 2003).
 *
 * @param frequencies Natural indexes (8·v + u).
 */
export function estimateDensities(luma: Plane, frequencies: readonly number[]): CoefficientDensity[] {
  const histograms = frequencies.map(() => new Float64Array(binCount + 1));
  const across = Math.floor((luma.width - 4) / 8);
  const down = Math.floor((luma.height - 4) / 8);
  const stride = Math.max(1, Math.floor((across * down) / mostBlocks));
  const block = new Float64Array(64);
  for (let i = 0; i < across * down; i += stride) {
    blockDct(luma, 4 + 8 * (i % across), 4 + 8 * Math.floor(i / across), block);
    for (const [j, frequency] of frequencies.entries()) {
      const value = frequency === 0 ? block[0]! - 1024 : block[frequency]!;
      addTo(histograms[j]!, value);
      // Alternating coefficients are symmetric: both signs say the same.
      if (frequency !== 0) addTo(histograms[j]!, -value);
    }
  }
  return histograms.map((histogram, j) => new CoefficientDensity(smooth(histogram, frequencies[j] === 0)));
}

function addTo(histogram: Float64Array, value: number): void {
  const bin = Math.floor((value + largestAmplitude) * binsPerUnit);
  if (bin >= 0 && bin < binCount) histogram[bin]!++;
}

/** Smooths by a box that widens with amplitude, where samples are rare, and accumulates; ends at 1. */
function smooth(histogram: Float64Array, isDc: boolean): Float64Array {
  const sums = new Float64Array(binCount + 2);
  for (let i = 0; i <= binCount; i++) sums[i + 1] = sums[i]! + histogram[i]!;
  const cumulative = new Float64Array(binCount + 1);
  let total = 0;
  for (let i = 0; i < binCount; i++) {
    cumulative[i] = total;
    const amplitude = Math.abs((i + 0.5) / binsPerUnit - largestAmplitude);
    const radius = Math.round(binsPerUnit * (isDc ? 24 : 1 + 0.2 * amplitude));
    const [from, to] = [Math.max(0, i - radius), Math.min(binCount, i + radius + 1)];
    total += (sums[to]! - sums[from]!) / (to - from) + 1e-9;
  }
  cumulative[binCount] = total;
  return cumulative.map((value) => value / total);
}
