import type { Plane } from "../raster/plane.ts";
import type { Affine } from "./affine.ts";
import { sampleCubic } from "./sample-plane.ts";

/** Pixels per side of a tile of a growing region. */
export const tileSide = 32;
/** Half a side of the window that is compared around each pixel. */
const windowRadius = 4;
/** Half a side of the box whose mean is taken out of the residual. */
const boxRadius = 2;
const margin = windowRadius + boxRadius;
const outer = tileSide + 2 * margin;
const inner = tileSide + 2 * windowRadius;
const windowArea = (2 * windowRadius + 1) ** 2;

/** What a pixel of a tile is: the two places differ, hold nothing to compare, or agree. */
export const pixelStates = { differs: 0, plain: 1, agrees: 2 } as const;

/** How strictly two places are compared. */
export interface Tolerance {
  /** Least mean square of the residual in a window for it to count as texture, grey values². */
  readonly leastEnergy: number;
  /** Largest root mean square difference of windows without texture, grey values. */
  readonly plainDifference: number;
  /** Least correlation of the residuals of a window. */
  readonly leastCorrelation: number;
  /** Largest difference of the means of a window, grey values. */
  readonly meanDifference: number;
}

/** One tile: the states of its pixels and, for those that agree, correlation and energy of their windows. */
interface CopyTile {
  readonly x: number;
  readonly y: number;
  readonly states: Uint8Array;
  readonly correlations: Float32Array;
  readonly energies: Float32Array;
  /** Mean square difference of the windows. */
  readonly differences: Float32Array;
  readonly agreeing: number;
}

/** A region and its copy: tiles over the region, `map` leads to the copy. */
export interface GrownCopy {
  readonly map: Affine;
  readonly tiles: readonly CopyTile[];
  /** The tile that holds a point of the image, if any of its pixels agrees. */
  tileAt(x: number, y: number): CopyTile | undefined;
  /** Pixels that agree. */
  readonly area: number;
}

/** Share of agreeing pixels from which on a tile's neighbours are looked at. */
const spreading = 0.04;

/**
 * Grows a region from a seed, tile by tile, as long as it agrees with its image under `map` after taking out the local
 * mean: residuals correlated, means alike.
 *
 * @param leastShift Pixels that the map moves by less are left out.
 * @param mostTiles Growth stops there.
 */
export function growCopy(
  plane: Plane,
  map: Affine,
  seed: { x: number; y: number },
  tolerance: Tolerance,
  leastShift: number,
  mostTiles: number,
): GrownCopy {
  const columns = Math.ceil(plane.width / tileSide);
  const rows = Math.ceil(plane.height / tileSide);
  const seen = new Set<number>();
  const queue: number[] = [];
  const visit = (column: number, row: number) => {
    const id = row * columns + column;
    if (column < 0 || row < 0 || column >= columns || row >= rows || seen.has(id)) return;
    seen.add(id);
    queue.push(id);
  };
  visit(Math.floor(seed.x / tileSide), Math.floor(seed.y / tileSide));
  const tiles = new Map<number, CopyTile>();
  let area = 0;
  for (let head = 0; head < queue.length && head < mostTiles; head++) {
    const column = queue[head]! % columns;
    const row = (queue[head]! - column) / columns;
    const tile = compareTile(plane, map, column * tileSide, row * tileSide, tolerance, leastShift);
    if (!tile) continue;
    tiles.set(queue[head]!, tile);
    area += tile.agreeing;
    if (tile.agreeing < spreading * tileSide * tileSide) continue;
    for (let v = -1; v <= 1; v++) for (let u = -1; u <= 1; u++) visit(column + u, row + v);
  }
  const tileAt = (x: number, y: number) => {
    const column = Math.floor(x / tileSide);
    return column < columns ? tiles.get(Math.floor(y / tileSide) * columns + column) : undefined;
  };
  return { map, tiles: [...tiles.values()], tileAt, area };
}

const here = new Float32Array(outer * outer);
const there = new Float32Array(outer * outer);
const valid = new Uint8Array(outer * outer);
const hereResidual = new Float32Array(inner * inner);
const thereResidual = new Float32Array(inner * inner);
const columnSums = new Float64Array(5 * inner);

const states = new Uint8Array(tileSide * tileSide);
const correlations = new Float32Array(states.length);
const energies = new Float32Array(states.length);
const differences = new Float32Array(states.length);

/** Undefined where no pixel agrees. */
function compareTile(
  plane: Plane,
  map: Affine,
  x0: number,
  y0: number,
  tolerance: Tolerance,
  leastShift: number,
): CopyTile | undefined {
  if (!fillTile(plane, map, x0 - margin, y0 - margin, leastShift)) return undefined;
  residualOf(here, hereResidual);
  residualOf(there, thereResidual);
  const agreeing = judgeWindows(tolerance);
  if (agreeing === 0) return undefined;
  return {
    x: x0,
    y: y0,
    states: states.slice(),
    correlations: correlations.slice(),
    energies: energies.slice(),
    differences: differences.slice(),
    agreeing,
  };
}

