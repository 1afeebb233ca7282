import {
  calibrateDetection,
  type Detection,
  defaultPolicy,
  type EvidenceFamily,
  explainChange,
  fuse,
  listPolicies,
  policyOf,
  rescore,
  type VerdictPolicy,
  weighFindings,
} from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";

const policy: VerdictPolicy = {
  version: "test",
  prior: 0.2,
  thresholds: { suspicious: 40, likely_forged: 70 },
  minimum_coverage: 0.3,
  minimum_families: 2,
  supporting_log_odds: 0.5,
  decisive_score: 90,
  minimum_agreement: 0.5,
  calibration: {
    version: "test",
    detectors: {
      grid: {
        detector_version: "1.0.0",
        knots: [
          [0, -1],
          [10, 3],
        ],
        n_forged: 10,
        n_authentic: 10,
        sources: ["s"],
      },
    },
    families: { compression: 1, noise: 1, provenance: 1, duplication: 0.5 },
    confidence: [
      [-4, 0.01, 0.05],
      [0, 0.4, 0.6],
      [4, 0.9, 0.99],
    ],
    produced: {},
  },
};

const absent = (id: string, family: EvidenceFamily) =>
  detection(id, family, 0, { status: "not_applicable", score: null, reason: "no trace" });

/** Log-odds at which the score is exactly `score` under the test policy's prior. */
const logOddsFor = (score: number) => Math.log(score / (100 - score)) - Math.log(0.2 / 0.8);

