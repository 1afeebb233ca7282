import type { Assessment, Finding } from "./analysis.ts";
import type { CounterEvidence } from "./counter-evidence.ts";

const verdictSentences = {
  AUTHENTIC: "No sign of manipulation outweighs the rest of the evidence.",
  SUSPICIOUS: "The evidence does not settle the question.",
  LIKELY_FORGED: "The evidence points to a manipulated or generated image.",
} as const;

const reasonSentences: Readonly<Record<string, string>> = {
  decisive_finding: "One finding is strong enough to decide alone.",
  single_family: "Only one kind of evidence supports forgery; a second, independent kind would be needed.",
  insufficient_evidence: "Too few kinds of evidence could be applied to this image to judge it.",
  conflicting_evidence: "Different kinds of evidence contradict each other.",
  detectors_incomplete: "Some detectors did not finish; their opinion is missing.",
  vision_bounded: "A model that only looks at the picture would have changed the verdict; alone it may not.",
};

/** What a reason code means, in one English sentence; the code itself when it is not known. */
export function reasonSentence(reason: string): string {
  return reasonSentences[reason] ?? reason;
}

/**
 * The explanation of an assessment, written from its evidence alone: `ai_analysis` without a vision model.
 *
 * @param against What speaks against forgery; default the findings of negative weight.
 */
export function explainAssessment(
  assessment: Assessment,
  findings: readonly Finding[],
  against: readonly CounterEvidence[] = findings.filter(({ weight }) => weight < 0),
): string {
  const score = Math.round(assessment.forgery_score);
  const supporting = findings.filter(({ weight }) => weight > 0).slice(0, 3);
  const opposing = against.filter(({ weight }) => weight < 0).slice(0, 3);
  return [
    `Forgery score ${score} of 100 (${assessment.verdict}). ${verdictSentences[assessment.verdict]}`,
    ...assessment.reasons.map(reasonSentence),
    ...(supporting.length > 0 ? [`For forgery: ${claims(supporting)}`] : []),
    ...(opposing.length > 0 ? [`Against it: ${claims(opposing)}`] : []),
    ...(findings.length === 0 ? ["No detector reported a finding."] : []),
  ].join(" ");
}

function claims(evidence: readonly Pick<Finding, "claim" | "limitation" | "overturned_by">[]): string {
  return evidence
    .map(({ claim, limitation, overturned_by }) => {
      const change = overturned_by === undefined ? "" : ` What would overturn it: ${overturned_by}`;
      return `${claim} (${limitation}${change})`;
    })
    .join(" ");
}
