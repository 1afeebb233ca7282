import type { Plane } from "../raster/plane.ts";

/** Pixels per side of a cell: every one holds exactly one line of each of the eight phases. */
export const cellSide = 8;
/** Rank of a line that all seven others of its cell fall behind. */
export const topRank = 14;

/** How the lines of every cell rank by the steps across them. */
export interface BoundaryRanks {
  /** Cells per row and per column. The rim, where a line lacks neighbours, belongs to none. */
  readonly width: number;
  readonly height: number;
  /** Entry 8·cell + phase: twice the number of vertical lines with smaller steps, plus one for each equal one, 0–14. */
  readonly across: Uint8Array;
  /** As `across`, for horizontal lines. */
  readonly down: Uint8Array;
  /** Mean difference of neighbouring pixels in every cell, in grey levels. */
  readonly activity: Float32Array;
}

/** The cell at (0, 0) begins at this pixel in both directions. */
export const rim = 8;
/** A step across a line stands out by at most so many grey levels: edges of the scene are no block boundaries. */
const largestStep = 16;
const differencesPerCell = 2 * cellSide * cellSide;

/**
 * Ranks the eight phases that a block boundary could have. Block transforms leave steps at block boundaries; a step
 * stands out where neighbours across the line differ more than those on both sides of it do. The steps of a line of a
 * cell are clipped and added up over its eight pixels; a phase's rank among the eight of its cell is all that counts,
 * since steps grow with texture and with coarser compression, and ranks without a grid are even in both.
 *
 * After the blocking-artefact measures of Ye, Sun and Chang, "Detecting digital image forgeries by measuring
 * inconsistencies of blocking artifact", ICME 2007, and Li, Yuan and Yu, "Passive detection of doctored JPEG image via
 * block artifact grid extraction", Signal Processing 89(9), 2009.
 */
export function boundaryRanks(plane: Plane): BoundaryRanks {
  const [width, height] = [cellsAlong(plane.width), cellsAlong(plane.height)];
  const across = new Uint8Array(width * height * cellSide);
  const down = new Uint8Array(width * height * cellSide);
  const activity = new Float32Array(width * height);
  const sums = new Float64Array(width * cellSide);
  for (let row = 0; row < height; row++) {
    const [from, to] = [row * width * cellSide, (row + 1) * width * cellSide];
    const cells = activity.subarray(row * width, (row + 1) * width);
    addStepsAcross(plane, row, sums, cells);
    rank(sums, across.subarray(from, to));
    addStepsDown(plane, row, sums, cells);
    rank(sums, down.subarray(from, to));
  }
  return { width, height, across, down, activity };
}

/** Cells along so many pixels; the last line needs a neighbour. */
export function cellsAlong(pixels: number): number {
  return Math.max(0, Math.floor((pixels - rim - 1) / cellSide));
}

/** Sums of a row of cells: entry 8·cell + phase is how far the steps across that vertical line stand out. */
function addStepsAcross({ width, data }: Plane, row: number, sums: Float64Array, activity: Float32Array): void {
  sums.fill(0);
  for (let v = 0; v < cellSide; v++) {
    let i = (rim + row * cellSide + v) * width + rim;
    let before = Math.abs(data[i - 1]! - data[i - 2]!);
    let here = Math.abs(data[i]! - data[i - 1]!);
    for (let cell = 0, x = 0; cell < activity.length; cell++) {
      let differences = 0;
      for (const end = x + cellSide; x < end; x++, i++) {
        const after = Math.abs(data[i + 1]! - data[i]!);
        const step = here - 0.5 * (before + after);
        differences += here;
        if (step > 0) sums[x]! += Math.min(step, largestStep);
        before = here;
        here = after;
      }
      activity[cell]! += differences / differencesPerCell;
    }
  }
}

/** As {@link addStepsAcross}, for horizontal lines. */
function addStepsDown({ width, data }: Plane, row: number, sums: Float64Array, activity: Float32Array): void {
  for (let v = 0; v < cellSide; v++) {
    let i = (rim + row * cellSide + v) * width + rim;
    for (let cell = 0; cell < activity.length; cell++) {
      let [differences, sum] = [0, 0];
      for (const end = i + cellSide; i < end; i++) {
        const [above, below] = [data[i - width]!, data[i]!];
        const here = Math.abs(below - above);
        const step = here - 0.5 * (Math.abs(above - data[i - 2 * width]!) + Math.abs(data[i + width]! - below));
        differences += here;
        if (step > 0) sum += Math.min(step, largestStep);
      }
      sums[cell * cellSide + v] = sum;
      activity[cell]! += differences / differencesPerCell;
    }
  }
}

function rank(sums: Float64Array, ranks: Uint8Array): void {
  ranks.fill(0);
  for (let from = 0; from < sums.length; from += cellSide) {
    for (let p = 0; p < cellSide; p++) {
      const sum = sums[from + p]!;
      for (let q = 0; q < p; q++) {
        const other = sums[from + q]!;
        if (sum > other) ranks[from + p]! += 2;
        else if (sum < other) ranks[from + q]! += 2;
        else {
          ranks[from + p]!++;
          ranks[from + q]!++;
        }
      }
    }
  }
}
