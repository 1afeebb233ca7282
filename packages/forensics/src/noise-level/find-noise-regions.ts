import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import type { WindowNoise } from "./window-noise.ts";

/** A part of the image with another noise than the rest of the same brightness and texture. */
export interface NoiseRegion extends ConnectedRegion {
  /** Mean natural logarithm of its noise over that of the rest; negative = less noise. */
  readonly logRatio: number;
  /** |mean log-ratio| over the spread of the rest, times the square root of the number of windows over 4. */
  readonly significance: number;
}

/** What the noise of an image says. */
export interface NoiseReading {
  /** Strongest first. */
  readonly regions: readonly NoiseRegion[];
  /** Share of the windows whose noise can be measured, 0–1. */
  readonly measuredShare: number;
  /** Median noise in grey levels. */
  readonly deviation: number;
}

const bins = 8;
/** Robust standard deviations from which on a window is an outlier. */
const outlier = 3;
/** Natural logarithm of the noise ratio below which a difference is not worth a word. */
const leastRatio = 0.5;
const fewestWindows = 6;
const largestShare = 0.4;
/** No spread is smaller than this: an image of 100 windows cannot tell. */
const leastSpread = 0.08;
/** Noise in grey levels below which rounding to whole levels rules. */
const leastNoise = 0.25;

/**
 * Finds the connected windows whose noise does not fit that of the other windows of their brightness and texture:
 * brighter parts have more shot noise, and texture passes every filter a little.
 */
export function findNoiseRegions({ width, height, deviation, brightness, structure }: WindowNoise): NoiseReading {
  const measured = [...deviation.keys()].filter((i) => deviation[i]! >= leastNoise);
  const logRatio = Float32Array.from(deviation, (value) => (value >= leastNoise ? Math.log(value) : 0));
  for (const covariate of [brightness, structure]) removeTrend(logRatio, covariate, measured);
  const spread = Math.max(leastSpread, 1.4826 * median(measured.map((i) => Math.abs(logRatio[i]!))));
  const regions = [-1, 1].flatMap((sign) => {
    const mask = Uint8Array.from(logRatio, (value) => (sign * value > Math.max(leastRatio, outlier * spread) ? 1 : 0));
    return connectedRegions(mask, width, height)
      .filter(({ area }) => area >= fewestWindows && area <= largestShare * measured.length)
      .map((region) => withSignificance(region, logRatio, spread));
  });
  return {
    regions: regions.sort((a, b) => b.significance - a.significance),
    measuredShare: measured.length / deviation.length,
    deviation: measured.length === 0 ? 0 : median(measured.map((i) => deviation[i]!)),
  };
}

function withSignificance(region: ConnectedRegion, logRatio: Float32Array, spread: number): NoiseRegion {
  const mean = region.cells.reduce((sum, cell) => sum + logRatio[cell]!, 0) / region.area;
  return { ...region, logRatio: mean, significance: (Math.abs(mean) / spread) * Math.sqrt(region.area / 4) };
}

/** Subtracts the median by covariate, linear between the middles of equally full bins. */
function removeTrend(values: Float32Array, covariate: Float32Array, measured: readonly number[]): void {
  const ordered = measured.toSorted((a, b) => covariate[a]! - covariate[b]!);
  const knots = Array.from({ length: bins }, (_, bin) =>
    ordered.slice(Math.floor((bin * ordered.length) / bins), Math.floor(((bin + 1) * ordered.length) / bins)),
  )
    .filter((members) => members.length > 0)
    .map((members) => ({
      at: median(members.map((i) => covariate[i]!)),
      value: median(members.map((i) => values[i]!)),
    }));
  for (const i of measured) values[i]! -= interpolated(knots, covariate[i]!);
}

/** Linear between knots in rising order, constant beyond the first and the last. */
function interpolated(knots: readonly { at: number; value: number }[], at: number): number {
  const right = knots.findIndex((knot) => knot.at >= at);
  if (right <= 0) return (right === 0 ? knots[0] : knots.at(-1))?.value ?? 0;
  const [a, b] = [knots[right - 1]!, knots[right]!];
  return b.at === a.at ? b.value : a.value + ((b.value - a.value) * (at - a.at)) / (b.at - a.at);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
