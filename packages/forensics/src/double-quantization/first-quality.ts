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
  const seen = seenValues(histograms);
  if (seen.total === 0) return null;
  const once = gathered(singles, seen);
  const baseline = mixtureLikelihood(seen, once, once, 0);
  const modelled = errorVariances.map((variance) => doubleModels(histograms, singles, variance));
  let best: CompressionHistory | null = null;
  for (const quality of candidateQualities(histograms)) {
    const table = ijgLumaTable(quality);
    for (const doublesAt of modelled) {
      const doubles = doublesAt(table);
      const twice = gathered(doubles, seen);
      const doubleShare = fitShare(seen, once, twice);
      const gain = (mixtureLikelihood(seen, once, twice, doubleShare) - baseline) / seen.total;
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

/**
 * The distributions of doubly quantised values for a first table. Tables of neighbouring qualities share most of their
 * steps: the last distribution of each frequency is kept.
 */
function doubleModels(
  histograms: readonly FrequencyHistogram[],
  singles: readonly ValueDistribution[],
  variance: number,
): (table: Uint16Array) => ValueDistribution[] {
  const last = singles.map((single, i) => ({ step: histograms[i]!.step, distribution: single }));
  return (table) =>
    histograms.map(({ density, step, radius, frequency }, i) => {
      const first = table[frequency]!;
      if (first === step) return singles[i]!;
      if (first !== last[i]!.step) {
        const distribution = counted(doubleQuantization(density, first, step, variance, radius), frequency);
        last[i] = { step: first, distribution };
      }
      return last[i]!.distribution;
    });
}

/** The values that occur, of all frequencies one after another. */
interface SeenValues {
  readonly histogram: Int32Array;
  /** Index in the histogram, and in distributions of its radius. */
  readonly index: Int32Array;
  readonly count: Float64Array;
  readonly total: number;
}

function seenValues(histograms: readonly FrequencyHistogram[]): SeenValues {
  const seen = histograms.flatMap(({ counts }, histogram) =>
    [...counts.keys()]
      .filter((index) => counts[index] !== 0)
      .map((index) => ({ histogram, index, count: counts[index]! })),
  );
  return {
    histogram: Int32Array.from(seen, ({ histogram }) => histogram),
    index: Int32Array.from(seen, ({ index }) => index),
    count: Float64Array.from(seen, ({ count }) => count),
    total: seen.reduce((sum, { count }) => sum + count, 0),
  };
}

/** The probability of each seen value. */
function gathered(distributions: readonly ValueDistribution[], { histogram, index }: SeenValues): Float64Array {
  const probability = new Float64Array(index.length);
  for (let i = 0; i < probability.length; i++) probability[i] = distributions[histogram[i]!]!.probability[index[i]!]!;
  return probability;
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

function mixtureLikelihood({ count }: SeenValues, once: Float64Array, twice: Float64Array, share: number): number {
  let sum = 0;
  for (let i = 0; i < count.length; i++) sum += count[i]! * Math.log(share * twice[i]! + (1 - share) * once[i]!);
  return sum;
}

/** Expectation maximisation of the mixture weight alone. */
function fitShare({ count, total }: SeenValues, once: Float64Array, twice: Float64Array): number {
  let share = 0.7;
  for (let step = 0; step < expectationSteps; step++) {
    let explained = 0;
    for (let i = 0; i < count.length; i++) {
      const explainedHere = share * twice[i]!;
      explained += (count[i]! * explainedHere) / (explainedHere + (1 - share) * once[i]!);
    }
    share = explained / total;
  }
  return share;
}