/** Reads both places; false when no pixel can be compared. */
function fillTile(plane: Plane, map: Affine, x0: number, y0: number, leastShift: number): boolean {
  const { width, height, data } = plane;
  const [right, bottom] = [width - 2.001, height - 2.001];
  const nearest = leastShift * leastShift;
  let some = false;
  for (let v = 0, i = 0; v < outer; v++) {
    const y = y0 + v;
    const row = Math.max(0, Math.min(height - 1, y)) * width;
    for (let u = 0; u < outer; u++, i++) {
      const x = x0 + u;
      const value = data[row + Math.max(0, Math.min(width - 1, x))]!;
      here[i] = value;
      const tx = map.a * x + map.b * y + map.c;
      const ty = map.d * x + map.e * y + map.f;
      const isTargetInside = tx >= 1 && ty >= 1 && tx < right && ty < bottom;
      if (isTargetInside && x >= 0 && y >= 0 && x < width && y < height) {
        there[i] = sampleCubic(data, width, tx, ty);
        const isMoved = (tx - x) * (tx - x) + (ty - y) * (ty - y) >= nearest;
        valid[i] = isMoved ? 1 : 0;
        if (isMoved) some = true;
      } else {
        there[i] = value + 255;
        valid[i] = 0;
      }
    }
  }
  return some;
}

/** The values less the mean of the box around them. */
function residualOf(values: Float32Array, residual: Float32Array): void {
  const box = 2 * boxRadius + 1;
  for (let y = 0; y < inner; y++) {
    const row = y * outer;
    for (let x = 0; x < outer; x++) {
      let sum = 0;
      for (let k = 0; k < box; k++) sum += values[row + k * outer + x]!;
      boxColumns[x] = sum;
    }
    let sum = 0;
    for (let x = 0; x < box; x++) sum += boxColumns[x]!;
    for (let x = 0; x < inner; x++) {
      residual[y * inner + x] = values[row + boxRadius * outer + x + boxRadius]! - sum / (box * box);
      if (x + 1 < inner) sum += boxColumns[x + box]! - boxColumns[x]!;
    }
  }
}
const boxColumns = new Float64Array(outer);

/** Slides a window over the tile; returns how many pixels agree. */
function judgeWindows(tolerance: Tolerance): number {
  const span = 2 * windowRadius + 1;
  let agreeing = 0;
  columnSums.fill(0);
  states.fill(0);
  for (let y = 0; y < span - 1; y++) addRow(y, 1);
  for (let y = 0; y < tileSide; y++) {
    addRow(y + span - 1, 1);
    let [sa, sb, sab, sd, sdd] = [0, 0, 0, 0, 0];
    for (let x = 0; x < inner; x++) {
      sa += columnSums[x]!;
      sb += columnSums[inner + x]!;
      sab += columnSums[2 * inner + x]!;
      sd += columnSums[3 * inner + x]!;
      sdd += columnSums[4 * inner + x]!;
      if (x >= span) {
        const gone = x - span;
        sa -= columnSums[gone]!;
        sb -= columnSums[inner + gone]!;
        sab -= columnSums[2 * inner + gone]!;
        sd -= columnSums[3 * inner + gone]!;
        sdd -= columnSums[4 * inner + gone]!;
      }
      if (x < span - 1) continue;
      const i = y * tileSide + x - span + 1;
      if (valid[(y + margin) * outer + x - span + 1 + margin] === 0) continue;
      const difference = sdd / windowArea;
      const energy = Math.min(sa, sb) / windowArea;
      const correlation = sab / Math.sqrt(sa * sb + 1e-9);
      energies[i] = energy;
      correlations[i] = correlation;
      differences[i] = difference;
      if (Math.abs(sd) > tolerance.meanDifference * windowArea) continue;
      if (energy >= tolerance.leastEnergy) {
        if (correlation < tolerance.leastCorrelation) continue;
        states[i] = pixelStates.agrees;
        agreeing++;
      } else if (
        difference <= tolerance.plainDifference ** 2 &&
        Math.max(sa, sb) < 4 * tolerance.leastEnergy * windowArea
      )
        states[i] = pixelStates.plain;
    }
    addRow(y, -1);
  }
  return agreeing;
}

function addRow(y: number, sign: number): void {
  for (let x = 0; x < inner; x++) {
    const i = y * inner + x;
    const j = (y + boxRadius) * outer + x + boxRadius;
    const [a, b, d] = [hereResidual[i]!, thereResidual[i]!, here[j]! - there[j]!];
    columnSums[x]! += sign * a * a;
    columnSums[inner + x]! += sign * b * b;
    columnSums[2 * inner + x]! += sign * a * b;
    columnSums[3 * inner + x]! += sign * d;
    columnSums[4 * inner + x]! += sign * d * d;
  }
}
