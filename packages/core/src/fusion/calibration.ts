import { z } from "zod";
import type { Detection, EvidenceFamily } from "../detection/detection.ts";

/** How one detector's statistic becomes a log-likelihood ratio. */
const detectorCalibrationSchema = z.object({
  /** The detector version these knots were fitted on; another version stays uncalibrated. */
  detector_version: z.string(),
  /** `[statistic, log-likelihood ratio]`, both non-decreasing; linear between knots, constant beyond the ends. */
  knots: z.array(z.tuple([z.number(), z.number().min(-4).max(4)])).min(1),
  /** Share of the measured ratios that the knots hold, as far as sources confirmed it that were left out; 0: no say. */
  trust: z.number().min(0).max(1).optional(),
  n_forged: z.number().int().nonnegative(),
  n_authentic: z.number().int().nonnegative(),
  /** Names of the image sources the knots were fitted on. */
  sources: z.array(z.string()),
});

/**
 * A calibration table: a versioned data file, written by the benchmark's `calibrate` command.
 * Log-likelihood ratios are natural logarithms; probabilities are at even prior odds.
 */
export const calibrationSchema = z.object({
  version: z.string(),
  detectors: z.record(z.string(), detectorCalibrationSchema),
  /** Weight of each family's log-likelihood ratio in the sum, 0–1; a family that is not named weighs 0. */
  families: z.record(z.string(), z.number().min(0).max(1)),
  /**
   * `[sum of weighted log-likelihood ratios, low, high]`, ascending: the Venn–Abers interval of the probability of
   * forgery at even prior odds (Vovk, Petej & Fedorova 2015, inductive Venn–Abers predictors).
   */
  confidence: z.array(z.tuple([z.number(), z.number().min(0).max(1), z.number().min(0).max(1)])),
  /** How to produce this file again. */
  produced: z.record(z.string(), z.union([z.string(), z.number()])),
});
/** See {@link calibrationSchema}. */
export type Calibration = z.infer<typeof calibrationSchema>;

/** Log-likelihood ratios are clamped to ± this: no single detector may claim more than odds of about 55 to 1. */
const maximumLogLikelihoodRatio = 4;

/** Piecewise-linear interpolation, constant beyond the ends; `knots` ascend in their first element. */
export function interpolate(knots: readonly (readonly number[])[], x: number, column = 1): number {
  const first = knots[0]!;
  const last = knots.at(-1)!;
  if (x <= first[0]!) return first[column]!;
  if (x >= last[0]!) return last[column]!;
  const right = knots.findIndex((knot) => knot[0]! > x);
  const [x0, y0] = [knots[right - 1]![0]!, knots[right - 1]![column]!];
  const [x1, y1] = [knots[right]![0]!, knots[right]![column]!];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/** `1 / (1 + e^-x)`. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** `ln(p / (1 - p))`. */
export function logit(p: number): number {
  return Math.log(p / (1 - p));
}

/** How far a family may move a verdict, whose detectors nobody has calibrated. */
export interface FamilyBound {
  /** The family adds or takes at most this many log-odds, whatever its detectors say. */
  readonly maximum_log_odds: number;
  /**
   * True: its opinion moves the score and nothing else. It counts as no support, its failure is no gap, and an image that
   * is not AUTHENTIC without it is not with it, nor LIKELY_FORGED when it is AUTHENTIC without it.
   */
  readonly advisory?: true;
}

/** Bounds by family. */
export type FamilyBounds = Partial<Readonly<Record<EvidenceFamily, FamilyBound>>>;

/**
 * Gives a detection its calibrated opinion. Without a measurement, for display detectors, and for a detector or
 * detector version that the table does not know, the log-likelihood ratio is 0: an uncalibrated number has no say.
 *
 * @param bounds In a family named here an unknown detector's statistic is taken for the probability of forgery at even
 * prior odds that it claims to be: its opinion is `ln(p / (1 - p))` within the family's bound. Uncalibrated, therefore
 * capped.
 * @example
 * const calibrated = analysis.detections.map((detection) => calibrateDetection(detection, defaultPolicy.calibration));
 */
export function calibrateDetection(
  detection: Detection,
  calibration: Calibration,
  bounds: FamilyBounds = {},
): Detection {
  if (detection.status !== "ok" || detection.statistic === undefined) return { ...detection, score: null };
  const ratio = logLikelihoodRatio(detection, detection.statistic, calibration, bounds);
  return { ...detection, log_likelihood_ratio: ratio, score: 100 * sigmoid(ratio) };
}

function logLikelihoodRatio(
  { id, version, family }: Detection,
  statistic: number,
  calibration: Calibration,
  bounds: FamilyBounds,
): number {
  const table = calibration.detectors[id];
  if (family === "display") return 0;
  if (table?.detector_version === version) return clamp(interpolate(table.knots, statistic), maximumLogLikelihoodRatio);
  const bound = bounds[family];
  return bound && statistic >= 0 && statistic <= 1 ? clamp(logit(statistic), bound.maximum_log_odds) : 0;
}

/** The nearest value within ± `most`. */
export function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}
