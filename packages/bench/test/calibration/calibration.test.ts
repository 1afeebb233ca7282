import { describe, expect, it } from "vitest";
import { isotonicBlocks, share } from "../../src/calibration/isotonic.ts";
import { logLikelihoodKnots } from "../../src/calibration/log-likelihood-knots.ts";
import { vennAbersInterval } from "../../src/calibration/venn-abers.ts";
import { formatBaseline } from "../../src/format-baseline.ts";
import { auc } from "../../src/metrics/auc.ts";
import { randomSource } from "../../src/metrics/bootstrap.ts";

const weighted = (pairs: readonly (readonly [score: number, isForged: boolean])[]) =>
  pairs.map(([score, isForged]) => ({ score, isForged, weight: 1 }));

describe("isotonicBlocks", () => {
  it("pools what violates the order, and nothing else", () => {
    const blocks = isotonicBlocks(
      weighted([
        [1, false],
        [2, true],
        [3, false],
        [4, true],
        [5, true],
      ]),
    );
    expect(blocks.map((block) => [block.from, block.to, share(block)])).toEqual([
      [1, 1, 0],
      [2, 3, 0.5],
      [4, 5, 1],
    ]);
  });

  it("keeps equal scores in one block", () => {
    const blocks = isotonicBlocks(
      weighted([
        [1, true],
        [1, false],
        [2, true],
      ]),
    );
    expect(blocks.map(share)).toEqual([0.5, 1]);
  });

  it("never falls, for any input", () => {
    const random = randomSource(7);
    const blocks = isotonicBlocks(
      weighted(Array.from({ length: 300 }, () => [Math.floor(random() * 40), random() < 0.5])),
    );
    for (let i = 1; i < blocks.length; i++) expect(share(blocks[i]!)).toBeGreaterThan(share(blocks[i - 1]!));
  });
});

describe("logLikelihoodKnots", () => {
  it("rises with the statistic, is worth nothing for noise, and never is certain", () => {
    const random = randomSource(8);
    const noise = Array.from({ length: 2000 }, () => ({ score: random(), isForged: random() < 0.5, weight: 1 }));
    for (const [, ratio] of logLikelihoodKnots(noise).slice(2, -2)) expect(Math.abs(ratio)).toBeLessThan(0.5);
    const clear = Array.from({ length: 1000 }, (_, i) => ({ score: i, isForged: i >= 500, weight: 1 }));
    const knots = logLikelihoodKnots(clear);
    expect(knots.map(([, ratio]) => ratio)).toEqual([-4, -4, 4, 4]);
    for (let i = 1; i < knots.length; i++) {
      expect(knots[i]![0]).toBeGreaterThan(knots[i - 1]![0]);
      expect(knots[i]![1]).toBeGreaterThanOrEqual(knots[i - 1]![1]);
    }
  });

  it("does not jump between two runs of scores, but moves on from one's last decile to the other's first", () => {
    const clear = Array.from({ length: 1000 }, (_, i) => ({ score: i, isForged: i >= 500, weight: 1 }));
    const [first, last, next, end] = logLikelihoodKnots(clear).map(([score]) => score);
    for (const [at, decile] of [
      [first, 50],
      [last, 450],
      [next, 550],
      [end, 950],
    ] as const)
      expect(Math.abs(at! - decile)).toBeLessThan(2);
  });

  it("says nothing of scores without examples to speak of, however rare the one class is", () => {
    const many = Array.from({ length: 2000 }, (_, i) => ({
      score: i === 0 ? 0 : 1 + (i % 10),
      isForged: false,
      weight: 1,
    }));
    const few = Array.from({ length: 20 }, (_, i) => ({ score: 1 + (i % 10), isForged: true, weight: 1 }));
    const [lowest] = logLikelihoodKnots([...many, ...few]);
    expect(lowest![0]).toBe(0);
    expect(lowest![1]).toBeLessThanOrEqual(0);
    expect(lowest![1]).toBeGreaterThan(-0.1);
  });

  it("has no opinion without examples of both classes", () => {
    expect(logLikelihoodKnots([{ score: 3, isForged: true, weight: 1 }])).toEqual([[0, 0]]);
  });
});

describe("vennAbersInterval", () => {
  it("is wide where examples are few, narrow where they are many, and holds the isotonic fit", () => {
    const pairs = Array.from({ length: 200 }, (_, i): [number, boolean] => [i < 190 ? 0 : 1, i % 2 === 0 || i >= 195]);
    const examples = weighted(pairs);
    const many = vennAbersInterval(examples, 0, 1);
    const few = vennAbersInterval(examples, 1, 1);
    expect(many[1] - many[0]).toBeLessThan(0.02);
    expect(few[1] - few[0]).toBeGreaterThan(0.05);
    expect(many[0]).toBeLessThanOrEqual(0.5);
    expect(many[1]).toBeGreaterThanOrEqual(0.5);
  });
});

describe("formatBaseline", () => {
  const random = randomSource(9);
  const examples = (leak: number) =>
    Array.from({ length: 200 }, (_, i) => ({
      features: [random(), (i % 2) * leak + random()],
      isForged: i % 2 === 1,
      group: `${i >> 2}`,
    }));
  const aucOf = (leak: number) => {
    const cases = examples(leak);
    return auc(formatBaseline(cases).map((score, i) => ({ score, isForged: cases[i]!.isForged })));
  };

  it("finds a format that gives the class away, and nothing in noise", () => {
    expect(aucOf(2)).toBeGreaterThan(0.98);
    expect(aucOf(0)).toBeLessThan(0.62);
  });
});
