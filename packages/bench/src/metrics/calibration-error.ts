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

/**
 * Bins of equal width with both classes weighted alike, as forecasts at even prior odds ask for. Empty bins are left out.
 */
export function reliabilityBins(forecasts: readonly Forecast[], bins = 10): ReliabilityBin[] {
  const forged = forecasts.filter(({ isForged }) => isForged).length;
  const weightOf = ({ isForged }: Forecast) => 0.5 / (isForged ? forged : forecasts.length - forged);
  return Array.from({ length: bins }, (_, bin) =>
    forecasts.filter(({ probability }) => Math.min(bins - 1, Math.floor(probability * bins)) === bin),
  ).flatMap((members) => {
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
export function expectedCalibrationError(forecasts: readonly Forecast[]): number {
  return reliabilityBins(forecasts).reduce(
    (sum, { meanForecast, observedShare, weight }) => sum + weight * Math.abs(meanForecast - observedShare),
    0,
  );
}
