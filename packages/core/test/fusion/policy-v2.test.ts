import { type Detection, type EvidenceFamily, fuse, policyOf, type VerdictPolicy, weighFindings } from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** Policy v2 with families that all have full weight, whatever they were last fitted to. */
const policy: VerdictPolicy = {
  ...policyOf("v2"),
  calibration: {
    ...policyOf("v2").calibration,
    families: { provenance: 1, compression: 1, noise: 1, duplication: 1, learned: 1 },
  },
};

const detection = (id: string, family: EvidenceFamily, llr: number, more: Partial<Detection> = {}): Detection => ({
  id,
  family,
  version: "1.0.0",
  status: "ok",
  statistic: llr,
  log_likelihood_ratio: llr,
  score: 50,
  regions: [],
  findings: [],
  elapsed_ms: 1,
  ...more,
});

const families = ["compression", "noise", "duplication"] as const;
/** Log-odds by family; null where the family's detector does not apply. */
type Opinions = readonly (number | null)[];

/** Of five configured families two never apply, so that coverage is the share of opinions among five. */
function detectionsOf(opinions: Opinions, decisive: boolean): Detection[] {
  const absent = { status: "not_applicable", score: null } as const;
  return [
    ...families.map((family, i) =>
      detection(family, family, opinions[i] ?? 0, {
        ...(opinions[i] === null && absent),
        ...(decisive && i === 0 && { decisive: "x" }),
      }),
    ),
    detection("learned", "learned", 0, absent),
    detection("provenance", "provenance", 0, absent),
  ];
}

// [what, log-odds of compression, noise, duplication, verdict, reasons]; at the prior of 0.2 a score of 40 is at
// 0.98 log-odds and one of 70 at 2.23.
const truthTable: [string, Opinions, string, string[]][] = [
  ["no opinion", [0, 0, 0], "AUTHENTIC", []],
  ["all against forgery", [-1, -2, -1], "AUTHENTIC", []],
  ["one weak support", [0.9, 0, 0], "AUTHENTIC", []],
  ["one moderate support", [1.5, 0, 0], "SUSPICIOUS", []],
  ["one strong support", [3, 0, 0], "SUSPICIOUS", ["single_family"]],
  ["the strongest support, alone", [4, 0, 0], "SUSPICIOUS", ["single_family"]],
  ["one strong support and one too weak to count", [3, 0.4, 0], "SUSPICIOUS", ["single_family"]],
  ["two moderate supports below 70", [1, 1, 0], "SUSPICIOUS", []],
  ["two supports", [2, 1, 0], "LIKELY_FORGED", []],
  ["three supports", [1.5, 1, 1], "LIKELY_FORGED", []],
  ["two supports and a weak objection", [2, 1.5, -0.9], "LIKELY_FORGED", []],
  ["two strong supports outvote one strong objection", [4, 4, -1.2], "LIKELY_FORGED", []],
  ["a strong support against a strong objection", [3, -2, 0], "SUSPICIOUS", ["conflicting_evidence"]],
  ["a strong objection that would win by its score", [1.5, -3, 0], "SUSPICIOUS", ["conflicting_evidence"]],
  ["two strong supports that one objection nearly cancels", [2, 2, -3], "SUSPICIOUS", ["conflicting_evidence"]],
  ["a weak support against a strong objection", [0.9, -3, 0], "AUTHENTIC", []],
  ["a strong support against a weak objection", [1.2, -0.9, 0], "AUTHENTIC", []],
  ["two families of five, against forgery", [-1, -1, null], "AUTHENTIC", []],
  ["two families of five, for it", [2, 1, null], "LIKELY_FORGED", []],
  ["one family of five, against forgery", [-3, null, null], "SUSPICIOUS", ["insufficient_evidence"]],
  ["one family of five, for it", [4, null, null], "SUSPICIOUS", ["insufficient_evidence"]],
  ["no family of five", [null, null, null], "SUSPICIOUS", ["insufficient_evidence"]],
];

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
