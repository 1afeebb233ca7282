// The checks of this room must fail on a fusion that is broken on purpose: by its policy, or by what it is handed.
import { type Detection, fuse, fuseHeatmaps, type Heatmap, type VerdictPolicy } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";
import { detectionsOf, policy, truthTable } from "./truth-table.ts";

type Fusion = (detections: readonly Detection[]) => {
  verdict: string;
  reasons: readonly string[];
  forgery_score: number;
};
const under =
  (changes: Partial<VerdictPolicy>): Fusion =>
  (detections) =>
    fuse(detections, { ...policy, ...changes });
const intact = under({});

/** Rows of the truth table that a fusion gets wrong. */
function wrongRows(fusion: Fusion): string[] {
  return truthTable.flatMap(([what, opinions, verdict, reasons]) => {
    const given = fusion(detectionsOf(opinions, false));
    return given.verdict === verdict && `${given.reasons}` === `${reasons}` ? [] : [what];
  });
}

/** Opinions of one family's detectors under which that family alone condemns. */
function condemnedByOneFamily(fusion: Fusion): number[][] {
  const levels = [0, 1, 2.5, 4];
  const silent = [detection("x", "compression", 0), detection("y", "duplication", 0)];
  return levels
    .flatMap((a) => levels.flatMap((b) => levels.map((c) => [a, b, c])))
    .filter((llrs) => {
      const relatives = llrs.map((llr, i) => detection(`n${i}`, "noise", llr));
      return fusion([...relatives, ...silent]).verdict === "LIKELY_FORGED";
    });
}

/** Whether more suspicion ever lowers the score. */
function fallsWithSuspicion(fusion: Fusion): boolean {
  const scores = [-4, -2, 0, 2, 4].map((llr) => fusion([detection("a", "noise", llr)]).forgery_score);
  return scores.some((score, i) => i > 0 && score < scores[i - 1]!);
}

describe("the truth table fails on a fusion", () => {
  it("that is not broken: on none", () => {
    expect(wrongRows(intact)).toEqual([]);
  });

  it.each<[string, Fusion, string]>([
    ["that condemns by one family", under({ minimum_families: 1 }), "one strong support"],
    [
      "that takes any opinion for support",
      under({ supporting_log_odds: 0 }),
      "one strong support and one too weak to count",
    ],
    ["that ignores conflict", under({ minimum_agreement: 0 }), "a strong support against a strong objection"],
    ["that judges whatever applied", under({ minimum_coverage: 0 }), "no family of five"],
    ["whose prior is even", under({ prior: 0.5 }), "no opinion"],
    [
      "whose thresholds are exchanged",
      under({ thresholds: { suspicious: 70, likely_forged: 40 } }),
      "one moderate support",
    ],
    [
      "that reads opinions backwards",
      (all) => intact(all.map((each) => ({ ...each, log_likelihood_ratio: -each.log_likelihood_ratio! }))),
      "two supports",
    ],
  ])("%s", (_, mutant, broken) => {
    expect(wrongRows(mutant)).toContain(broken);
  });
});

describe("“a single family never condemns” fails on a fusion", () => {
  it("that is not broken: on none", () => {
    expect(condemnedByOneFamily(intact)).toEqual([]);
  });

  it.each<[string, Fusion]>([
    ["that asks for one family", under({ minimum_families: 1 })],
    [
      "that takes every detector for a family",
      (all) =>
        intact(all.map((each, i) => ({ ...each, family: (["noise", "compression", "learned"] as const)[i % 3]! }))),
    ],
    ["for which every finding is decisive", (all) => intact(all.map((each) => ({ ...each, decisive: "x" })))],
  ])("%s", (_, mutant) => {
    expect(condemnedByOneFamily(mutant)).not.toEqual([]);
  });
});

describe("“suspicion raises the score” fails on a fusion", () => {
  it("that is not broken: on none", () => {
    expect(fallsWithSuspicion(intact)).toBe(false);
  });

  it("that gives a family negative weight", () => {
    const calibration = { ...policy.calibration, families: { noise: -1 } };
    expect(fallsWithSuspicion(under({ calibration }))).toBe(true);
  });
});

const size = { width: 64, height: 64 };
const mapOf = (value: number): Heatmap => ({ width: 8, height: 8, scale: 8, data: new Float32Array(64).fill(value) });

/** Cells that are drawn as forged although no detector marks any: empty maps, and maps at the point of indifference. */
function markedWithoutOpinion(change: (map: Heatmap) => Heatmap, heatmap = policy.heatmap!): number {
  return [0, 0.5].reduce((sum, value) => {
    const detections = [detection("a", "noise", 3, { heatmap: change(mapOf(value)) })];
    const fused = fuseHeatmaps(detections, size, { ...policy, heatmap })!;
    return sum + fused.data.filter((cell) => cell > 0.5).length;
  }, 0);
}

describe("“a map without an opinion marks nothing” fails on a fusion of maps", () => {
  it("that is not broken: on none", () => {
    expect(markedWithoutOpinion((map) => map)).toBe(0);
  });

  it("that takes silence for suspicion", () => {
    expect(markedWithoutOpinion((map) => map, { ...policy.heatmap!, silent_log_odds: 0.5 })).toBeGreaterThan(0);
  });

  it.each<[string, (value: number) => number]>([
    ["ties in favour of forgery", (value) => value + 0.01],
    ["reversed", (value) => 1 - value],
  ])("that is handed maps with %s", (_, change) => {
    expect(markedWithoutOpinion((map) => ({ ...map, data: map.data.map(change) }))).toBeGreaterThan(0);
  });
});
