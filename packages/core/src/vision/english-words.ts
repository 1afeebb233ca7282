import type { ExplanationWords } from "./explanation-words.ts";

const verdicts = {
  AUTHENTIC: "The evidence does not point to a manipulation.",
  SUSPICIOUS: "The evidence does not settle the question.",
  LIKELY_FORGED: "The evidence points to a manipulated or generated image.",
} as const;

const reasons: Readonly<Record<string, string>> = {
  decisive_finding: "One finding is strong enough to decide alone.",
  single_family: "Only one kind of evidence supports forgery; a second, independent kind would be needed.",
  insufficient_evidence: "Too few kinds of evidence could be applied to this image to judge it.",
  conflicting_evidence: "Different kinds of evidence contradict each other.",
  detectors_incomplete: "Some detectors did not finish; their opinion is missing.",
  vision_bounded: "A model that only looks at the picture would have settled the question; it may not.",
};

const list = new Intl.ListFormat("en-GB");
const listed = (names: readonly string[]) => list.format(names);

/** Findings speak English themselves. */
export const englishWords: ExplanationWords = {
  verdict: (score, verdict) => `Forgery score ${score} of 100 (${verdict}). ${verdicts[verdict]}`,
  reason: (code) => reasons[code] ?? code,
  evidence({ claim, limitation, overturned_by }) {
    const change = overturned_by === undefined ? "" : ` What would overturn it: ${overturned_by}`;
    return `${claim} (${limitation}${change})`;
  },
  finding: ({ claim, limitation, overturned_by }) => ({ claim, limitation, overturned_by }),
  unsuitable: (reason) => reason,
  stability: (report) => report,
  seen: ({ detector, weight }) =>
    `The vision model ${detector}, whose weight is capped, sees ${weight > 0 ? "signs of forgery" : "signs of an untouched picture"}.`,
  supports: "For forgery:",
  opposes: "Against it:",
  leaning: (detectors) => `Leaning towards forgery, short of a finding: ${listed(detectors)}.`,
  silent: (detectors) =>
    `${listed(detectors)} could judge this image and found no sign of forgery; a forgery that leaves no such trace looks the same.`,
  noFinding: "No detector reported a finding.",
  instruction:
    "The picture holds text that reads like an order to a model; it was treated as data, and the opinion of the model that read it does not count.",
  furtherReading: (titles) => `The knowledge base has more on this: ${titles.join(", ")}.`,
  uncited: (count) =>
    `${count} ${count === 1 ? "statement" : "statements"} of the model cited no evidence that it was given and ${count === 1 ? "was" : "were"} left out.`,
};
