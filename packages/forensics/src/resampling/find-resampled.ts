import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import type { Plane } from "../raster/plane.ts";
import { RegionTable, touches } from "../raster/region-table.ts";
import { tileSide } from "../raster/spectral-peaks.ts";
import { cellSide, locateTrace, type TraceMap } from "./locate-trace.ts";
import { pairCount, pairFrequency, type TilePeaks } from "./tile-peaks.ts";

/** A part that shows one interpolation, while the rest of the image does not. */
export interface ResampledRegion {
  readonly pair: number;
  /** −log10 of the expected number of tiles with so strong a peak in an image without a trace. */
  readonly significance: number;
  /** In cells of `cellSide` pixels. */
  readonly region: ConnectedRegion;
}

/** What the peaks say about an image. */
export interface ResamplingReading {
  /** The frequency pair that most of the image shows. */
  readonly whole?: number;
  /** Share of the telling tiles that show it, 0–1. */
  readonly wholeShare: number;
  /** Most significant first. */
  readonly local: readonly ResampledRegion[];
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
/** Mean and median peak ratio over all tiles that show a faint trace everywhere; 0.5 and 0.35 without one. */
const wholeMean = 1.8;
const wholeMedian = 1;
const mostRatio = 6;
/** Ratio from which on a cell shows the trace; chance `(1 + 8) e⁻⁸`, 0.3 %. */
const leastCellRatio = 4;
/** Cells of 16 px that a region has at least: about 64 × 64 px. */
const fewestCells = 16;
/** Tiles beside the region that must be there, at least and as a share of all, and their mean peak ratio (½ by chance). */
const fewestOutside = 4;
const leastOutsideShare = 0.2;
const mostOutsideMean = 1;
const cellsPerTile = tileSide / cellSide;
/** Bounds the work; each candidate is followed over the whole image. */
const mostCandidates = 4;

/** Tells an interpolation of the whole image from one of a part. */
export function findResampled(plane: Plane, peaks: TilePeaks): ResamplingReading {
  const { means, shares } = meanRatios(peaks);
  const whole = wholePair(peaks, means, shares);
  const free = Uint8Array.from(peaks.telling);
  // Where the trace of the whole is, its harmonics are too.
  if (whole !== undefined) release(peaks, whole, free);
  const local: ResampledRegion[] = [];
  let strongestLocal = 0;
  for (let round = 0; round < mostCandidates; round++) {
    const top = strongest(peaks, free);
    if (!top) break;
    const significance = 2 * top.ratio * Math.LOG10E - Math.log10(pairCount * count(peaks.telling));
    if (significance < leastSignificance) {
      strongestLocal = Math.max(strongestLocal, significance);
      break;
    }
    const region = localRegion(peaks, locateTrace(plane, top.pair), top);
    if (region) local.push({ pair: top.pair, significance, region });
    if (region) strongestLocal = Math.max(strongestLocal, significance);
    release(peaks, top.pair, free);
    free[top.tile] = 0;
  }
  return {
    ...(whole !== undefined && { whole }),
    wholeShare: whole === undefined ? 0 : shares[whole]!,
    local,
    strongestLocal,
  };
}

function release(peaks: TilePeaks, pair: number, free: Uint8Array): void {
  for (let tile = 0; tile < free.length; tile++) if (ratioAt(peaks, tile, pair) > carrierRatio) free[tile] = 0;
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

function wholePair(peaks: TilePeaks, means: Float64Array, shares: Float64Array): number | undefined {
  let best: number | undefined;
  for (let pair = 0; pair < pairCount; pair++) {
    if (isJudged(pair) && (best === undefined || means[pair]! > means[best]!)) best = pair;
  }
  if (best === undefined) return undefined;
  const isFaint = means[best]! >= wholeMean && medianRatio(peaks, best) >= wholeMedian;
  return shares[best]! >= wholeShareOfTiles || isFaint ? best : undefined;
}

function medianRatio(peaks: TilePeaks, pair: number): number {
  const ratios = [...peaks.telling.keys()].filter((t) => peaks.telling[t] === 1).map((t) => ratioAt(peaks, t, pair));
  return ratios.sort((a, b) => a - b)[ratios.length >> 1] ?? 0;
}

interface Peak {
  readonly tile: number;
  readonly pair: number;
  readonly ratio: number;
}

function strongest(peaks: TilePeaks, free: Uint8Array): Peak | undefined {
  let [tile, pair, ratio] = [-1, -1, 0];
  for (let t = 0; t < free.length; t++) {
    if (free[t] === 0) continue;
    for (let p = 0; p < pairCount; p++) {
      const value = ratioAt(peaks, t, p);
      if (value > ratio && isJudged(p)) [tile, pair, ratio] = [t, p, value];
    }
  }
  return tile === -1 ? undefined : { tile, pair, ratio };
}

/** A tile and the cells that border on its end, in cells. */
function tileBox({ layout }: TilePeaks, tile: number) {
  const left = Math.floor(layout.columns[tile % layout.columns.length]! / cellSide);
  const top = Math.floor(layout.rows[Math.floor(tile / layout.columns.length)]! / cellSide);
  return { left, top, right: left + cellsPerTile + 1, bottom: top + cellsPerTile + 1 };
}

/** The largest part with the trace that touches the tile; undefined when it is small or the rest has the trace too. */
function localRegion(peaks: TilePeaks, { width, height, ratio }: TraceMap, top: Peak): ConnectedRegion | undefined {
  const mask = Uint8Array.from(ratio, (value) => (value >= leastCellRatio ? 1 : 0));
  const box = tileBox(peaks, top.tile);
  const region = connectedRegions(mask, width, height).find((candidate) => touches(candidate, box, width));
  if (!region || region.area < fewestCells) return undefined;
  return isAlone(peaks, top.pair, new RegionTable(region, width, height)) ? region : undefined;
}

/** True when the tiles beside the region are enough and show no trace even taken together. */
function isAlone(peaks: TilePeaks, pair: number, region: RegionTable): boolean {
  let [sum, outside] = [0, 0];
  for (let tile = 0; tile < peaks.telling.length; tile++) {
    if (peaks.telling[tile] === 0 || region.touches(tileBox(peaks, tile))) continue;
    sum += Math.min(mostRatio, ratioAt(peaks, tile, pair));
    outside++;
  }
  if (outside < Math.max(fewestOutside, leastOutsideShare * count(peaks.telling))) return false;
  // Chance gives ½ ± ½/√n; tiles that overlap by half are about n/4 independent ones. Two deviations are allowed.
  return sum / outside <= Math.min(mostOutsideMean, 0.5 + 2 / Math.sqrt(outside));
}
