import type { Plane } from "../raster/plane.ts";
import type { GrownCopy } from "./grow-copy.ts";
import { type JudgedCopy, otherPlacesOf } from "./judge-copy.ts";
import { recursElsewhere } from "./look-for-recurrence.ts";
import { type CopyMeasures, measureCopy } from "./measure-copy.ts";
import type { QuantizationNoise } from "./quantization-noise.ts";
import { sideCorrelation } from "./side-correlation.ts";

/** What a copy in a smooth area has to reach. Each measure is compared with its limit; the weakest decides. */
export interface SmoothLimits {
  /** Pixels that agree (Cozzolino, Poggi and Verdoliva 2015 ask for 1200). */
  readonly area: number;
  /** Median correlation of the quieter half of the windows, at least. */
  readonly correlation: number;
  /** What agrees over what compression may have made of it, at least: gradients are given equal steps by it. */
  readonly signal: number;
  /** Difference over what compression leaves, at most. */
  readonly excess: number;
  /** Share of the region that is its own copy, at most. */
  readonly overlap: number;
  /** How far a map may be from a similarity: ratio of the singular values, at most. */
  readonly anisotropy: number;
  /** Correlation beside the copy over that with it, at most. */
  readonly sideCorrelation: number;
  /** Whether places that recur elsewhere count: then repetitions do. */
  readonly mayRecur: boolean;
}

/**
 * Set between the clones and the other agreements in discs copied within smooth areas of every second photograph of
 * kodak24 and UCID (56–112 px, with noise of 0–2 grey values, JPEG 90 and 95); the signal also above what untouched
 * gradients with noise of 0–3 grey values reach in JPEG 75–95.
 */
export const smoothLimits: SmoothLimits = {
  area: 1200,
  correlation: 0.75,
  signal: 4.5,
  excess: 4,
  overlap: 0.1,
  anisotropy: 1.12,
  sideCorrelation: 0.85,
  mayRecur: false,
};

const mostJudged = 48;
/** A further place that agrees so well makes a repetition of it. */
const motifCorrelation = 0.85;

/**
 * Judges the copies of smooth areas, best first. Noise and weak structure agree there in a clone; of two stretches of the
 * same sky each has its own.
 *
 * @param band The image without its finest detail and its local mean, in which the copies were grown.
 * @param noise What compression leaves of the band.
 */
export function judgeSmoothCopies(
  band: Plane,
  copies: readonly GrownCopy[],
  noise: QuantizationNoise,
  limits = smoothLimits,
): JudgedCopy[] {
  const measured = copies.slice(0, mostJudged).map((copy) => ({ copy, measures: measureCopy(band, copy, noise) }));
  const near = measured.filter(({ measures }) => measures.excess <= 2 * limits.excess).map(({ copy }) => copy);
  const judged = measured.map(({ copy, measures }) => {
    const otherPlaces = otherPlacesOf(copy, near);
    const ratio = weakest(measures, sideCorrelation(band, copy), limits);
    const isRepetition =
      !limits.mayRecur && (otherPlaces > 0 || (ratio >= 1 && recursElsewhere(band, copy, motifCorrelation)));
    return { copy, measures, otherPlaces, score: (isRepetition ? 1 : 2) * (ratio / (1 + ratio)) };
  });
  return judged.sort((a, b) => b.score - a.score);
}

/** The smallest ratio of a measure to its limit; 1 and more if all are kept. */
function weakest(measures: CopyMeasures, beside: number, limits: SmoothLimits): number {
  return Math.min(
    measures.area / limits.area,
    (1 - limits.correlation) / (1 - Math.min(0.99, measures.quietCorrelation)),
    // The mean square difference of two places is 2 · energy · (1 − correlation).
    measures.excess / (1 - Math.min(0.999, measures.quietCorrelation)) / limits.signal,
    limits.excess / Math.max(0.01, measures.excess),
    limits.overlap / Math.max(0.01, measures.overlap),
    Math.log(limits.anisotropy) / Math.log(Math.max(1.01, measures.anisotropy)),
    (1.1 - Math.min(1, beside)) / (1.1 - limits.sideCorrelation),
  );
}
