import type { CoefficientPlane } from "../jpeg/jpeg-structure.ts";
import type { CompressionHistory, FrequencyHistogram } from "./first-quality.ts";

/** Share of coefficients that follow neither model (edits, clipping): bounds what one coefficient can say. */
const outlierShare = 0.03;

/** Per block: evidence that it was quantised once rather than twice. */
export interface LikelihoodMap {
  readonly width: number;
  readonly height: number;
  /** `Σ ln P(value | once) − ln P(value | twice)` over the block's counted coefficients. */
  readonly logRatio: Float32Array;
  /** What `logRatio` would be on average for the same coefficients if the block was quantised once. */
  readonly expectedOnce: Float32Array;
  /** What `−logRatio` would be on average if it was quantised twice. */
  readonly expectedTwice: Float32Array;
}

/**
 * Sums the log-likelihood ratios of each block's coefficients (Bianchi & Piva 2012, equation 11).
 *
 * @param usable Per block: 0 for blocks whose pixels are clipped, where quantisation leaves another trace.
 */
export function likelihoodMap(
  plane: CoefficientPlane,
  histograms: readonly FrequencyHistogram[],
  history: CompressionHistory,
  usable: Uint8Array,
): LikelihoodMap {
  const blocks = plane.blocksPerRow * plane.blocksPerColumn;
  const logRatio = new Float32Array(blocks);
  const expectedOnce = new Float32Array(blocks);
  const expectedTwice = new Float32Array(blocks);
  for (const [i, { frequency, radius }] of histograms.entries()) {
    const model = history.models[i]!;
    const table = ratioTable(model);
    const once = mean(model.single.probability, table);
    const twice = -mean(model.double.probability, table);
    for (let block = 0; block < blocks; block++) {
      if (usable[block] === 0) continue;
      const value = plane.coefficients[block * 64 + frequency]!;
      if ((value === 0 && frequency !== 0) || value < -radius || value > radius) continue;
      logRatio[block]! += table[value + radius]!;
      expectedOnce[block]! += once;
      expectedTwice[block]! += twice;
    }
  }
  return { width: plane.blocksPerRow, height: plane.blocksPerColumn, logRatio, expectedOnce, expectedTwice };
}

function ratioTable({ single, double }: CompressionHistory["models"][number]): Float64Array {
  return single.probability.map((once, i) => {
    const twice = (1 - outlierShare) * double.probability[i]! + outlierShare * once;
    return once === 0 ? 0 : Math.log((1 - outlierShare) * once + outlierShare * twice) - Math.log(twice);
  });
}

function mean(probability: Float64Array, values: Float64Array): number {
  return probability.reduce((sum, p, i) => sum + p * values[i]!, 0);
}
