import type { Verdict } from "@artguard/core";

/** Verdicts as a person would say them. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  AUTHENTIC: "No sign of manipulation",
  SUSPICIOUS: "Suspicious: the evidence does not settle it",
  LIKELY_FORGED: "Likely forged",
};
