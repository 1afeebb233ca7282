/** The verdicts of the spec, from least to most suspicious. */
export const verdicts = ["AUTHENTIC", "SUSPICIOUS", "LIKELY_FORGED"] as const;
/** One of {@link verdicts}. */
export type Verdict = (typeof verdicts)[number];
