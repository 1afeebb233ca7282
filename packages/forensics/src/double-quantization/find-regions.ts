import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import type { LikelihoodMap } from "./likelihood-map.ts";

/** A part of the image that lacks the trace of the first compression. */
export interface SingleQuantizedRegion extends ConnectedRegion {
  /**
   * Upper bound of log₁₀ of the expected number of regions as convincing as this one, were every block quantised twice:
   * a log-likelihood ratio of t has a probability of at most e^−t, and there are about blocks² rectangles to look at.
   */
  readonly logFalseAlarms: number;
}

/** Fewer blocks are not a region. */
const fewestBlocks = 12;
/** Evidence must reach this share of what the models predict: a model that does not fit yields weak evidence everywhere. */
const leastFit = 0.5;
/** A block's coefficients are not independent: only this share of their log-likelihood ratio is counted. */
const independentShare = 0.25;
/** Regions are reported from this bound on: one false alarm in a thousand images. */
const mostFalseAlarms = -3;
/** The trace must be the rule and its absence the exception. */
const largestShare = 0.6;

/**
 * The connected regions that were quantised once while the rest was quantised twice, strongest first; empty when the
 * rest does not carry the trace as the model predicts.
 */
export function findRegions(map: LikelihoodMap, posterior: Float32Array): SingleQuantizedRegion[] {
  const mask = Uint8Array.from(posterior, (value) => (value > 0.5 ? 1 : 0));
  if (!backgroundFits(map, mask)) return [];
  const regions = connectedRegions(mask, map.width, map.height).flatMap((region) => {
    const logFalseAlarms = boundOf(region, map);
    return logFalseAlarms <= mostFalseAlarms ? [{ ...region, logFalseAlarms }] : [];
  });
  const area = regions.reduce((sum, region) => sum + region.area, 0);
  return area > largestShare * mask.length ? [] : regions.sort((a, b) => a.logFalseAlarms - b.logFalseAlarms);
}

function backgroundFits({ logRatio, expectedTwice }: LikelihoodMap, mask: Uint8Array): boolean {
  let [seen, expected] = [0, 0];
  for (let block = 0; block < mask.length; block++) {
    if (mask[block] !== 0) continue;
    seen -= logRatio[block]!;
    expected += expectedTwice[block]!;
  }
  return expected > 0 && seen >= leastFit * expected;
}

function boundOf({ area, cells }: ConnectedRegion, { logRatio, expectedOnce, width, height }: LikelihoodMap): number {
  let [seen, expected] = [0, 0];
  for (const block of cells) {
    seen += logRatio[block]!;
    expected += expectedOnce[block]!;
  }
  if (area < fewestBlocks || seen < leastFit * expected) return 0;
  return (2 * Math.log(width * height) - independentShare * seen) / Math.LN10;
}
