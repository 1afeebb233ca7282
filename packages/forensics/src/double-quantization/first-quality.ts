import { ijgLumaTable } from "../jpeg/ijg-quality.ts";
import type { CoefficientDensity } from "./coefficient-density.ts";
import { doubleQuantization, singleQuantization, type ValueDistribution } from "./quantization-model.ts";

/** The observed values of one frequency. */
export interface FrequencyHistogram {
  /** Natural index (8·v + u). */
  readonly frequency: number;
  /** Step of the file's own luma table. */
  readonly step: number;
  readonly radius: number;
  /** Counts of −radius … radius. Zeros are not counted for AC: they say more about texture than about history. */
  readonly counts: Float64Array;
  readonly density: CoefficientDensity;
}

/** The compression history that explains the histograms best. */
export interface CompressionHistory {
  /** IJG quality of the first compression. */
  readonly firstQuality: number;
  /** Share of the coefficients that were quantised twice. */
  readonly doubleShare: number;
  /** Log-likelihood gained over a single compression, nats per coefficient. */
  readonly gain: number;
  /** Per frequency: single and double distribution of the counted values. */
  readonly models: readonly { readonly single: ValueDistribution; readonly double: ValueDistribution }[];
}

/** Variances of the rounding error between two compressions that are tried. */
const errorVariances = [0.1, 0.2, 0.35, 0.6, 1];
const expectationSteps = 12;

/**
 * Finds the first quality by maximum likelihood: for each IJG quality and error variance, the histograms of all
 * frequencies are a mixture of doubly and singly quantised values whose weight is fitted by expectation maximisation.
 *
 * @returns null when no quality would leave a trace.
 */
export function estimateHistory(histograms: readonly FrequencyHistogram[]): CompressionHistory | null {
  const singles = histograms.map(({ density, step, radius, frequency }) =>
    counted(singleQuantization(density, step, radius), frequency),
  );
  const total = histograms.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);
  if (total === 0) return null;
  const baseline = mixtureLikelihood(histograms, singles, singles, 0);
  let best: CompressionHistory | null = null;
  for (const quality of candidateQualities(histograms)) {
    const table = ijgLumaTable(quality);
    for (const variance of errorVariances) {
      const doubles = histograms.map(({ density, step, radius, frequency }) =>
        table[frequency] === step
          ? counted(singleQuantization(density, step, radius), frequency)
          : counted(doubleQuantization(density, table[frequency]!, step, variance, radius), frequency),
      );
      const doubleShare = fitShare(histograms, singles, doubles);
      const gain = (mixtureLikelihood(histograms, singles, doubles, doubleShare) - baseline) / total;
      if (best && gain <= best.gain) continue;
      best = {
        firstQuality: quality,
        doubleShare,
        gain,
        models: singles.map((single, i) => ({ single, double: doubles[i]! })),
      };
    }
  }
  return best;
}

/** Qualities whose steps differ from the file's own somewhere, without repetition. */
function candidateQualities(histograms: readonly FrequencyHistogram[]): number[] {
  const seen = new Set<string>();
  const qualities: number[] = [];
  for (let quality = 10; quality <= 99; quality++) {
    const table = ijgLumaTable(quality);
    const steps = histograms.map(({ frequency }) => table[frequency]!);
    const key = steps.join();
    if (seen.has(key) || steps.every((step, i) => step <= 1 || step === histograms[i]!.step)) continue;
    seen.add(key);
    qualities.push(quality);
  }
  return qualities;
}

/** Leaves the zeros of AC frequencies out and makes the rest sum to 1. */
function counted({ radius, probability }: ValueDistribution, frequency: number): ValueDistribution {
  const kept = probability.slice();
  if (frequency !== 0) kept[radius] = 0;
  const sum = kept.reduce((a, b) => a + b, 0);
  return { radius, probability: kept.map((p) => p / sum) };
}

function mixtureLikelihood(
  histograms: readonly FrequencyHistogram[],
  singles: readonly ValueDistribution[],
  doubles: readonly ValueDistribution[],
  share: number,
): number {
  let sum = 0;
  for (const [i, { counts }] of histograms.entries()) {
    const [single, double] = [singles[i]!.probability, doubles[i]!.probability];
    for (let v = 0; v < counts.length; v++) {
      if (counts[v] !== 0) sum += counts[v]! * Math.log(share * double[v]! + (1 - share) * single[v]!);
    }
  }
  return sum;
}

/** Expectation maximisation of the mixture weight alone. */
function fitShare(
  histograms: readonly FrequencyHistogram[],
  singles: readonly ValueDistribution[],
  doubles: readonly ValueDistribution[],
): number {
  let share = 0.7;
  for (let step = 0; step < expectationSteps; step++) {
    let [explained, total] = [0, 0];
    for (const [i, { counts }] of histograms.entries()) {
      const [single, double] = [singles[i]!.probability, doubles[i]!.probability];
      for (let v = 0; v < counts.length; v++) {
        if (counts[v] === 0) continue;
        const twice = share * double[v]!;
        explained += (counts[v]! * twice) / (twice + (1 - share) * single[v]!);
        total += counts[v]!;
      }
    }
    share = explained / total;
  }
  return share;
}
