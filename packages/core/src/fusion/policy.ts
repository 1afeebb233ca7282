import type { EvidenceFamily } from "../detection/detection.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import calibrationV1 from "./calibration/v1.json" with { type: "json" };
import calibrationV2 from "./calibration/v2.json" with { type: "json" };
import calibrationV4 from "./calibration/v4.json" with { type: "json" };
import { type Calibration, calibrationSchema, type FamilyBounds } from "./calibration.ts";

/** How the detectors' heat maps become one; see `fuseHeatmaps`. Log-odds are natural logarithms. */
export interface HeatmapPolicy {
  /** A map may mark places only when the summed log-odds of the families exceed this, or a finding is decisive. */
  readonly minimum_log_odds: number;
  /** One detector's log-odds for one cell stay within ± this. */
  readonly maximum_cell_log_odds: number;
  /** What detectors that earn nothing may add to a silent cell, less than `silent_log_odds` takes away. */
  readonly onlooker_log_odds: number;
  /** Log-odds of a cell of which no detector has an opinion, below 0: most of an image is untouched. */
  readonly silent_log_odds: number;
  /** Log-odds that each of four neighbours adds when it is surely forged, and takes away when it is surely not. */
  readonly neighbour_log_odds: number;
  /** Mean-field sweeps over the map. */
  readonly sweeps: number;
  /** Regions of fewer pixels are not reported; the map keeps them. */
  readonly minimum_region_pixels: number;
  /** A region's polygon leaves its cells by at most this many cell sides. */
  readonly polygon_tolerance: number;
}

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
  /**
   * When set, conflict makes the verdict SUSPICIOUS: one family supports forgery by this much, another opposes it by
   * this much, and the agreement is below `minimum_agreement`. When absent (`v1`) low agreement is only a reason.
   */
  readonly conflict_log_odds?: number;
  /**
   * Share that a family's other opinions of the strongest one's sign add to it, 0–1; absent (`v1`) is 0: the strongest
   * alone.
   */
  readonly family_shrinkage?: number;
  /**
   * Two ways in which an image is forged, as likely as each other, each with the families that speak of it alone; their
   * likelihood ratios are averaged. Families that are not named speak of the image as a whole, and add up. Absent before
   * `v4`: all add up.
   */
  readonly alternatives?: readonly [readonly EvidenceFamily[], readonly EvidenceFamily[]];
  /** Absent in `v1`: every cell then takes the strongest opinion of all scored detectors, and no regions are traced. */
  readonly heatmap?: HeatmapPolicy;
  /**
   * Families whose opinions are believed uncalibrated, and how far; absent before `v3`: such opinions have no say. None of
   * them counts in the coverage, which tells what was measured, and none can hold a decisive finding.
   */
  readonly bounded?: FamilyBounds;
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

/**
 * Policy `v2`: relatives in a family count for a quarter, strong families that contradict each other make an image
 * SUSPICIOUS, and the heat maps are fused by reliability on a Markov field. A quarter is what is left of a second
 * opinion that correlates by about 0.75 with the first. The field's strength lies above the point from which a
 * mean field of four neighbours holds together by itself (¼ of 2, i.e. 0.5), so that holes close and specks vanish.
 */
const policyV2: VerdictPolicy = {
  ...policyV1,
  version: "v2",
  conflict_log_odds: 1,
  family_shrinkage: 0.25,
  heatmap: {
    minimum_log_odds: 0,
    maximum_cell_log_odds: 3,
    onlooker_log_odds: 0.3,
    silent_log_odds: -0.5,
    neighbour_log_odds: 0.6,
    sweeps: 12,
    minimum_region_pixels: 256,
    polygon_tolerance: 1,
  },
  calibration: calibrationSchema.parse(calibrationV2),
};

/**
 * Policy `v3`: `v2` with its calibration, and opinions from elsewhere within bounds. A model that looks at the picture
 * can be talked to by it, so it may move the log-odds by 0.4, less than 10 points of score (`100·tanh(0.4/4)` at most), and
 * only advises. A remote model was trained for the task: odds of e to 1, enough to be a second family that supports
 * forgery, never enough alone.
 */
const policyV3: VerdictPolicy = {
  ...policyV2,
  version: "v3",
  bounded: {
    vision: { maximum_log_odds: 0.4, advisory: true },
    "remote-model": { maximum_log_odds: 1 },
  },
};

/**
 * Policy `v4`: `v3` with a calibration of its own, by which every family counts in full, and edited or generated as two
 * ways to forge an image. That nothing looks generated does not contradict an edit, nor the other way round.
 */
const policyV4: VerdictPolicy = {
  ...policyV3,
  version: "v4",
  alternatives: [["compression", "noise", "duplication", "learned"], ["generation"]],
  calibration: calibrationSchema.parse(calibrationV4),
};

const policies: readonly VerdictPolicy[] = [policyV1, policyV2, policyV3, policyV4];

/** The policy that applies when none is named: the newest. */
export const defaultPolicy: VerdictPolicy = policyV4;

/**
 * Versions of all policies, oldest first.
 *
 * @example
 * const newest = listPolicies().at(-1);
 */
export function listPolicies(): string[] {
  return policies.map((policy) => policy.version);
}

/**
 * The policy of a version, for replaying an old verdict.
 *
 * @throws ArtGuardError `fusion.unknown-policy`
 * @example
 * const before = rescore(analysis, policyOf("v1"));
 */
export function policyOf(version: string): VerdictPolicy {
  const policy = policies.find((candidate) => candidate.version === version);
  if (policy) return policy;
  throw new ArtGuardError("fusion.unknown-policy", `there is no verdict policy "${version}"`, { details: { version } });
}
