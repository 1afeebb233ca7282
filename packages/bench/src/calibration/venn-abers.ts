import { isotonicBlocks, share, type WeightedExample } from "./isotonic.ts";

/**
 * The inductive Venn–Abers interval of the probability of forgery at a score: the isotonic fits with the score itself
 * added once as authentic and once as forged (Vovk, Petej, Fedorova, "Large-scale probabilistic predictors with and
 * without guarantees of validity", NeurIPS 2015).
 *
 * @param weight Of the added example: that of one real example.
 */
export function vennAbersInterval(
  examples: readonly WeightedExample[],
  score: number,
  weight: number,
): [low: number, high: number] {
  const fitted = (isForged: boolean): number => {
    const blocks = isotonicBlocks([...examples, { score, isForged, weight }]);
    return share(blocks.find(({ from, to }) => from <= score && score <= to)!);
  };
  return [fitted(false), fitted(true)];
}
