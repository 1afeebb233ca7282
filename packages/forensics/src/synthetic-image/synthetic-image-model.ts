import type { FeatureList } from "./feature-list.ts";
import weights from "./weights.json" with { type: "json" };

type Network = (typeof weights.networks)[number];

/** Log odds above which no more than 1 % of held-out human pictures of the training sources lay. */
export const operatingThreshold = weights.threshold;

/**
 * Log odds at even prior that a picture with these features was generated: the mean of a regularised logistic
 * regression and five small networks, scaled on held-out sources (Platt, 1999). How the model was trained: `docs/detection/synthetic-image.md`.
 */
export function syntheticLogOdds({ names, values }: FeatureList): number {
  const known = new Map(names.map((name, i) => [name, values[i]!]));
  const inputs = weights.features.map((name, i) => standardised(known.get(name) ?? 0, i));
  const linear = weights.bias + dot(weights.weights, inputs);
  const scores = weights.networks.map((network) => networkScore(network, inputs));
  const networks = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return weights.slope * ((linear + networks) / 2) + weights.offset;
}

/** Held within ±5 deviations, as in training, so that one odd measurement cannot decide. */
function standardised(value: number, index: number): number {
  return Math.max(-5, Math.min(5, (value - weights.mean[index]!) / weights.scale[index]!));
}

/** One hidden layer of rectified linear units. */
function networkScore({ hidden, hiddenBias, output, outputBias }: Network, inputs: readonly number[]): number {
  const units = hidden.map((row, i) => Math.max(0, dot(row, inputs) + hiddenBias[i]!));
  return dot(output, units) + outputBias;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
