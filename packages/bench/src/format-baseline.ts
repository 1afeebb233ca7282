import type { FormatFeatures } from "./format-features.ts";

interface Example {
  readonly features: FormatFeatures;
  readonly isForged: boolean;
  readonly group: string;
}

const folds = 5;
const rounds = 300;
const rate = 0.5;
const ridge = 1e-3;

/**
 * Scores of a logistic regression on format alone, each image judged by a model that saw no image of its group. A
 * detection figure that does not exceed the AUC of these scores shows nothing.
 */
export function formatBaseline(examples: readonly Example[]): number[] {
  const groups = [...new Set(examples.map(({ group }) => group))].sort();
  const foldOf = new Map(groups.map((group, index) => [group, index % folds]));
  const standard = standardised(examples.map(({ features }) => features));
  const scores = new Array<number>(examples.length).fill(0);
  for (let fold = 0; fold < folds; fold++) {
    const isTest = examples.map(({ group }) => foldOf.get(group) === fold);
    const weights = fitted(
      standard.filter((_, i) => !isTest[i]),
      examples.filter((_, i) => !isTest[i]).map(({ isForged }) => isForged),
    );
    for (const [i, test] of isTest.entries()) if (test) scores[i] = linear(weights, standard[i]!);
  }
  return scores;
}

function standardised(rows: readonly FormatFeatures[]): number[][] {
  const columns = rows[0]?.length ?? 0;
  const moments = Array.from({ length: columns }, (_, k) => {
    const mean = rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[k]! - mean) ** 2, 0) / rows.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
  return rows.map((row) => [1, ...row.map((value, k) => (value - moments[k]!.mean) / moments[k]!.deviation)]);
}

/** Gradient descent on the class-balanced logistic loss. */
function fitted(rows: readonly number[][], labels: readonly boolean[]): number[] {
  const forged = labels.filter(Boolean).length;
  const weights = new Array<number>(rows[0]?.length ?? 0).fill(0);
  for (let round = 0; round < rounds; round++) {
    const gradient = weights.map((weight) => ridge * weight);
    for (const [i, row] of rows.entries()) {
      const balance = 0.5 / (labels[i] ? forged : labels.length - forged);
      const error = 1 / (1 + Math.exp(-linear(weights, row))) - Number(labels[i]);
      for (const [k, value] of row.entries()) gradient[k]! += balance * error * value;
    }
    for (const k of weights.keys()) weights[k]! -= rate * gradient[k]!;
  }
  return weights;
}

function linear(weights: readonly number[], row: readonly number[]): number {
  return row.reduce((sum, value, k) => sum + value * weights[k]!, 0);
}
