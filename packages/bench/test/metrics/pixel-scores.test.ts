import { describe, expect, it } from "vitest";
import { auc } from "../../src/metrics/auc.ts";
import { randomSource } from "../../src/metrics/bootstrap.ts";
import { pixelScores } from "../../src/metrics/pixel-scores.ts";

describe("pixelScores", () => {
  it("agrees with the definitions, pixel by pixel", () => {
    const random = randomSource(6);
    const mask = Uint8Array.from({ length: 500 }, () => (random() < 0.3 ? 255 : 0));
    const map = Uint8Array.from(mask, (forged) => Math.floor(random() * 200) + (forged ? 55 : 0));
    const scored = Array.from(map, (score, i) => ({ score, isForged: mask[i] !== 0 }));
    const count = (marked: boolean, forged: boolean) =>
      scored.filter(({ score, isForged }) => score >= 128 === marked && isForged === forged).length;
    const [tp, fp, fn, tn] = [count(true, true), count(true, false), count(false, true), count(false, false)];
    const scores = pixelScores(map, mask);
    expect(scores.auc).toBeCloseTo(auc(scored), 12);
    expect(scores.f1).toBeCloseTo((2 * tp) / (2 * tp + fp + fn), 12);
    expect(scores.mcc).toBeCloseTo((tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)), 12);
  });

  it("gives an empty map no credit", () => {
    expect(pixelScores(new Uint8Array(4), Uint8Array.of(0, 0, 1, 1))).toEqual({ auc: 0.5, f1: 0, mcc: 0 });
  });
});
