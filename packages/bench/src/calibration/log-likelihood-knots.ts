import { isotonicBlocks, type WeightedExample } from "./isotonic.ts";

/** Natural logarithm beyond which no detector may go. */
const largest = 4;
const mostKnots = 16;
/** Average examples of the rarer class added to a block. */
const prior = 1;

/** Share of a block's weight on either side over which the ratio moves on to the neighbour's. */
const edge = 0.1;

/**
 * A statistic's log-likelihood ratio as a piecewise-linear, non-decreasing function: isotonic regression with both
 * classes weighted to 1, each block's classes raised by the same share, so that few examples never give certainty. A block's
 * ratio holds between its deciles, the first and the last, and is interpolated from there, as an estimate for its middle
 * is none for its ends (the idea of centred isotonic regression, Oron & Flournoy 2017).
 *
 * @param examples Weights count within a class; their sum over a class does not matter.
 * @returns `[statistic, log-likelihood ratio]`, ascending; a single `[0, 0]` when a class has no example.
 */
export function logLikelihoodKnots(examples: readonly WeightedExample[]): [number, number][] {
  const forged = classWeight(examples.filter(({ isForged }) => isForged));
  const authentic = classWeight(examples.filter(({ isForged }) => !isForged));
  if (forged.sum === 0 || authentic.sum === 0) return [[0, 0]];
  const weighted = examples
    .map((example) => ({ ...example, weight: example.weight / (example.isForged ? forged : authentic).sum }))
    .sort((a, b) => a.score - b.score);
  // As much to the one class as to the other, so that a block without examples says nothing.
  const added = prior / Math.min(forged.count, authentic.count);
  const knots = isotonicBlocks(weighted).flatMap((block): [number, number][] => {
    const odds = Math.log((block.forged + added) / (block.authentic + added));
    const ratio = Math.max(-largest, Math.min(largest, odds));
    const members = weighted.filter(({ score }) => block.from <= score && score <= block.to);
    return [edge, 1 - edge].map((share) => [quantile(members, share), ratio]);
  });
  return thinned(nonDecreasing(knots));
}

/** The score below which a share of the weight lies; `sorted` by score. */
function quantile(sorted: readonly WeightedExample[], share: number): number {
  let rest = share * sorted.reduce((sum, { weight }) => sum + weight, 0);
  for (const { score, weight } of sorted) {
    rest -= weight;
    if (rest <= 0) return score;
  }
  return sorted.at(-1)!.score;
}

/** Sum of weights, and the number of equal examples that would tell as much (Kish 1965, effective sample size). */
function classWeight(examples: readonly WeightedExample[]): { sum: number; count: number } {
  const sum = examples.reduce((total, { weight }) => total + weight, 0);
  const squares = examples.reduce((total, { weight }) => total + weight ** 2, 0);
  return { sum, count: squares === 0 ? 0 : sum ** 2 / squares };
}

/** Smoothing can turn neighbouring blocks around. */
function nonDecreasing(knots: readonly [number, number][]): [number, number][] {
  let most = -largest;
  return knots.map(([score, ratio]) => {
    most = Math.max(most, ratio);
    return [Math.round(score * 1e4) / 1e4, Math.round(1e3 * most) / 1e3];
  });
}

/** Leaves out the knots that change the function least until few are left. */
function thinned(knots: [number, number][]): [number, number][] {
  const kept = knots.filter(([score], i) => i === 0 || score !== knots[i - 1]![0]);
  while (kept.length > mostKnots) {
    const change = (i: number) => Math.abs(kept[i]![1] - kept[i - 1]![1]) + Math.abs(kept[i + 1]![1] - kept[i]![1]);
    const inner = Array.from({ length: kept.length - 2 }, (_, i) => i + 1);
    kept.splice(
      inner.reduce((best, i) => (change(i) < change(best) ? i : best)),
      1,
    );
  }
  return kept;
}
