import type { Plane } from "../raster/plane.ts";
import { signed, tileSide } from "../raster/spectral-peaks.ts";
import { predictability } from "./predictor-map.ts";
import { pairFrequency } from "./tile-peaks.ts";

/** Pixels per side of a cell of the map. */
export const cellSide = 16;

/** How strongly each cell shows one interpolation. */
export interface TraceMap {
  readonly width: number;
  readonly height: number;
  /** Mean of the two peak ratios around a cell: 1 without a trace, 0 where the image is flat. */
  readonly ratio: Float32Array;
}

/** Per cell: sum and sum of squares of the predictabilities, and for both frequencies those of the wave and the product. */
const fields = 10;

/**
 * Where the trace of one frequency pair lies: energy of the predictability map at the two frequencies, coherent over
 * 3 × 3 cells, over its variance there.
 */
export function locateTrace(plane: Plane, pair: number): TraceMap {
  const [width, height] = [Math.ceil(plane.width / cellSide), Math.ceil(plane.height / cellSide)];
  const sums = cellSums(plane, width, height, pair);
  const near = new Float64Array(fields);
  const ratio = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      near.fill(0);
      let cells = 0;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++, cells++) {
          for (let f = 0; f < fields; f++) near[f]! += sums[(v * width + u) * fields + f]!;
        }
      }
      ratio[y * width + x] = meanRatio(near, cells * cellSide * cellSide);
    }
  }
  return { width, height, ratio };
}

function meanRatio(sums: Float64Array, n: number): number {
  const mean = sums[0]! / n;
  const energy = sums[1]! - n * mean * mean;
  if (energy < 1e-4 * n) return 0;
  let power = 0;
  for (let f = 2; f < fields; f += 4) {
    const re = sums[f + 2]! - mean * sums[f]!;
    const im = sums[f + 3]! - mean * sums[f + 1]!;
    power += re * re + im * im;
  }
  return power / (2 * energy);
}

function cellSums(plane: Plane, columns: number, rows: number, pair: number): Float32Array {
  const sums = new Float32Array(columns * rows * fields);
  const { u, v } = pairFrequency(pair);
  const across = [u, signed((tileSide - v) % tileSide)] as const;
  const down = [v, u] as const;
  const [cos, sin] = [new Float64Array(tileSide), new Float64Array(tileSide)];
  for (let k = 0; k < tileSide; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / tileSide);
    sin[k] = Math.sin((2 * Math.PI * k) / tileSide);
  }
  for (let y = 1; y < plane.height - 1; y++) {
    const row = Math.floor(y / cellSide) * columns;
    for (let x = 1; x < plane.width - 1; x++) {
      const p = predictability(plane.data, plane.width, y * plane.width + x);
      const at = (row + (x >> 4)) * fields;
      sums[at]! += p;
      sums[at + 1]! += p * p;
      for (let w = 0; w < 2; w++) {
        const phase = (across[w]! * x + down[w]! * y) & (tileSide - 1);
        const c = cos[phase]!;
        const s = sin[phase]!;
        const to = at + 2 + 4 * w;
        sums[to]! += c;
        sums[to + 1]! += s;
        sums[to + 2]! += p * c;
        sums[to + 3]! += p * s;
      }
    }
  }
  return sums;
}
