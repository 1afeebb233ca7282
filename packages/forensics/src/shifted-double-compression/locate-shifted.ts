import type { Plane } from "../raster/plane.ts";
import { blockRows, dcPhase } from "./shifted-periods.ts";

/** Pixels per side of a cell of the map. */
export const mapCellSide = 16;
/** Deviations by which the period of a cell's surroundings stands out of chance. */
const leastDeviation = 3;
/** Grids that the period must not show on: the same blocks by 2–6 pixels off. */
const controls = [
  [2, 4],
  [4, 2],
  [5, 6],
] as const;

/** Where one earlier grid shows. */
export interface ShiftedMap {
  readonly width: number;
  readonly height: number;
  /** 1 for cells with the period. */
  readonly mask: Uint8Array;
}

/**
 * Where the DC coefficients on a grid are multiples of a step: their mean `cos(2πy/Q + phase)` over 3 × 3 cells, in
 * deviations of chance, at least twice that on three other grids (flat places have few values on any grid).
 *
 * @param phase Angle of `Σ e^{−2πiy/Q}` where the period was found: not 0 where the rounding of R, G and B moves luma.
 */
export function locateShifted(plane: Plane, { grid, step }: { grid: number; step: number }, phase: number): ShiftedMap {
  const [width, height] = [Math.ceil(plane.width / mapCellSide), Math.ceil(plane.height / mapCellSide)];
  const origins = [[0, 0] as const, ...controls].map(
    ([dx, dy]) => 8 * (((grid >> 3) + dy) & 7) + (((grid & 7) + dx) & 7),
  );
  const indexOf = new Int8Array(64).fill(-1);
  for (const [index, origin] of origins.entries()) if (origin !== 0) indexOf[origin] = index;
  const sums = new Float32Array(width * height * origins.length);
  const blocks = new Float32Array(width * height);
  const isWanted = (y: number) => origins.some((origin) => origin !== 0 && origin >> 3 === (y & 7));
  for (const { y, dc } of blockRows(plane, plane.height - 7, isWanted)) {
    // The cell of a block is that of its centre.
    const row = Math.floor((y + 4) / mapCellSide) * width;
    for (let x = 0; x < dc.length; x++) {
      const index = indexOf[8 * (y & 7) + (x & 7)]!;
      if (index === -1) continue;
      const cell = row + Math.floor((x + 4) / mapCellSide);
      sums[cell * origins.length + index]! += Math.cos(dcPhase(dc[x]!, step) + phase);
      if (index === 0) blocks[cell]!++;
    }
  }
  return { width, height, mask: markedCells(sums, blocks, width, height, origins.length) };
}

function markedCells(
  sums: Float32Array,
  blocks: Float32Array,
  width: number,
  height: number,
  grids: number,
): Uint8Array {
  const mask = new Uint8Array(width * height);
  const near = new Float64Array(grids);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      near.fill(0);
      let n = 0;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          n += blocks[v * width + u]!;
          for (let g = 0; g < grids; g++) near[g]! += sums[(v * width + u) * grids + g]!;
        }
      }
      const isPeriodic = near[0]! >= leastDeviation * Math.sqrt(n / 2);
      let control = 0;
      for (let g = 1; g < grids; g++) control = Math.max(control, Math.abs(near[g]!));
      if (n > 0 && isPeriodic && near[0]! >= 2 * control) mask[y * width + x] = 1;
    }
  }
  return mask;
}
