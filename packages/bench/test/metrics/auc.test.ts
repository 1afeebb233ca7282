import { describe, expect, it } from "vitest";
import { auc, rocCurve, type Scored, truePositiveRateAt } from "../../src/metrics/auc.ts";
import { randomSource } from "../../src/metrics/bootstrap.ts";

function examples(seed: number, count: number, levels: number): Scored[] {
  const random = randomSource(seed);
  return Array.from({ length: count }, () => ({ score: Math.floor(random() * levels), isForged: random() < 0.4 }));
}

/** Every pair of a forged and an authentic example, ties counted half. */
function pairwise(scored: readonly Scored[]): number {
  const forged = scored.filter(({ isForged }) => isForged);
  const authentic = scored.filter(({ isForged }) => !isForged);
  const won = forged.flatMap((f) => authentic.map((a) => (f.score > a.score ? 1 : f.score === a.score ? 0.5 : 0)));
  return won.reduce((sum: number, value) => sum + value, 0) / won.length;
}

describe("auc", () => {
  it.each([
    [1, 50, 1000],
    [2, 200, 5],
    [3, 30, 1],
  ])("agrees with counting pairs (seed %d, %d examples, %d levels)", (seed, count, levels) => {
    const scored = examples(seed, count, levels);
    expect(auc(scored)).toBeCloseTo(pairwise(scored), 12);
  });

  it("is no number where a score is none", () => {
    expect(auc([...examples(4, 10, 5), { score: Number.NaN, isForged: true }])).toBeNaN();
  });

  it("is not a number when a class is missing", () => {
    expect(auc([{ score: 1, isForged: true }])).toBeNaN();
  });
});

describe("rocCurve", () => {
  it("starts at (0, 0), ends at (1, 1), and has the AUC as the area below", () => {
    const scored = examples(4, 300, 20);
    const points = rocCurve(scored);
    expect(points[0]).toEqual({ falsePositiveRate: 0, truePositiveRate: 0 });
    expect(points.at(-1)).toEqual({ falsePositiveRate: 1, truePositiveRate: 1 });
    const area = points.slice(1).reduce((sum, point, i) => {
      const before = points[i]!;
      return (
        sum +
        ((point.falsePositiveRate - before.falsePositiveRate) * (point.truePositiveRate + before.truePositiveRate)) / 2
      );
    }, 0);
    expect(area).toBeCloseTo(auc(scored), 12);
  });
});

describe("truePositiveRateAt", () => {
  it("takes the best threshold that keeps the limit, and never splits a tie", () => {
    const scored = [3, 3, 2, 1].map((score, i) => ({ score, isForged: i !== 1 }));
    expect(truePositiveRateAt(scored, 0.5)).toBe(0);
    expect(truePositiveRateAt(scored, 1)).toBe(1);
    expect(
      truePositiveRateAt(
        [
          { score: 1, isForged: true },
          { score: 0, isForged: false },
        ],
        0,
      ),
    ).toBe(1);
  });
});