describe("fuse", () => {
  it("gives the prior when no detector has an opinion", () => {
    expect(fuse([detection("grid", "compression", 0)], policy).forgery_score).toBeCloseTo(20, 10);
  });

  it("adds families and takes the strongest detector inside a family", () => {
    const { contributions, forgery_score } = fuse(
      [detection("a", "compression", 1), detection("b", "compression", -2), detection("c", "noise", 0.5)],
      policy,
    );
    expect(contributions).toEqual([
      { family: "compression", detector: "b", log_odds: -2 },
      { family: "noise", detector: "c", log_odds: 0.5 },
    ]);
    expect(forgery_score).toBeCloseTo(100 / (1 + Math.exp(Math.log(4) + 1.5)), 10);
  });

  it("weighs families by the policy; display and unknown families say nothing", () => {
    const assessment = fuse(
      [detection("a", "duplication", 2), detection("b", "display", 4), detection("c", "generation", 4)],
      policy,
    );
    expect(assessment.contributions.map(({ log_odds }) => log_odds)).toEqual([1, 0]);
  });

  const truthTable: [string, Detection[], string, string[]][] = [
    ["just below 40", [detection("a", "noise", logOddsFor(39.99))], "AUTHENTIC", []],
    ["at 40", [detection("a", "noise", logOddsFor(40.0001))], "SUSPICIOUS", []],
    ["below 70", [detection("a", "noise", logOddsFor(69.9))], "SUSPICIOUS", []],
    ["above 70 from one family", [detection("a", "noise", 4)], "SUSPICIOUS", ["single_family"]],
    ["above 70 from two families", [detection("a", "noise", 2), detection("b", "compression", 2)], "LIKELY_FORGED", []],
    [
      "above 70 where the second family is too weak to support",
      [detection("a", "noise", 4), detection("b", "compression", 0.49)],
      "SUSPICIOUS",
      ["single_family"],
    ],
    [
      "one decisive finding",
      [detection("a", "provenance", 0, { decisive: "x" })],
      "LIKELY_FORGED",
      ["decisive_finding"],
    ],
    ["nothing applicable", [absent("a", "noise"), absent("b", "compression")], "SUSPICIOUS", ["insufficient_evidence"]],
    [
      "one family of four",
      [detection("a", "noise", -1), absent("b", "compression"), absent("c", "provenance"), absent("d", "duplication")],
      "SUSPICIOUS",
      ["insufficient_evidence"],
    ],
    [
      "one family of three",
      [detection("a", "noise", -1), absent("b", "compression"), absent("c", "provenance")],
      "AUTHENTIC",
      [],
    ],
    [
      "contradiction",
      [detection("a", "noise", 1.2), detection("b", "compression", -1)],
      "AUTHENTIC",
      ["conflicting_evidence"],
    ],
    [
      "a late detector",
      [detection("a", "noise", 0), detection("b", "compression", 0, { status: "timed_out" })],
      "AUTHENTIC",
      ["detectors_incomplete"],
    ],
    ["no detectors at all", [], "SUSPICIOUS", ["insufficient_evidence"]],
  ];
  for (const [name, detections, verdict, reasons] of truthTable) {
    it(`${name} → ${verdict} ${reasons.join(", ")}`, () => {
      const assessment = fuse(detections, policy);
      expect([assessment.verdict, assessment.reasons]).toEqual([verdict, reasons]);
    });
  }

  it("ignores what a failed or inapplicable detector might carry", () => {
    const failed = detection("a", "noise", 4, { status: "failed", decisive: "x" });
    expect(fuse([failed, detection("b", "compression", 0)], policy).forgery_score).toBeCloseTo(20, 10);
  });

  it("lifts the score to the decisive minimum, never down", () => {
    expect(fuse([detection("a", "noise", -4, { decisive: "x" })], policy).forgery_score).toBe(90);
    const high = [detection("a", "noise", 4, { decisive: "x" }), detection("b", "compression", 4)];
    expect(fuse(high, policy).forgery_score).toBeGreaterThan(99);
  });

  it("says it does not know the interval when evidence is insufficient", () => {
    expect(fuse([absent("a", "noise")], policy).confidence).toEqual({ low: 0, high: 100 });
  });

  it("keeps score inside its interval, and every number inside its range, for any evidence", () => {
    const families = fc.constantFrom<EvidenceFamily>("noise", "compression", "provenance", "generation", "display");
    const anyDetection = fc
      .tuple(
        families,
        fc.double({ min: -4, max: 4, noNaN: true }),
        fc.constantFrom("ok", "not_applicable", "failed"),
        fc.boolean(),
      )
      .map(([family, llr, status, decisive]) =>
        detection(family, family, llr, { status: status as Detection["status"], ...(decisive && { decisive: "x" }) }),
      );
    fc.assert(
      fc.property(fc.array(anyDetection, { maxLength: 8 }), (detections) => {
        const { forgery_score, confidence, coverage, agreement } = fuse(detections, policy);
        expect(confidence.low).toBeLessThanOrEqual(forgery_score);
        expect(confidence.high).toBeGreaterThanOrEqual(forgery_score);
        for (const share of [coverage, agreement, forgery_score / 100, confidence.low / 100, confidence.high / 100]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("does not count a missing known original as a gap, and counts a present one", () => {
    const noise = detection("noise", "noise", 0);
    const unknown = detection("known-work", "reference", 0, { status: "not_applicable" });
    const gap = detection("grid", "compression", 0, { status: "not_applicable" });
    expect(fuse([noise, gap, unknown], policy).coverage).toBe(1 / 2);
    expect(fuse([noise, gap, { ...unknown, status: "ok" }], policy).coverage).toBe(2 / 3);
  });

  it("never lowers the score when one detector becomes more suspicious", () => {
    const llr = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(llr, llr, llr, (other, a, b) => {
        const scoreOf = (x: number) =>
          fuse([detection("a", "noise", x), detection("b", "compression", other)], policy).forgery_score;
        expect(scoreOf(Math.max(a, b))).toBeGreaterThanOrEqual(scoreOf(Math.min(a, b)));
      }),
    );
  });
});

describe("calibrateDetection", () => {
  const measured = (statistic: number, more: Partial<Detection> = {}) =>
    calibrateDetection(detection("grid", "compression", 0, { statistic, ...more }), policy.calibration);

  it("interpolates between knots and stays constant beyond them", () => {
    expect([-5, 0, 5, 10, 99].map((statistic) => measured(statistic).log_likelihood_ratio)).toEqual([-1, -1, 1, 3, 3]);
  });

  it("scores a detector alone at even odds", () => {
    expect(measured(2.5).score).toBeCloseTo(50, 10);
  });

  it("gives no say to another version, an unknown detector or a display detector", () => {
    expect(measured(10, { version: "2.0.0" }).log_likelihood_ratio).toBe(0);
    expect(measured(10, { id: "unknown" }).log_likelihood_ratio).toBe(0);
    expect(measured(10, { family: "display" }).log_likelihood_ratio).toBe(0);
  });

  it("leaves a detector that did not measure without a score", () => {
    const late = measured(10, { status: "timed_out" });
    expect([late.score, late.status]).toEqual([null, "timed_out"]);
  });
});

describe("weighFindings", () => {
  const finding = (code: string, direction: "forged" | "authentic" | "neutral") => ({
    code,
    claim: code,
    direction,
    limitation: "none",
  });

  it("shares a detector's contribution among the findings that point its way", () => {
    const detections = [
      detection("a", "noise", 2, {
        findings: [finding("x", "forged"), finding("y", "forged"), finding("z", "neutral")],
      }),
      detection("b", "compression", -1.5, { findings: [finding("w", "authentic"), finding("v", "forged")] }),
    ];
    const weighed = weighFindings(detections, fuse(detections, policy).contributions);
    expect(weighed.map(({ code, weight }) => [code, weight])).toEqual([
      ["w", -1.5],
      ["x", 1],
      ["y", 1],
      ["z", 0],
      ["v", 0],
    ]);
  });
});

describe("policies", () => {
  it("rescore under the same policy gives the same assessment", () => {
    const detections = [detection("grid", "compression", 0, { statistic: 7 })];
    const first = rescore({ detections }, policy);
    expect(rescore({ detections }, policy)).toEqual(first);
    expect(first.contributions[0]?.log_odds).toBeCloseTo(1.8, 10);
  });

  it("explainChange names verdict, policy, reasons and families that differ", () => {
    const detections = [detection("a", "noise", 2), detection("b", "compression", 2)];
    const strict = {
      ...policy,
      version: "strict",
      minimum_families: 3,
      calibration: { ...policy.calibration, families: { noise: 1, compression: 0.5 } },
    };
    const change = explainChange(fuse(detections, policy), fuse(detections, strict));
    expect(change).toMatchObject({
      verdict: { from: "LIKELY_FORGED", to: "SUSPICIOUS" },
      policy: { from: "test", to: "strict" },
      reasons_added: ["single_family"],
      reasons_removed: [],
      families: [{ family: "compression", from: 2, to: 1 }],
    });
    expect(change.score_difference).toBeLessThan(0);
  });

  it("are found by version; an unknown version is refused", () => {
    expect(listPolicies()).toContain(defaultPolicy.version);
    expect(policyOf(defaultPolicy.version)).toBe(defaultPolicy);
    expect(() => policyOf("v0")).toThrow(expect.objectContaining({ code: "fusion.unknown-policy" }));
  });
});
