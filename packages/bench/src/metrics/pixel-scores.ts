/** How well a heat map marks a mask. */
export interface PixelScores {
  readonly auc: number;
  /** At the fixed threshold 0.5. */
  readonly f1: number;
  /** Matthews correlation coefficient at the fixed threshold 0.5; 0 when a side is empty. */
  readonly mcc: number;
}

const levels = 256;

/**
 * Compares an 8-bit heat map with a mask of the same size.
 *
 * @param map 255 = most suspicious, 128 and above = marked.
 * @param mask Non-zero = forged.
 */
export function pixelScores(map: Uint8Array, mask: Uint8Array): PixelScores {
  const forged = new Float64Array(levels);
  const authentic = new Float64Array(levels);
  for (let i = 0; i < map.length; i++) (mask[i] === 0 ? authentic : forged)[map[i]!]!++;
  const positives = sum(forged, 0);
  const negatives = sum(authentic, 0);
  const [tp, fp] = [sum(forged, levels / 2), sum(authentic, levels / 2)];
  const [fn, tn] = [positives - tp, negatives - fp];
  const denominator = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  return {
    auc: aucOf(forged, authentic, positives * negatives),
    f1: tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn),
    mcc: denominator === 0 ? 0 : (tp * tn - fp * fn) / denominator,
  };
}

function sum(counts: Float64Array, from: number): number {
  return counts.subarray(from).reduce((total, count) => total + count, 0);
}

function aucOf(forged: Float64Array, authentic: Float64Array, pairs: number): number {
  let [below, won] = [0, 0];
  for (let level = 0; level < levels; level++) {
    won += forged[level]! * (below + authentic[level]! / 2);
    below += authentic[level]!;
  }
  return pairs === 0 ? Number.NaN : won / pairs;
}
