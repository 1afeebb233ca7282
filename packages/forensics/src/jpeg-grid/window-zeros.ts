import type { Plane } from "../raster/plane.ts";
import { hasKernels } from "../wasm/kernel.ts";
import { transformOfEight, zeroCuts } from "./single-precision-dct.ts";
import { zeroRowsByKernel } from "./zero-kernel.ts";

/**
 * For every 8×8 window of the plane, the number of its 63 AC coefficients with |coefficient| < 0.5, computed in single
 * precision, which is that of the plane.
 *
 * Windows that overlap vertically share the transforms of their rows: one horizontal DCT per pixel, then eight
 * vertical ones per window.
 *
 * @returns One array per row of windows, top to bottom; entry x is the window whose left column is x.
 * The same array is yielded each time: use it before asking for the next.
 */
export function windowZeroRows(plane: Plane): Generator<Uint8Array> {
  return hasKernels ? zeroRowsByKernel(plane) : plainWindowZeroRows(plane);
}

/** {@link windowZeroRows} without WebAssembly; gives the same numbers. */
export function* plainWindowZeroRows({ width, height, data }: Plane): Generator<Uint8Array> {
  const windows = width - 7;
  /** Of each row y, at `y & 7`: frequency u of the pixels x … x + 7 at 8·x + u. */
  const ring = Array.from({ length: 8 }, () => new Float32Array(8 * windows));
  const zeros = new Uint8Array(windows);
  const samples = new Float32Array(8);
  for (let y = 0; y < height; y++) {
    const row = ring[y & 7]!;
    for (let x = 0; x < windows; x++) {
      samples.set(data.subarray(y * width + x, y * width + x + 8));
      transformOfEight(samples);
      row.set(samples, 8 * x);
    }
    if (y < 7) continue;
    zeros.fill(0);
    for (let i = 0; i < 8 * windows; i++) {
      for (let v = 0; v < 8; v++) samples[v] = ring[(y + 1 + v) & 7]![i]!;
      transformOfEight(samples);
      for (let v = 0; v < 8; v++) zeros[i >> 3]! += +(Math.abs(samples[v]!) < zeroCuts[8 * v + (i & 7)]!);
    }
    yield zeros;
  }
}
