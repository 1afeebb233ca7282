import { fuse, policyOf, weighFindings } from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";
import { detectionsOf, policy, truthTable } from "./truth-table.ts";

describe("policy v2, truth table", () => {
  it.each(truthTable)("%s %j → %s %j", (_, opinions, verdict, reasons) => {
    const assessment = fuse(detectionsOf(opinions, false), policy);
    expect([assessment.verdict, assessment.reasons]).toEqual([verdict, reasons]);
  });

  it.each(truthTable.filter(([, opinions]) => opinions[0] !== null))(
    "a decisive finding decides over %s %j",
    (_, opinions, __, reasons) => {
      const assessment = fuse(detectionsOf(opinions, true), policy);
      expect(assessment.verdict).toBe("LIKELY_FORGED");
      expect(assessment.forgery_score).toBeGreaterThanOrEqual(policy.decisive_score);
      const noted = reasons.filter((reason) => reason === "conflicting_evidence");
      expect(assessment.reasons).toEqual(["decisive_finding", ...noted]);
    },
  );

  it("never condemns by two detectors of one family", () => {
    const relatives = [detection("a", "noise", 4), detection("b", "noise", 4), detection("c", "compression", 0)];
    expect(fuse(relatives, policy)).toMatchObject({ verdict: "SUSPICIOUS", reasons: ["single_family"] });
  });
});

describe("policy v2, relatives in a family", () => {
  const sum = (...llrs: number[]) =>
    fuse(
      llrs.map((llr, i) => detection(String(i), "noise", llr)),
      policy,
    ).contributions[0]!;

  it("adds a quarter of the others' opinions that share the strongest one's sign", () => {
    expect(sum(2, 1, -1.5).log_odds).toBeCloseTo(2.25, 10);
    expect(sum(-2, 1, -1).log_odds).toBeCloseTo(-2.25, 10);
    expect(sum(0, 0).log_odds).toBe(0);
  });

  it("says what each detector added, and gives findings their detector's share", () => {
    const finding = { code: "x", claim: "x", direction: "forged", limitation: "x" } as const;
    const detections = [
      detection("a", "noise", 2, { findings: [finding] }),
      detection("b", "noise", 1, { findings: [finding] }),
      detection("c", "noise", -1, { findings: [finding] }),
    ];
    const { contributions } = fuse(detections, policy);
    expect(contributions).toEqual([
      {
        family: "noise",
        detector: "a",
        log_odds: 2.25,
        detectors: [
          { detector: "a", log_odds: 2 },
          { detector: "b", log_odds: 0.25 },
        ],
      },
    ]);
    const weights = weighFindings(detections, contributions).map(({ detector, weight }) => [detector, weight]);
    expect(weights).toEqual([
      ["a", 2],
      ["b", 0.25],
      ["c", 0],
    ]);
  });

  it("never lowers the score when one relative becomes more suspicious", () => {
    const llr = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(llr, llr, llr, llr, (one, other, a, b) => {
        expect(sum(one, other, Math.max(a, b)).log_odds).toBeGreaterThanOrEqual(
          sum(one, other, Math.min(a, b)).log_odds - 1e-9,
        );
      }),
    );
  });
});

describe("policy v1", () => {
  it("replays what it gave before there was a v2", () => {
    const v1 = policyOf("v1");
    const detections = [
      detection("double-quantization", "compression", 4),
      detection("jpeg-grid", "compression", 1.67),
      detection("provenance", "provenance", -4),
      detection("noise-level", "noise", 2),
    ];
    expect(fuse(detections, v1)).toEqual({
      forgery_score: 100 / (1 + Math.exp(Math.log(4) + 1)),
      verdict: "AUTHENTIC",
      reasons: ["conflicting_evidence"],
      confidence: { low: 0, high: expect.any(Number) },
      coverage: 1,
      agreement: 1 / 7,
      contributions: [
        { family: "compression", detector: "double-quantization", log_odds: 3 },
        { family: "provenance", detector: "provenance", log_odds: -4 },
        { family: "noise", detector: "noise-level", log_odds: 0 },
      ],
      policy_version: "v1",
    });
  });
});
