import { ArtGuardError } from "../errors/artguard-error.ts";
import calibrationV1 from "./calibration/v1.json" with { type: "json" };
import { type Calibration, calibrationSchema } from "./calibration.ts";

/** Everything that turns detections into a verdict, versioned: the same detections and policy give the same verdict. */
export interface VerdictPolicy {
  /** Stored with every result. */
  readonly version: string;
  /** Probability of forgery before any evidence. */
  readonly prior: number;
  /** A score at or above `suspicious` is not AUTHENTIC; at or above `likely_forged` it may be LIKELY_FORGED. */
  readonly thresholds: { readonly suspicious: number; readonly likely_forged: number };
  /** Below this coverage the verdict is SUSPICIOUS with the reason `insufficient_evidence`. */
  readonly minimum_coverage: number;
  /** Families that must support forgery before LIKELY_FORGED, unless one finding is decisive. */
  readonly minimum_families: number;
  /** Log-odds from which a family's contribution counts as support. */
  readonly supporting_log_odds: number;
  /** A decisive finding lifts the score at least to this. */
  readonly decisive_score: number;
  /** Below this agreement the reason `conflicting_evidence` is given. */
  readonly minimum_agreement: number;
  readonly calibration: Calibration;
}

/**
 * Policy `v1`. The prior says that most images handed in are untouched; a score of exactly 40 is SUSPICIOUS and of
 * exactly 70 may be LIKELY_FORGED. The minimum coverage lets one applicable family of three pass, so that an
 * uncompressed camera image without cloud models gets a verdict.
 */
const policyV1: VerdictPolicy = {
  version: "v1",
  prior: 0.2,
  thresholds: { suspicious: 40, likely_forged: 70 },
  minimum_coverage: 0.3,
  minimum_families: 2,
  supporting_log_odds: 0.5,
  decisive_score: 90,
  minimum_agreement: 0.5,
  calibration: calibrationSchema.parse(calibrationV1),
};

const policies: readonly VerdictPolicy[] = [policyV1];

/** The policy that applies when none is named. */
export const defaultPolicy: VerdictPolicy = policyV1;

/** Versions of all policies, oldest first. */
export function listPolicies(): string[] {
  return policies.map((policy) => policy.version);
}

/**
 * The policy of a version, for replaying an old verdict.
 *
 * @throws ArtGuardError `fusion.unknown-policy`
 */
export function policyOf(version: string): VerdictPolicy {
  const policy = policies.find((candidate) => candidate.version === version);
  if (policy) return policy;
  throw new ArtGuardError("fusion.unknown-policy", `there is no verdict policy "${version}"`, { details: { version } });
}
