import type { Assessment } from "../analysis/analysis.ts";
import type { EvidenceFamily } from "../detection/detection.ts";
import type { Verdict } from "./verdict.ts";

/** What differs between two assessments of one image. */
export interface AssessmentChange {
  readonly verdict: { readonly from: Verdict; readonly to: Verdict } | null;
  /** Score of the second minus score of the first. */
  readonly score_difference: number;
  readonly policy: { readonly from: string; readonly to: string } | null;
  readonly reasons_added: readonly string[];
  readonly reasons_removed: readonly string[];
  /** Families whose log-odds differ, largest difference first. */
  readonly families: readonly { readonly family: EvidenceFamily; readonly from: number; readonly to: number }[];
}

/**
 * Says what changed between two assessments, for example of the same detections under two policies.
 *
 * @example
 * const { verdict, score_difference } = explainChange(rescore(analysis, policyOf("v1")), assessment);
 */
export function explainChange(from: Assessment, to: Assessment): AssessmentChange {
  return {
    verdict: from.verdict === to.verdict ? null : { from: from.verdict, to: to.verdict },
    score_difference: to.forgery_score - from.forgery_score,
    policy: from.policy_version === to.policy_version ? null : { from: from.policy_version, to: to.policy_version },
    reasons_added: to.reasons.filter((reason) => !from.reasons.includes(reason)),
    reasons_removed: from.reasons.filter((reason) => !to.reasons.includes(reason)),
    families: changedFamilies(from, to),
  };
}

function changedFamilies(from: Assessment, to: Assessment): AssessmentChange["families"] {
  const families = new Set([...from.contributions, ...to.contributions].map(({ family }) => family));
  const logOdds = (assessment: Assessment, family: EvidenceFamily) =>
    assessment.contributions.find((contribution) => contribution.family === family)?.log_odds ?? 0;
  return [...families]
    .map((family) => ({ family, from: logOdds(from, family), to: logOdds(to, family) }))
    .filter((change) => change.from !== change.to)
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from));
}
