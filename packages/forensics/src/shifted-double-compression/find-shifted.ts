import type { ConnectedRegion } from "../raster/connected-regions.ts";
import { connectedRegions } from "../raster/connected-regions.ts";
import type { Plane } from "../raster/plane.ts";
import { RegionTable, touches } from "../raster/region-table.ts";
import { locateShifted, mapCellSide, type ShiftedMap } from "./locate-shifted.ts";
import {
  cellSide,
  hypothesisAt,
  hypothesisCount,
  isShifted,
  type PeriodSums,
  shiftedPeriodSums,
  stepCount,
} from "./shifted-periods.ts";

/** A part that was compressed before on another grid than that of the file. */
export interface ShiftedRegion {
  readonly hypothesis: number;
  /** −log10 of the expected number of windows with so strong a period in an image without one. */
  readonly significance: number;
  /** In cells of 16 px. */
  readonly region: ConnectedRegion;
}

/** What the periods say about an image. */
export interface ShiftedReading {
  /** An earlier compression of the whole image on another grid. */
  readonly whole?: number;
  readonly local: readonly ShiftedRegion[];
  /** Significance of the strongest period that does not lie over the whole image, reported or not; at least 0. */
  readonly strongestLocal: number;
}

/** Power ratio from which on a window shows a period; windows without one stay below 20 on photographs and paintings. */
const leastRatio = 25;
const leastWholeRatio = 30;
/** Ratio from which on a window counts as showing a period that others prove; chance e⁻⁵. */
const carrierRatio = 5;
const wholeShare = 0.65;
/** Mean ratio (cut at 20) of the windows beside a region: 1 without the period. */
const mostOutsideMean = 2.5;
const mostRatio = 20;
const fewestOutside = 3;
const leastOutsideShare = 0.15;
/** Background power outside which a window is too flat, too dark or too bright to show a period or its absence. */
const leastBackground = 0.2;
const mostBackground = 4;
const fewestCells = 20;
const mostCandidates = 4;

/** Ratios of all windows of 2 × 2 cells: `[window · hypothesisCount + hypothesis]`. */
interface WindowRatios {
  readonly width: number;
  readonly height: number;
  readonly ratio: Float32Array;
  /** Mean power without the period: `[window · stepCount + step]`; about 1, more in flat windows, 0 in clipped ones. */
  readonly background: Float32Array;
}

/** Finds an earlier compression on a shifted grid, over the whole image or in a part. */
export function findShifted(plane: Plane): ShiftedReading {
  const sums = shiftedPeriodSums(plane);
  const windows = windowRatios(sums);
  const count = windows.width * windows.height;
  const tests = Math.log10(Math.max(1, count) * hypothesisCount);
  const whole = wholeHypothesis(sums, windows);
  const local: ShiftedRegion[] = [];
  const free = new Uint8Array(count).fill(1);
  if (whole !== undefined) release(windows, whole, free);
  let strongestLocal = 0;
  for (let round = 0; round < mostCandidates; round++) {
    const top = strongest(windows, free);
    if (!top) break;
    const significance = top.ratio * Math.LOG10E - tests;
    if (top.ratio < leastRatio) {
      strongestLocal = Math.max(strongestLocal, significance);
      break;
    }
    const region = localRegion(windows, locateShifted(plane, hypothesisAt(top.hypothesis), phaseAt(sums, top)), top);
    if (region) local.push({ hypothesis: top.hypothesis, significance, region });
    if (region) strongestLocal = Math.max(strongestLocal, significance);
    release(windows, top.hypothesis, free);
    free[top.window] = 0;
  }
  return { ...(whole !== undefined && { whole }), local, strongestLocal };
}

function windowRatios(sums: PeriodSums): WindowRatios {
  const [width, height] = [Math.max(0, sums.width - 1), Math.max(0, sums.height - 1)];
  const ratio = new Float32Array(width * height * hypothesisCount);
  const background = new Float32Array(width * height * stepCount);
  for (let window = 0; window < width * height; window++) {
    const cell = Math.floor(window / width) * sums.width + (window % width);
    const cells = [cell, cell + 1, cell + sums.width, cell + sums.width + 1];
    powerRatios(sums, cells, {
      ratio: ratio.subarray(window * hypothesisCount, (window + 1) * hypothesisCount),
      background: background.subarray(window * stepCount, (window + 1) * stepCount),
    });
  }
  return { width, height, ratio, background };
}

const shiftedGrids = Int32Array.from({ length: 64 }, (_, grid) => grid).filter(isShifted);
/** The sums of a window, and the power of its shifted grids at one step; in order, and sorted. */
const windowReal = new Float64Array(hypothesisCount);
const windowImaginary = new Float64Array(hypothesisCount);
const windowBlocks = new Float64Array(64);
const gridPower = new Float64Array(shiftedGrids.length);
const sortedPower = new Float64Array(shiftedGrids.length);

/**
 * Power of each hypothesis over the mean of the lower three quarters of all shifted grids at the same step.
 *
 * @param out All 0.
 */
