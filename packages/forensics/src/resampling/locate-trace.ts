import type { Plane } from "../raster/plane.ts";
import { signed, tileSide } from "../raster/spectral-peaks.ts";
import { predictability } from "./predictor-map.ts";
import { pairFrequency } from "./tile-peaks.ts";

/** Pixels per side of a cell of the map. */
export const cellSide = 16;
/** Mean of the two peak ratios from which on a cell shows the trace; chance `(1 + 8) e⁻⁸`, 0.3 %. */
const leastRatio = 4;

/** A rectangle of cells. */
export interface CellBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Per cell: sum and sum of squares of the predictabilities, and for both frequencies those of the wave and the product. */
const fields = 10;

/**
 * Where in a box of cells the trace of one frequency pair lies: energy of the predictability map at the two
 * frequencies, coherent over 3 × 3 cells, over its variance.
 *
 * @returns 1 for cells with the trace; row-major over the box.
 */
export function locateTrace(plane: Plane, box: CellBox, pair: number): Uint8Array {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const sums = cellSums(plane, box, pair);
  const near = new Float64Array(fields);
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      near.fill(0);
      let cells = 0;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++, cells++) {
          for (let f = 0; f < fields; f++) near[f]! += sums[(v * width + u) * fields + f]!;
        }
      }
      if (meanRatio(near, cells * cellSide * cellSide) >= leastRatio) mask[y * width + x] = 1;
    }
  }
  return mask;
}

function meanRatio(sums: Float64Array, n: number): number {
  const mean = sums[0]! / n;
  const energy = sums[1]! - n * mean * mean;
  if (energy < 1e-6 * n) return 0;
  let power = 0;
  for (let f = 2; f < fields; f += 4) {
    const re = sums[f + 2]! - mean * sums[f]!;
    const im = sums[f + 3]! - mean * sums[f + 1]!;
    power += re * re + im * im;
  }
  return power / (2 * energy);
}

function cellSums(plane: Plane, box: CellBox, pair: number): Float64Array {
  const [columns, rows] = [box.right - box.left, box.bottom - box.top];
  const sums = new Float64Array(columns * rows * fields);
  const { u, v } = pairFrequency(pair);
  const waves = [
    [u, v],
    [-v, u],
  ].map(([a, b]) => [signed((a! + tileSide) % tileSide), b!] as const);
  const [cos, sin] = [new Float64Array(tileSide), new Float64Array(tileSide)];
  for (let k = 0; k < tileSide; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / tileSide);
    sin[k] = Math.sin((2 * Math.PI * k) / tileSide);
  }
  const last = {
    x: Math.min(plane.width - 1, box.right * cellSide),
    y: Math.min(plane.height - 1, box.bottom * cellSide),
  };
  for (let y = Math.max(1, box.top * cellSide); y < last.y; y++) {
    const row = (Math.floor(y / cellSide) - box.top) * columns;
    for (let x = Math.max(1, box.left * cellSide); x < last.x; x++) {
      const p = predictability(plane.data, plane.width, y * plane.width + x);
      const at = (row + Math.floor(x / cellSide) - box.left) * fields;
      sums[at]! += p;
      sums[at + 1]! += p * p;
      for (let w = 0; w < 2; w++) {
        const phase = (((waves[w]![0] * x + waves[w]![1] * y) % tileSide) + tileSide) % tileSide;
        const [c, s] = [cos[phase]!, sin[phase]!];
        sums[at + 2 + 4 * w]! += c;
        sums[at + 3 + 4 * w]! += s;
        sums[at + 4 + 4 * w]! += p * c;
        sums[at + 5 + 4 * w]! += p * s;
      }
    }
  }
  return sums;
}
