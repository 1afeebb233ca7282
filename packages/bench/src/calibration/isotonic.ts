/** A weighted example of a two-class problem. */
export interface WeightedExample {
  readonly score: number;
  readonly isForged: boolean;
  readonly weight: number;
}

/** A run of scores with one fitted probability. */
export interface IsotonicBlock {
  /** Smallest and largest score of the run. */
  readonly from: number;
  readonly to: number;
  readonly forged: number;
  readonly authentic: number;
}

/**
 * Isotonic regression of the class on the score by pooling adjacent violators (Ayer et al. 1955): blocks of rising
 * score and non-decreasing share of forged weight.
 */
export function isotonicBlocks(examples: readonly WeightedExample[]): IsotonicBlock[] {
  const blocks: IsotonicBlock[] = [];
  for (const { score, isForged, weight } of examples.toSorted((a, b) => a.score - b.score)) {
    const last = blocks.at(-1);
    const example = { from: score, to: score, forged: isForged ? weight : 0, authentic: isForged ? 0 : weight };
    if (last?.to === score) blocks[blocks.length - 1] = merged(last, example);
    else blocks.push(example);
  }
  const pooled: IsotonicBlock[] = [];
  for (const block of blocks) {
    pooled.push(block);
    while (pooled.length > 1 && share(pooled.at(-2)!) >= share(pooled.at(-1)!)) {
      const upper = pooled.pop()!;
      pooled.push(merged(pooled.pop()!, upper));
    }
  }
  return pooled;
}

function merged(lower: IsotonicBlock, upper: IsotonicBlock): IsotonicBlock {
  return {
    from: lower.from,
    to: upper.to,
    forged: lower.forged + upper.forged,
    authentic: lower.authentic + upper.authentic,
  };
}

/** Share of forged weight in a block, 0–1. */
export function share({ forged, authentic }: IsotonicBlock): number {
  return forged / (forged + authentic);
}
