/** One scored example. */
export interface Scored {
  readonly score: number;
  readonly isForged: boolean;
}

/** Area under the ROC curve: the chance that a forged example scores higher than an authentic one, ties counted half; NaN where a score is. */
export function auc(examples: readonly Scored[]): number {
  if (examples.some(({ score }) => Number.isNaN(score))) return Number.NaN;
  const sorted = examples.toSorted((a, b) => a.score - b.score);
  let [rankSum, forged] = [0, 0];
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]!.score === sorted[from]!.score) to++;
    for (let i = from; i < to; i++) {
      if (!sorted[i]!.isForged) continue;
      rankSum += (from + to + 1) / 2;
      forged++;
    }
    from = to;
  }
  const authentic = sorted.length - forged;
  return forged === 0 || authentic === 0 ? Number.NaN : (rankSum - (forged * (forged + 1)) / 2) / (forged * authentic);
}

/** One point of a ROC curve; shares 0–1. */
export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/** The ROC curve from (0, 0) to (1, 1), one point per distinct score. */
export function rocCurve(examples: readonly Scored[]): RocPoint[] {
  const sorted = examples.toSorted((a, b) => b.score - a.score);
  const forged = sorted.filter(({ isForged }) => isForged).length;
  const authentic = sorted.length - forged;
  const points: RocPoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0 }];
  let [hits, alarms] = [0, 0];
  for (const [i, { score, isForged }] of sorted.entries()) {
    if (isForged) hits++;
    else alarms++;
    if (sorted[i + 1]?.score !== score)
      points.push({ falsePositiveRate: alarms / authentic, truePositiveRate: hits / forged });
  }
  return points;
}

/** The largest true positive rate at a threshold whose false positive rate does not exceed `limit`. */
export function truePositiveRateAt(examples: readonly Scored[], limit: number): number {
  return Math.max(
    ...rocCurve(examples).flatMap(({ falsePositiveRate, truePositiveRate }) =>
      falsePositiveRate <= limit ? [truePositiveRate] : [],
    ),
  );
}
