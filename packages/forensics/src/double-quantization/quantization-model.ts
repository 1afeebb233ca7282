import type { CoefficientDensity } from "./coefficient-density.ts";

/** Probabilities of the quantised values −radius … radius; index `value + radius`. */
export interface ValueDistribution {
  readonly radius: number;
  readonly probability: Float64Array;
}

/** No probability is smaller: a value that the model forbids is an outlier, not an impossibility. */
const floorProbability = 1e-7;

/** Values of a coefficient quantised once, by `step`. */
export function singleQuantization(density: CoefficientDensity, step: number, radius: number): ValueDistribution {
  const probability = new Float64Array(2 * radius + 1);
  for (let value = -radius; value <= radius; value++) {
    probability[value + radius] = floorProbability + density.mass((value - 0.5) * step, (value + 0.5) * step);
  }
  return { radius, probability };
}

/**
 * Values of a coefficient quantised by `firstStep`, decoded to 8-bit pixels, and quantised again by `step`:
 * `p(x) = Σ_k P(cell k of the first step) · P(kQ₁ + e falls into cell x)`, where e ~ N(0, variance) is what rounding and
 * clipping of the pixels in between adds (Bianchi & Piva 2012, equations 6–9, with the error made explicit).
 */
export function doubleQuantization(
  density: CoefficientDensity,
  firstStep: number,
  step: number,
  variance: number,
  radius: number,
): ValueDistribution {
  const probability = new Float64Array(2 * radius + 1).fill(floorProbability);
  const deviation = Math.sqrt(variance);
  const reach = 4 * deviation;
  const last = Math.ceil(((radius + 0.5) * step) / firstStep);
  for (let k = -last; k <= last; k++) {
    const mass = density.mass((k - 0.5) * firstStep, (k + 0.5) * firstStep);
    if (mass < 1e-12) continue;
    const centre = k * firstStep;
    const from = Math.max(-radius, Math.round((centre - reach) / step));
    const to = Math.min(radius, Math.round((centre + reach) / step));
    let below = normalCdf(((from - 0.5) * step - centre) / deviation);
    for (let value = from; value <= to; value++) {
      const above = normalCdf(((value + 0.5) * step - centre) / deviation);
      probability[value + radius]! += mass * (above - below);
      below = above;
    }
  }
  return { radius, probability };
}

/** Standard normal distribution function (Abramowitz & Stegun 1964, 7.1.26; error below 1.5e-7). */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const erf =
    1 -
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}
