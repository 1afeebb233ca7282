import type { Plane } from "../raster/plane.ts";

/**
 * Which 8×8 windows do not vary at all in one direction (every row, or every column, is constant).
 * Such windows have at least 56 zero coefficients at any position and say nothing about a grid.
 *
 * @returns One array per row of windows, top to bottom; 1 = constant in a direction. The same array each time.
 */
export function* constantWindowRows({ width, height, data }: Plane): Generator<Uint8Array> {
  const windows = width - 7;
  const constant = new Uint8Array(windows);
  /** Rows ending here in which the window's 8 pixels are equal. */
  const equalRows = new Int32Array(windows);
  /** Pixels above and including this one that are equal. */
  const equalAbove = new Int32Array(width).fill(1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const above = y > 0 ? row - width : row;
    let left = Number.NaN;
    let equalLeft = 0;
    let steadyColumns = 0;
    for (let x = 0; x < width; x++) {
      const here = data[row + x]!;
      equalLeft = here === left ? equalLeft + 1 : 1;
      left = here;
      const steady = here === data[above + x] && y > 0 ? equalAbove[x]! + 1 : 1;
      equalAbove[x] = steady;
      steadyColumns = steady >= 8 ? steadyColumns + 1 : 0;
      if (x < 7) continue;
      const rows = equalLeft >= 8 ? equalRows[x - 7]! + 1 : 0;
      equalRows[x - 7] = rows;
      constant[x - 7] = +(rows >= 8) | +(steadyColumns >= 8);
    }
    if (y >= 7) yield constant;
  }
}
