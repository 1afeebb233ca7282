import { randomSource } from "./bootstrap.ts";

/** A forecast and what it was about. */
export interface Forecast {
  /** Probability of forgery, 0–1. */
  readonly probability: number;
  readonly isForged: boolean;
}

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  readonly meanForecast: number;
  readonly observedShare: number;
  /** Share of the total weight. */
  readonly weight: number;
}

/** Deals forecasts to bins, some of which may be empty. */
type Binning = (forecasts: readonly Forecast[]) => readonly (readonly Forecast[])[];

const bins = 10;

/** Ten bins of equal width. */
export const equalWidth: Binning = (forecasts) =>
  binned(forecasts, ({ probability }) => Math.floor(probability * bins));

/** Ten bins that hold as many forecasts each, as far as equal forecasts, which stay together, allow. */
export const equalMass: Binning = (forecasts) => {
  const sorted = forecasts.map(({ probability }) => probability).sort((a, b) => a - b);
  const rankOf = new Map(sorted.map((_, i) => sorted.length - 1 - i).map((rank) => [sorted[rank]!, rank]));
  return binned(forecasts, ({ probability }) => Math.floor((bins * rankOf.get(probability)!) / sorted.length));
};

function binned(forecasts: readonly Forecast[], binOf: (forecast: Forecast) => number): Forecast[][] {
  const members = Array.from({ length: bins }, (): Forecast[] => []);
  for (const forecast of forecasts) members[Math.min(bins - 1, binOf(forecast))]!.push(forecast);
  return members;
}

/**
 * Bins with both classes weighted alike, as forecasts at even prior odds ask for. Empty bins are left out.
 */
export function reliabilityBins(forecasts: readonly Forecast[], binning: Binning = equalWidth): ReliabilityBin[] {
  const forged = forecasts.filter(({ isForged }) => isForged).length;
  const weightOf = ({ isForged }: Forecast) => 0.5 / (isForged ? forged : forecasts.length - forged);
  return binning(forecasts).flatMap((members) => {
    const weight = members.reduce((sum, member) => sum + weightOf(member), 0);
    if (weight === 0) return [];
    const mean = (value: (member: Forecast) => number) =>
      members.reduce((sum, member) => sum + weightOf(member) * value(member), 0) / weight;
    return [
      {
        meanForecast: mean(({ probability }) => probability),
        observedShare: mean(({ isForged }) => Number(isForged)),
        weight,
      },
    ];
  });
}

/** Expected calibration error: the weighted mean distance between forecast and observed share. */
export function expectedCalibrationError(forecasts: readonly Forecast[], binning: Binning = equalWidth): number {
  return reliabilityBins(forecasts, binning).reduce(
    (sum, { meanForecast, observedShare, weight }) => sum + weight * Math.abs(meanForecast - observedShare),
    0,
  );
}

/**
 * The calibration error that chance alone gives a judge whose forecasts are right: the mean over many draws of the
 * classes from the forecasts themselves. A measured error says something only as far as it exceeds this.
 *
 * @param seed The same seed gives the same figure.
 */
export function calibrationErrorByChance(
  forecasts: readonly Forecast[],
  binning: Binning = equalWidth,
  { rounds = 200, seed = 1 } = {},
): number {
  const random = randomSource(seed);
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    const drawn = forecasts.map(({ probability }) => ({ probability, isForged: random() < probability }));
    sum += expectedCalibrationError(drawn, binning);
  }
  return sum / rounds;
}
