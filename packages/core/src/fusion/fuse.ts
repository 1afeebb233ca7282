import type { Assessment, Finding } from "../analysis/analysis.ts";
import type { Detection, EvidenceFamily } from "../detection/detection.ts";
import { calibrateDetection, clamp, interpolate, logit, sigmoid } from "./calibration.ts";
import type { VerdictPolicy } from "./policy.ts";
import type { Verdict } from "./verdict.ts";

type Contribution = Assessment["contributions"][number];

/**
 * Turns detections into an assessment: a pure function of its arguments, so that stored detections can be judged
 * again under another policy with no image at hand.
 *
 * `forgery_score = 100·σ(logit(prior) + Σ_family weight·LLR)`, where a family's LLR is that of its detector with the
 * largest absolute log-likelihood ratio, and `family_shrinkage` of the others' that share its sign: correlated
 * detectors do not vote twice. What a bounded family adds stays within its bound. With `policy.alternatives` the sums of
 * the ways to forge an image are averaged as likelihood ratios in place of added.
 *
 * @param detections Every configured detector, also those that did not apply.
 * @example
 * const { forgery_score, verdict, reasons } = fuse(analysis.detections, defaultPolicy);
 */
export function fuse(detections: readonly Detection[], policy: VerdictPolicy): Assessment {
  const assessment = assess(detections, policy);
  const measured = detections.filter(({ family }) => !isAdvisory(family, policy));
  return measured.length === detections.length ? assessment : advised(assess(measured, policy), assessment);
}

/** The assessment with advice, which may raise a doubt and settle nothing: by its score, nor by ending a conflict. */
function advised(unadvised: Assessment, assessment: Assessment): Assessment {
  const settles = assessment.verdict !== "SUSPICIOUS" && assessment.verdict !== unadvised.verdict;
  if (!settles) return assessment;
  return { ...assessment, verdict: "SUSPICIOUS", reasons: ["vision_bounded", ...unadvised.reasons] };
}

function assess(detections: readonly Detection[], policy: VerdictPolicy): Assessment {
  const contributions = contributionsOf(detections, policy);
  const sum = contributions.reduce((total, { log_odds }) => total + log_odds, 0);
  const decisive = detections.some((detection) => isDecisive(detection, policy));
  const unaided = 100 * sigmoid(logit(policy.prior) + sum);
  const score = decisive ? Math.max(unaided, policy.decisive_score) : unaided;
  const coverage = coverageOf(detections, policy);
  const agreement = agreementOf(contributions);
  const conflict = isConflicting(contributions, agreement, policy);
  const { verdict, reasons } = judge({ score, coverage, decisive, conflict, contributions }, policy);
  if (conflict && !reasons.includes("conflicting_evidence")) reasons.push("conflicting_evidence");
  if (detections.some((detection) => isIncomplete(detection, policy))) reasons.push("detectors_incomplete");
  const confidence = reasons.includes("insufficient_evidence") ? { low: 0, high: 100 } : intervalOf(sum, score, policy);
  return {
    forgery_score: score,
    verdict,
    reasons,
    confidence,
    coverage,
    agreement,
    contributions,
    policy_version: policy.version,
  };
}

/**
 * Judges the stored detections of an analysis under `policy`, calibrating their statistics anew.
 *
 * @example
 * const strict = { ...defaultPolicy, version: "mine", prior: 0.5 };
 * console.log(analysis.verdict, rescore(analysis, strict).verdict);
 */
export function rescore(analysis: { detections: readonly Detection[] }, policy: VerdictPolicy): Assessment {
  return fuse(
    analysis.detections.map((detection) => calibrateDetection(detection, policy.calibration, policy.bounded)),
    policy,
  );
}

/**
 * All findings with the weight that fusion gave them, strongest first.
 *
 * @example
 * const [strongest] = weighFindings(analysis.detections, assessment.contributions);
 */
