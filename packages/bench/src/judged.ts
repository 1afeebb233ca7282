import { type Calibration, type Detector, defaultPolicy, rescore, type VerdictPolicy } from "@artguard/core";
import { fitCalibration } from "./calibration/fit-calibration.ts";
import { formatBaseline } from "./format-baseline.ts";
import type { Observed } from "./observe.ts";
import { sourceOf } from "./sources.ts";

/** A judged image: the score of every judge by name, higher = more suspicious. */
export interface Judged extends Observed {
  readonly scores: Readonly<Record<string, number>>;
  /** Probability of forgery at even prior odds. */
  readonly probability: number;
  readonly verdict: string;
  /** What judged it. */
  readonly policy: VerdictPolicy;
}

/** Calibrations by the sources that they were fitted without. */
export class LeftOutCalibrations {
  readonly #fitted = new Map<string, Calibration>();
  readonly #examples: readonly Observed[];
  readonly #detectors: readonly Detector[];

  constructor(examples: readonly Observed[], detectors: readonly Detector[]) {
    this.#examples = examples;
    this.#detectors = detectors;
  }

  without(...sources: readonly string[]): Calibration {
    const key = sources.join(" and ");
    const known = this.#fitted.get(key);
    if (known) return known;
    const others = this.#examples.filter((image) => !sources.includes(sourceOf(image)));
    const fitted = fitCalibration(others, this.#detectors, `without ${key}`);
    this.#fitted.set(key, fitted);
    return fitted;
  }
}

/** Judges every image by the default policy with a calibration that knows nothing of the image's source. */
export function judgeLeftOut(observed: readonly Observed[], calibrations: LeftOutCalibrations): Judged[] {
  const formats = formatBaseline(observed);
  return observed.map((image, index) => {
    const policy = { ...defaultPolicy, calibration: calibrations.without(sourceOf(image)) };
    const assessment = rescore(image, policy);
    const logOdds = assessment.contributions.reduce((sum, { log_odds }) => sum + log_odds, 0);
    const detectors = image.detections
      .filter(({ family }) => family !== "display")
      // Every statistic is 0 where its detector found nothing; so is one that does not apply.
      .map(({ id, statistic }) => [id, statistic ?? 0]);
    return {
      ...image,
      scores: { ...Object.fromEntries(detectors), fused: assessment.forgery_score, "format only": formats[index]! },
      probability: 1 / (1 + Math.exp(-logOdds)),
      verdict: assessment.verdict,
      policy,
    };
  });
}
