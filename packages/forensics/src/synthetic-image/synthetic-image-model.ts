import type { FeatureList } from "./feature-list.ts";
import weights from "./weights.json" with { type: "json" };

/** Log odds above which no more than 1 % of held-out human pictures of the training sources lay. */
export const operatingThreshold = weights.threshold;

/**
 * Log odds at even prior that a picture with these features was generated: a ridge logistic regression, scaled on
 * held-out sources (Platt, 1999). How it was trained: `docs/detection/synthetic-image.md`.
 */
export function syntheticLogOdds({ names, values }: FeatureList): number {
  const known = new Map(names.map((name, i) => [name, values[i]!]));
  let score = weights.bias;
  for (const [i, name] of weights.features.entries()) score += weights.weights[i]! * standardised(known.get(name)!, i);
  return weights.slope * score + weights.offset;
}

/** Held within ±5 deviations, as in training, so that one odd measurement cannot decide. */
function standardised(value: number, index: number): number {
  return Math.max(-5, Math.min(5, (value - weights.mean[index]!) / weights.scale[index]!));
}
