import { type Detection, defaultPolicy, type EvidenceFamily, fuse, policyOf, type VerdictPolicy } from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";

const families = ["compression", "noise", "duplication", "generation", "provenance"] as const;
/** Policy v4 with families that all have full weight, whatever they were last fitted to. */
const policy: VerdictPolicy = {
  ...policyOf("v4"),
  calibration: {
    ...policyOf("v4").calibration,
    families: Object.fromEntries(families.map((family) => [family, 1])),
  },
};
const { alternatives: _, ...added } = policy;

/** Log-odds by family, in the order of `families`. */
type Opinions = readonly number[];

const detectionsOf = (opinions: Opinions): Detection[] =>
  families.map((family, i) => detection(family, family, opinions[i] ?? 0));
const sumOf = (assessment: { contributions: readonly { log_odds: number }[] }) =>
  assessment.contributions.reduce((sum, { log_odds }) => sum + log_odds, 0);
const judged = (opinions: Opinions, under: VerdictPolicy) => {
  const { verdict, reasons } = fuse(detectionsOf(opinions), under);
  return [verdict, ...reasons];
};

/** At the prior of 0.2 a score of 40 is at 0.98 log-odds and one of 70 at 2.23. */
const truthTable: [string, Opinions, string[]][] = [
  ["no opinion", [], ["AUTHENTIC"]],
  ["nothing edited and nothing generated", [-1, -1, -1, -2], ["AUTHENTIC"]],
  ["an edit too weak for doubt, as it might as well be generated", [1.4], ["AUTHENTIC"]],
  ["an edit", [1.5], ["SUSPICIOUS"]],
  ["traces of generation as strong", [0, 0, 0, 1.5], ["SUSPICIOUS"]],
  ["a strong edit, alone", [4], ["SUSPICIOUS", "single_family"]],
  ["strong traces of generation, alone", [0, 0, 0, 4], ["SUSPICIOUS", "single_family"]],
  ["an edit that two families support", [2, 1], ["LIKELY_FORGED"]],
  ["an edit that two families support in a picture that looks like no generated one", [2, 1, 0, -3], ["LIKELY_FORGED"]],
  ["traces of generation in a picture that looks unedited", [-1, -1, -1, 3.5], ["SUSPICIOUS", "single_family"]],
  ["an edit of a generated picture", [3, 0, 0, 3], ["LIKELY_FORGED"]],
  ["two families that disagree about an edit", [3, -2], ["SUSPICIOUS", "conflicting_evidence"]],
  ["an edit against what the file declares", [4, 0, 0, 0, -3], ["SUSPICIOUS", "conflicting_evidence"]],
  ["generation against what the file declares", [0, 0, 0, 3.5, -3], ["SUSPICIOUS", "conflicting_evidence"]],
  ["an edit and what the file declares", [1.5, 0, 0, 0, 1.5], ["LIKELY_FORGED"]],
];

describe("policy v4, truth table", () => {
  it.each(truthTable)("%s %j", (_, opinions, expected) => {
    expect(judged(opinions, policy)).toEqual(expected);
  });

  it.each<[string, VerdictPolicy, string]>([
    ["adds the two ways up", added, "an edit that two families support in a picture that looks like no generated one"],
    [
      "takes the stronger way whole",
      { ...policy, alternatives: [["compression", "noise", "duplication", "generation"], []] },
      "traces of generation in a picture that looks unedited",
    ],
    [
      "lets what a file declares speak of edits alone",
      { ...policy, alternatives: [["compression", "noise", "duplication", "provenance"], ["generation"]] },
      "generation against what the file declares",
    ],
  ])("fails on a fusion that %s", (_, mutant, broken) => {
    const wrong = truthTable.filter(([, opinions, expected]) => `${judged(opinions, mutant)}` !== `${expected}`);
    expect(wrong.map(([what]) => what)).toContain(broken);
  });

  it("is the default", () => {
    expect(defaultPolicy).toBe(policyOf("v4"));
  });
});

const llr = fc.double({ min: -4, max: 4, noNaN: true });
const anyOpinions = fc.array(llr, { minLength: families.length, maxLength: families.length });

describe("policy v4, edited or generated", () => {
  it("averages the likelihood ratios of the two ways, and adds what speaks of the whole image", () => {
    fc.assert(
      fc.property(anyOpinions, (opinions) => {
        const [compression = 0, noise = 0, duplication = 0, generated = 0, declared = 0] = opinions;
        const edited = compression + noise + duplication;
        const mean = Math.log((Math.exp(edited) + Math.exp(generated)) / 2);
        expect(sumOf(fuse(detectionsOf(opinions), policy))).toBeCloseTo(mean + declared, 9);
      }),
    );
  });

  it("gives every family a part of its own opinion, of the same sign", () => {
    fc.assert(
      fc.property(anyOpinions, (opinions) => {
        for (const [i, { log_odds }] of fuse(detectionsOf(opinions), policy).contributions.entries()) {
          expect(Math.abs(log_odds)).toBeLessThanOrEqual(Math.abs(opinions[i]!) + 1e-9);
          expect(log_odds * opinions[i]!).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("never lowers the score when a family becomes more suspicious", () => {
    fc.assert(
      fc.property(anyOpinions, fc.nat(families.length - 1), llr, (opinions, at, other) => {
        const [low, high] = [opinions[at]!, other].sort((a, b) => a - b);
        const score = (opinion: number) => fuse(detectionsOf(opinions.with(at, opinion)), policy).forgery_score;
        expect(score(high!)).toBeGreaterThanOrEqual(score(low!) - 1e-9);
      }),
    );
  });

  it("scales relatives with their family, so that they still add up to it", () => {
    const relatives = [detection("a", "noise", 2), detection("b", "noise", 1), detection("c", "generation", -1)];
    const [noise] = fuse(relatives, { ...policy, family_shrinkage: 0.25 }).contributions;
    const shares = noise!.detectors!.map(({ log_odds }) => log_odds);
    expect(shares[0]! + shares[1]!).toBeCloseTo(noise!.log_odds, 12);
    expect(shares[1]! / shares[0]!).toBeCloseTo(0.125, 12);
  });

  it("is continuous where both ways are as likely", () => {
    const near = (lead: number) => fuse(detectionsOf([1 + lead, 0, 0, 1]), policy).contributions[0]!.log_odds;
    for (const lead of [0, 1e-7, 1e-5, 1e-3]) expect(near(lead)).toBeCloseTo(0.5, 2);
    expect(near(1)).toBeGreaterThan(1);
  });

  it("treats a family that no way names as it did before", () => {
    const whole: EvidenceFamily[] = ["provenance", "reference"];
    const calibration = { ...policy.calibration, families: { provenance: 1, reference: 1 } };
    const detections = whole.map((family) => detection(family, family, 1.5));
    expect(fuse(detections, { ...policy, calibration }).contributions).toEqual(
      fuse(detections, { ...added, calibration }).contributions,
    );
  });
});
