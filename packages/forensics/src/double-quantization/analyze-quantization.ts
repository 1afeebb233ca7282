import type { Raster } from "@artguard/core";
import type { CoefficientPlane } from "../jpeg/jpeg-structure.ts";
import { lumaPlane } from "../raster/plane.ts";
import { estimateDensities } from "./coefficient-density.ts";
import { type CompressionHistory, estimateHistory, type FrequencyHistogram } from "./first-quality.ts";
import { type LikelihoodMap, likelihoodMap } from "./likelihood-map.ts";

/** Natural indexes of DC and the first AC coefficients in zigzag order. */
const frequencies = [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18];
/** A larger quantised value says little and is rare. */
const largestValue = 600;
/** Samples beyond these were probably clipped at the first decoding. */
const darkest = 4;
const brightest = 251;
const mostClippedSamples = 3;
/** In flatter blocks all pixels round alike, so that the error between two compressions is no longer small. */
const fewestNonZero = 4;

/** What the quantised luma coefficients tell of the image's compressions. */
export interface QuantizationAnalysis {
  readonly history: CompressionHistory;
  readonly map: LikelihoodMap;
}

/** Estimates the first compression and each block's evidence of having missed it; null without any trace. */
export function analyzeQuantization(plane: CoefficientPlane, raster: Raster): QuantizationAnalysis | null {
  const usable = usableBlocks(plane, raster);
  const densities = estimateDensities(lumaPlane(raster), frequencies);
  const histograms = frequencies.map((frequency, i) => histogramOf(plane, frequency, densities[i]!, usable));
  const history = estimateHistory(histograms);
  return history && { history, map: likelihoodMap(plane, histograms, history, usable) };
}

function histogramOf(
  plane: CoefficientPlane,
  frequency: number,
  density: FrequencyHistogram["density"],
  usable: Uint8Array,
): FrequencyHistogram {
  const step = plane.quantization[frequency]!;
  const radius = Math.min(largestValue, Math.ceil(1100 / step));
  const counts = new Float64Array(2 * radius + 1);
  for (let block = 0; block < usable.length; block++) {
    const value = plane.coefficients[block * 64 + frequency]!;
    if (usable[block] === 0 || value < -radius || value > radius) continue;
    if (value !== 0 || frequency === 0) counts[value + radius]!++;
  }
  return { frequency, step, radius, counts, density };
}

/**
 * 1 for whole, textured blocks whose pixels were not clipped to black or white when the first compression was decoded.
 * Blocks that overhang the image were filled up anew by each encoder.
 */
function usableBlocks(plane: CoefficientPlane, raster: Raster): Uint8Array {
  const usable = new Uint8Array(plane.blocksPerRow * plane.blocksPerColumn);
  for (let block = 0; block < usable.length; block++) {
    const column = block % plane.blocksPerRow;
    const row = (block - column) / plane.blocksPerRow;
    const isWhole = column * 8 + 8 <= raster.width && row * 8 + 8 <= raster.height;
    if (!isWhole || !isTextured(plane, block)) continue;
    usable[block] = clippedSamples(raster, column * 8, row * 8) <= mostClippedSamples ? 1 : 0;
  }
  return usable;
}

function isTextured({ coefficients }: CoefficientPlane, block: number): boolean {
  let count = 0;
  for (let i = block * 64 + 1; i < block * 64 + 64; i++) {
    if (coefficients[i] !== 0 && ++count === fewestNonZero) return true;
  }
  return false;
}

function clippedSamples({ width, height, channels, data }: Raster, left: number, top: number): number {
  const [across, bottom] = [Math.min(8, width - left) * channels, Math.min(height, top + 8)];
  let clipped = 0;
  for (let y = top; y < bottom; y++) {
    for (let i = (y * width + left) * channels, end = i + across; i < end; i++) {
      clipped += +(data[i]! < darkest) | +(data[i]! > brightest);
    }
  }
  return clipped;
}
