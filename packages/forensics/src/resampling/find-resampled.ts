import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import { pairCount, pairFrequency, type TilePeaks } from "./tile-peaks.ts";

/** Tiles that hang together and show one interpolation, while the rest of the image does not. */
export interface ResampledTiles {
  readonly pair: number;
  /** −log10 of the expected number of tiles with so strong a peak in an image without a trace. */
  readonly significance: number;
  /** Indexes of tiles. */
  readonly tiles: readonly number[];
}

/** What the peaks say about an image. */
export interface ResamplingReading {
  /** The frequency pair that most of the image shows. */
  readonly whole?: number;
  /** Share of the telling tiles that show it, 0–1. */
  readonly wholeShare: number;
  /** Most significant first. */
  readonly local: readonly ResampledTiles[];
  /** Significance of the strongest peak that does not lie over the whole image, reported or not; at least 0. */
  readonly strongestLocal: number;
}

/** A false alarm in so many (10^6) images, if texture followed the model; real texture has heavier tails. */
export const leastSignificance = 6;
/** Interpolations by less than about 9 % lie so low that texture cannot be told apart. In cycles per 128 px. */
const lowestFrequency = 11;
/** Peak ratio from which on a tile counts as showing a trace that another one proves; chance e⁻⁶. */
const carrierRatio = 3;
const wholeShareOfTiles = 0.6;
/** Mean peak ratio (cut at {@link mostRatio}) over all tiles that shows a faint trace everywhere; ½ without one. */
const wholeMean = 1.8;
const mostRatio = 6;
/** A local trace needs an untouched rest to stand out from: at least as many tiles, and this share of all. */
const fewestOutside = 4;
const leastOutsideShare = 0.4;
const mostGroups = 8;

/** Tells an interpolation of the whole image from one of a part. */
export function findResampled(peaks: TilePeaks): ResamplingReading {
  const { means, shares } = meanRatios(peaks);
  const whole = wholePair(means, shares);
  const free = Uint8Array.from(peaks.telling);
  if (whole !== undefined) {
    for (let t = 0; t < free.length; t++) if (ratioAt(peaks, t, whole) > carrierRatio) free[t] = 0;
  }
  const local: ResampledTiles[] = [];
  let strongestLocal = 0;
  for (let round = 0; round < mostGroups; round++) {
    const top = strongest(peaks, free);
    if (!top) break;
    const significance = 2 * top.ratio * Math.LOG10E - Math.log10(pairCount * count(peaks.telling));
    const tiles = groupAround(peaks, top.tile, top.pair);
    const isLocal = standsAlone(peaks, top.pair, tiles);
    if (isLocal) strongestLocal = Math.max(strongestLocal, significance);
    if (significance < leastSignificance) break;
    for (const tile of tiles) free[tile] = 0;
    if (isLocal) local.push({ pair: top.pair, significance, tiles });
  }
  return {
    ...(whole !== undefined && { whole }),
    wholeShare: whole === undefined ? 0 : shares[whole]!,
    local,
    strongestLocal,
  };
}

function ratioAt({ strength }: TilePeaks, tile: number, pair: number): number {
  return strength[tile * pairCount + pair]!;
}

function count(mask: Uint8Array): number {
  return mask.reduce((sum, value) => sum + value, 0);
}

function isJudged(pair: number): boolean {
  const { u, v } = pairFrequency(pair);
  return u * u + v * v >= lowestFrequency ** 2;
}

function meanRatios(peaks: TilePeaks): { means: Float64Array; shares: Float64Array } {
  const [means, shares] = [new Float64Array(pairCount), new Float64Array(pairCount)];
  const telling = Math.max(1, count(peaks.telling));
  for (let t = 0; t < peaks.telling.length; t++) {
    if (peaks.telling[t] === 0) continue;
    for (let pair = 0; pair < pairCount; pair++) {
      const ratio = ratioAt(peaks, t, pair);
      means[pair]! += Math.min(mostRatio, ratio) / telling;
      if (ratio > carrierRatio) shares[pair]! += 1 / telling;
    }
  }
  return { means, shares };
}

function wholePair(means: Float64Array, shares: Float64Array): number | undefined {
  let best: number | undefined;
  for (let pair = 0; pair < pairCount; pair++) {
    if (isJudged(pair) && (best === undefined || means[pair]! > means[best]!)) best = pair;
  }
  return best !== undefined && (shares[best]! >= wholeShareOfTiles || means[best]! >= wholeMean) ? best : undefined;
}

function strongest(peaks: TilePeaks, free: Uint8Array): { tile: number; pair: number; ratio: number } | undefined {
  let top: { tile: number; pair: number; ratio: number } | undefined;
  for (let tile = 0; tile < free.length; tile++) {
    if (free[tile] === 0) continue;
    for (let pair = 0; pair < pairCount; pair++) {
      const ratio = ratioAt(peaks, tile, pair);
      if (ratio > (top?.ratio ?? 0) && isJudged(pair)) top = { tile, pair, ratio };
    }
  }
  return top;
}

function groupAround(peaks: TilePeaks, tile: number, pair: number): number[] {
  const mask = peaks.telling.map((telling, t) => (telling === 1 && ratioAt(peaks, t, pair) > carrierRatio ? 1 : 0));
  const { columns, rows } = peaks.layout;
  const group = connectedRegions(mask, columns.length, rows.length).find(({ cells }) => cells.includes(tile));
  return [...(group as ConnectedRegion).cells];
}

/** True when the tiles that do not touch the group are enough, and show no trace even taken together. */
function standsAlone(peaks: TilePeaks, pair: number, group: readonly number[]): boolean {
  const { columns, rows } = peaks.layout;
  const near = new Uint8Array(peaks.telling.length);
  for (const tile of group) {
    const [x, y] = [tile % columns.length, Math.floor(tile / columns.length)];
    for (let v = Math.max(0, y - 1); v <= Math.min(rows.length - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(columns.length - 1, x + 1); u++) near[v * columns.length + u] = 1;
    }
  }
  let [sum, outside] = [0, 0];
  for (let t = 0; t < near.length; t++) {
    if (near[t] === 1 || peaks.telling[t] === 0) continue;
    sum += Math.min(mostRatio, ratioAt(peaks, t, pair));
    outside++;
  }
  if (outside < fewestOutside || outside < leastOutsideShare * count(peaks.telling)) return false;
  return sum / outside < Math.max(1, 0.5 + 2 / Math.sqrt(outside));
}