export function weighFindings(detections: readonly Detection[], contributions: readonly Contribution[]): Finding[] {
  return detections
    .flatMap((detection) => {
      const logOdds = contributedBy(detection.id, contributions);
      const direction = logOdds > 0 ? "forged" : "authentic";
      const sharers = detection.findings.filter((finding) => finding.direction === direction).length;
      return detection.findings.map((finding) => ({
        ...finding,
        detector: detection.id,
        weight: finding.direction === direction ? logOdds / sharers : 0,
      }));
    })
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

/** What one detector added to the fused log-odds. */
export function contributedBy(detector: string, contributions: readonly Contribution[]): number {
  const shares = contributions.flatMap((contribution) => contribution.detectors ?? [contribution]);
  return shares.find((share) => share.detector === detector)?.log_odds ?? 0;
}

/** True for a detection with a finding that is strong enough to condemn the image alone; never in a bounded family. */
export function isDecisive({ status, decisive, family }: Detection, { bounded }: VerdictPolicy): boolean {
  return status === "ok" && decisive !== undefined && bounded?.[family] === undefined;
}

/** True for a family that moves the score, and a verdict only to SUSPICIOUS. */
export function isAdvisory(family: EvidenceFamily, { bounded }: VerdictPolicy): boolean {
  return bounded?.[family]?.advisory === true;
}

/** What a family's log-likelihood ratio counts in the sum, 0–1. */
export function familyWeight(family: EvidenceFamily, { calibration, bounded }: VerdictPolicy): number {
  return calibration.families[family] ?? (bounded?.[family] ? 1 : 0);
}

function isIncomplete({ status, family }: Detection, policy: VerdictPolicy): boolean {
  return (status === "failed" || status === "timed_out" || status === "skipped") && !isAdvisory(family, policy);
}

function contributionsOf(detections: readonly Detection[], policy: VerdictPolicy): Contribution[] {
  const families = new Map<EvidenceFamily, Detection[]>();
  for (const detection of detections) {
    if (detection.status !== "ok" || detection.family === "display") continue;
    families.set(detection.family, [...(families.get(detection.family) ?? []), detection]);
  }
  const contributions = [...families].map(([family, members]) =>
    withinBound(contributionOf(family, members, policy), policy),
  );
  return policy.alternatives ? asAlternatives(contributions, policy.alternatives) : contributions;
}

/**
 * Contributions of which those to one of two ways to forge an image, with the sums `a` and `b`, add up to
 * `ln((e^a + e^b) / 2)`: the log-likelihood ratio of an image forged in the one or the other way, as likely as each other,
 * where the evidence of one says nothing of the other. Each sum gets its share along the straight line from no evidence to
 * `(a, b)` (Aumann & Shapley 1974), `softplus(a − b) − ln 2` per `a − b` for `a` and the rest for `b`.
 */
function asAlternatives(
  contributions: readonly Contribution[],
  [one, other]: NonNullable<VerdictPolicy["alternatives"]>,
): Contribution[] {
  const sumOf = (way: readonly EvidenceFamily[]) =>
    contributions.reduce((sum, { family, log_odds }) => sum + (way.includes(family) ? log_odds : 0), 0);
  const lead = sumOf(one) - sumOf(other);
  const share = Math.abs(lead) < 1e-6 ? 1 / 2 : (softplus(lead) - Math.LN2) / lead;
  return contributions.map((contribution) => {
    if (one.includes(contribution.family)) return scaled(contribution, share);
    return other.includes(contribution.family) ? scaled(contribution, 1 - share) : contribution;
  });
}

/** `ln(1 + e^x)`, without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function withinBound(contribution: Contribution, { bounded }: VerdictPolicy): Contribution {
  const most = bounded?.[contribution.family]?.maximum_log_odds ?? Number.POSITIVE_INFINITY;
  const log_odds = clamp(contribution.log_odds, most);
  if (log_odds === contribution.log_odds) return contribution;
  return { ...scaled(contribution, log_odds / contribution.log_odds), log_odds };
}

function scaled(contribution: Contribution, factor: number): Contribution {
  const detectors = contribution.detectors?.map((each) => ({ ...each, log_odds: factor * each.log_odds }));
  return { ...contribution, log_odds: factor * contribution.log_odds, ...(detectors && { detectors }) };
}

function contributionOf(family: EvidenceFamily, members: readonly Detection[], policy: VerdictPolicy): Contribution {
  const weight = familyWeight(family, policy);
  const strongest = members.reduce((best, rival) => (magnitude(rival) > magnitude(best) ? rival : best));
  const detector = strongest.id;
  if (policy.family_shrinkage === undefined) return { family, detector, log_odds: weight * opinion(strongest) };
  const shrinkage = policy.family_shrinkage;
  const detectors = members
    .filter((member) => member === strongest || opinion(member) * opinion(strongest) > 0)
    .map((member) => ({
      detector: member.id,
      log_odds: weight * opinion(member) * (member === strongest ? 1 : shrinkage),
    }));
  return { family, detector, log_odds: detectors.reduce((sum, { log_odds }) => sum + log_odds, 0), detectors };
}

function opinion(detection: Detection): number {
  return detection.log_likelihood_ratio ?? 0;
}

function magnitude(detection: Detection): number {
  return Math.abs(opinion(detection));
}

/**
 * Share of the configured evidence families in which at least one detector could judge. That no known original of an
 * image exists is no gap in its examination: `reference` counts only where there is one. An opinion that is believed
 * uncalibrated is no examination: bounded families do not count.
 */
function coverageOf(detections: readonly Detection[], { bounded }: VerdictPolicy): number {
  const scored = detections
    .filter(({ family }) => family !== "display" && bounded?.[family] === undefined)
    .filter(({ family, status }) => !(family === "reference" && status === "not_applicable"));
  const configured = new Set(scored.map(({ family }) => family));
  const applied = new Set(scored.filter(({ status }) => status === "ok").map(({ family }) => family));
  return configured.size === 0 ? 0 : applied.size / configured.size;
}

function agreementOf(contributions: readonly Contribution[]): number {
  const total = contributions.reduce((sum, { log_odds }) => sum + Math.abs(log_odds), 0);
  const net = Math.abs(contributions.reduce((sum, { log_odds }) => sum + log_odds, 0));
  return total === 0 ? 1 : net / total;
}

function isConflicting(contributions: readonly Contribution[], agreement: number, policy: VerdictPolicy): boolean {
  if (agreement >= policy.minimum_agreement) return false;
  const strong = policy.conflict_log_odds;
  if (strong === undefined) return true;
  const supports = contributions.some(({ log_odds }) => log_odds >= strong);
  return supports && contributions.some(({ log_odds }) => log_odds <= -strong);
}

interface Evidence {
  score: number;
  coverage: number;
  decisive: boolean;
  conflict: boolean;
  contributions: readonly Contribution[];
}

function judge(evidence: Evidence, policy: VerdictPolicy): { verdict: Verdict; reasons: string[] } {
  if (evidence.decisive) return { verdict: "LIKELY_FORGED", reasons: ["decisive_finding"] };
  if (evidence.coverage < policy.minimum_coverage) return { verdict: "SUSPICIOUS", reasons: ["insufficient_evidence"] };
  if (evidence.conflict && policy.conflict_log_odds !== undefined)
    return { verdict: "SUSPICIOUS", reasons: ["conflicting_evidence"] };
  if (evidence.score < policy.thresholds.suspicious) return { verdict: "AUTHENTIC", reasons: [] };
  if (evidence.score < policy.thresholds.likely_forged) return { verdict: "SUSPICIOUS", reasons: [] };
  const supporting = evidence.contributions.filter(
    ({ family, log_odds }) => log_odds >= policy.supporting_log_odds && !isAdvisory(family, policy),
  );
  if (supporting.length >= policy.minimum_families) return { verdict: "LIKELY_FORGED", reasons: [] };
  return { verdict: "SUSPICIOUS", reasons: ["single_family"] };
}

/** The calibrated interval at even odds, moved to the policy's prior and widened to hold the score itself. */
function intervalOf(sum: number, score: number, policy: VerdictPolicy): { low: number; high: number } {
  const { confidence } = policy.calibration;
  if (confidence.length === 0) return { low: 0, high: 100 };
  const low = 100 * sigmoid(logit(interpolate(confidence, sum, 1)) + logit(policy.prior));
  const high = 100 * sigmoid(logit(interpolate(confidence, sum, 2)) + logit(policy.prior));
  return { low: Math.min(low, score), high: Math.max(high, score) };
}