function powerRatios(
  sums: PeriodSums,
  cells: readonly number[],
  out: Pick<WindowRatios, "ratio" | "background">,
): void {
  sumCells(sums, cells);
  for (let step = 0; step < stepCount; step++) {
    for (let i = 0; i < shiftedGrids.length; i++) {
      const grid = shiftedGrids[i]!;
      const [re, im] = [windowReal[grid * stepCount + step]!, windowImaginary[grid * stepCount + step]!];
      const n = windowBlocks[grid]!;
      gridPower[i] = n === 0 ? 0 : (re * re + im * im) / n;
    }
    const background = backgroundPower(gridPower);
    out.background[step] = background;
    // At least ½: a single value among the others' zeros is no period.
    for (let i = 0; i < shiftedGrids.length; i++)
      out.ratio[shiftedGrids[i]! * stepCount + step] = gridPower[i]! / Math.max(0.5, background);
  }
}

function sumCells({ real, imaginary, blocks }: PeriodSums, cells: readonly number[]): void {
  windowReal.fill(0);
  windowImaginary.fill(0);
  windowBlocks.fill(0);
  for (const cell of cells) {
    for (let i = 0, at = cell * hypothesisCount; i < hypothesisCount; i++, at++) {
      windowReal[i]! += real[at]!;
      windowImaginary[i]! += imaginary[at]!;
    }
    for (let grid = 0; grid < 64; grid++) windowBlocks[grid]! += blocks[cell * 64 + grid]!;
  }
}

function backgroundPower(power: Float64Array): number {
  sortedPower.set(power);
  sortedPower.sort();
  const kept = Math.floor(0.75 * sortedPower.length);
  let sum = 0;
  for (let i = 0; i < kept; i++) sum += sortedPower[i]!;
  return sum / kept;
}

function wholeHypothesis(sums: PeriodSums, windows: WindowRatios): number | undefined {
  const ratio = new Float32Array(hypothesisCount);
  powerRatios(sums, [...new Array(sums.width * sums.height).keys()], {
    ratio,
    background: new Float32Array(stepCount),
  });
  const best = ratio.indexOf(Math.max(...ratio));
  const telling = tellingWindows(windows, best);
  const carriers = telling.filter((window) => ratioAt(windows, window, best) > carrierRatio).length;
  return ratio[best]! >= leastWholeRatio && carriers >= wholeShare * telling.length ? best : undefined;
}

/** Windows that would show the period if they had it. */
function tellingWindows({ width, height, background }: WindowRatios, hypothesis: number): number[] {
  const telling: number[] = [];
  for (let window = 0; window < width * height; window++) {
    const power = background[window * stepCount + (hypothesis % stepCount)]!;
    if (power >= leastBackground && power <= mostBackground) telling.push(window);
  }
  return telling;
}

function ratioAt({ ratio }: WindowRatios, window: number, hypothesis: number): number {
  return ratio[window * hypothesisCount + hypothesis]!;
}

/** Leaves out the windows in which the grid of a hypothesis shows at any step: its harmonics. */
function release(windows: WindowRatios, hypothesis: number, free: Uint8Array): void {
  const { grid } = hypothesisAt(hypothesis);
  for (let window = 0; window < free.length; window++) {
    for (let step = 0; step < stepCount; step++) {
      if (ratioAt(windows, window, grid * stepCount + step) > carrierRatio + 5) free[window] = 0;
    }
  }
}

interface Peak {
  readonly window: number;
  readonly hypothesis: number;
  readonly ratio: number;
}

function strongest(windows: WindowRatios, free: Uint8Array): Peak | undefined {
  let [at, most] = [-1, 0];
  for (let i = 0; i < windows.ratio.length; i++) {
    if (windows.ratio[i]! > most && free[Math.floor(i / hypothesisCount)] === 1) [at, most] = [i, windows.ratio[i]!];
  }
  if (at === -1) return undefined;
  return { window: Math.floor(at / hypothesisCount), hypothesis: at % hypothesisCount, ratio: most };
}

/** Angle of the sum of a window. */
function phaseAt({ width, real, imaginary }: PeriodSums, { window, hypothesis }: Peak): number {
  const cell = Math.floor(window / (width - 1)) * width + (window % (width - 1));
  let [re, im] = [0, 0];
  for (const part of [cell, cell + 1, cell + width, cell + width + 1]) {
    re += real[part * hypothesisCount + hypothesis]!;
    im += imaginary[part * hypothesisCount + hypothesis]!;
  }
  return Math.atan2(im, re);
}

/** The largest part with the period that touches the window; undefined when small or when the rest has the period too. */
function localRegion(windows: WindowRatios, map: ShiftedMap, top: Peak): ConnectedRegion | undefined {
  const box = windowBox(windows, top.window);
  const region = connectedRegions(map.mask, map.width, map.height).find((each) => touches(each, box, map.width));
  if (!region || region.area < fewestCells) return undefined;
  const table = new RegionTable(region, map.width, map.height);
  let [sum, outside] = [0, 0];
  const telling = tellingWindows(windows, top.hypothesis);
  for (const window of telling) {
    if (table.touches(windowBox(windows, window))) continue;
    sum += Math.min(mostRatio, ratioAt(windows, window, top.hypothesis));
    outside++;
  }
  const isEnough = outside >= Math.max(fewestOutside, leastOutsideShare * telling.length);
  return isEnough && sum / outside <= mostOutsideMean ? region : undefined;
}

const mapCellsPerCell = cellSide / mapCellSide;

/** A window of 128 px in the 16 px cells of the map. */
function windowBox({ width }: WindowRatios, window: number) {
  const [left, top] = [mapCellsPerCell * (window % width), mapCellsPerCell * Math.floor(window / width)];
  return { left, top, right: left + 2 * mapCellsPerCell, bottom: top + 2 * mapCellsPerCell };
}
