import { type Detection, policyOf, type VerdictPolicy } from "@artguard/core";
import { detection } from "../fixtures/detection.ts";

/** Policy v2 with families that all have full weight, whatever they were last fitted to. */
export const policy: VerdictPolicy = {
  ...policyOf("v2"),
  calibration: {
    ...policyOf("v2").calibration,
    families: { provenance: 1, compression: 1, noise: 1, duplication: 1, learned: 1 },
  },
};

const families = ["compression", "noise", "duplication"] as const;
/** Log-odds by family; null where the family's detector does not apply. */
type Opinions = readonly (number | null)[];

/** Of five configured families two never apply, so that coverage is the share of opinions among five. */
export function detectionsOf(opinions: Opinions, decisive: boolean): Detection[] {
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

/**
 * [what, log-odds of compression, noise, duplication, verdict, reasons]; at the prior of 0.2 a score of 40 is at 0.98
 * log-odds and one of 70 at 2.23.
 */
export const truthTable: [string, Opinions, string, string[]][] = [
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
