import { requantizationErrors, windowSide } from "../jpeg-ghost/requantization-error.ts";
import type { Plane } from "../raster/plane.ts";
import { cellSide } from "./cell-sums.ts";
import type { TextLayer } from "./text-layer.ts";

const [lowest, highest] = [45, 98];
/** Qualities on either side that a dip is measured against. */
const reach = [3, 4, 5] as const;
/** Pixels of ink from which on a window of 16×16 tells anything. */
const leastInk = 10;

/**
 * How weakly each cell shows the earlier JPEG compression that most letters of the page show: the natural logarithm of
 * the error of a recompression at that quality over that at the qualities around it; NaN without letters.
 *
 * Source: Farid, "Exposing digital forgeries from JPEG ghosts", IEEE TIFS 4(1), 2009.
 *
 * @param quality That of the file's own compression, which leaves a dip everywhere.
 */
export function earlierSave(luma: Plane, { distance }: TextLayer, quality: number): Float32Array {
  const columns = Math.ceil(luma.width / cellSide);
  const out = new Float32Array(columns * Math.ceil(luma.height / cellSide)).fill(Number.NaN);
  const last = Math.min(highest, quality - 5);
  const qualities = Array.from({ length: Math.max(0, last - lowest + 6) }, (_, k) => lowest - 5 + k);
  if (qualities.length < 12) return out;
  const { width, height, data } = requantizationErrors(luma, 0, qualities);
  const inked = windowsWithInk(distance, luma.width, width, height);
  const logs = data.map((errors) => inked.map((window) => Math.log(errors[window]! + 1)));
  let best: { depth: number; dips: number[] } | undefined;
  for (let q = 5; q < qualities.length - 5; q++) {
    const dips = inked.map((_, i) => dipOf(logs, q, i));
    const depth = dips.reduce((sum, dip) => sum + dip, 0);
    if (!best || depth < best.depth) best = { depth, dips };
  }
  for (const [i, window] of inked.entries()) {
    const at = 2 * Math.floor(window / width) * columns + 2 * (window % width);
    for (const cell of [at, at + 1, at + columns, at + columns + 1]) out[cell] = best?.dips[i] ?? Number.NaN;
  }
  return out;
}

function windowsWithInk(distance: Uint8Array, stride: number, width: number, height: number): number[] {
  return Array.from({ length: width * height }, (_, window) => window).filter((window) => {
    let ink = 0;
    const corner = Math.floor(window / width) * windowSide * stride + (window % width) * windowSide;
    for (let v = 0; v < windowSide; v++)
      for (let u = 0; u < windowSide; u++) if (distance[corner + v * stride + u] === 0) ink++;
    return ink >= leastInk;
  });
}

function dipOf(logs: readonly (readonly number[])[], q: number, i: number): number {
  const around = reach.reduce((sum, d) => sum + logs[q - d]![i]! + logs[q + d]![i]!, 0) / (2 * reach.length);
  return logs[q]![i]! - around;
}
