import { describe, expect, it } from "vitest";
import { plainWindowZeroRows, windowZeroRows } from "../../src/jpeg-grid/window-zeros.ts";
import { zeroRowsByKernel } from "../../src/jpeg-grid/zero-kernel.ts";
import { blockDct } from "../../src/raster/dct.ts";
import type { Plane } from "../../src/raster/plane.ts";
import { hasKernels } from "../../src/wasm/kernel.ts";
import { randomSource } from "../textured-rgb.ts";

/** Flat parts, slopes and grain: windows of no zero to 63. */
function plane(width: number, height: number, seed: number): Plane {
  const random = randomSource(seed);
  const data = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return 120 + (x > width / 2 ? 3 * Math.sin(y / 5) + x / 9 : 0) + (y > height / 3 ? 20 * random() ** 4 : 0);
  });
  return { width, height, data };
}

function rowsOf(rows: Iterable<Uint8Array>): number[][] {
  return Array.from(rows, (row) => [...row]);
}

describe("windowZeroRows", () => {
  it("counts the small AC coefficients of every window", () => {
    const picture = plane(83, 41, 1);
    const out = new Float64Array(64);
    let different = 0;
    for (const [y, row] of rowsOf(windowZeroRows(picture)).entries()) {
      expect(row).toHaveLength(76);
      for (const [x, zeros] of row.entries()) {
        blockDct(picture, x, y, out);
        const near = out.filter((value) => Math.abs(Math.abs(value) - 0.5) < 1e-3).length;
        const expected = out.filter((value, i) => i > 0 && Math.abs(value) < 0.5).length;
        if (zeros !== expected) different++;
        // Single precision may decide otherwise only where a coefficient all but equals one half.
        expect(Math.abs(zeros - expected)).toBeLessThanOrEqual(near);
      }
    }
    expect(different).toBeLessThanOrEqual(2);
  });

  it("gives a constant window all of its 63", () => {
    const flat = { width: 13, height: 9, data: new Float32Array(13 * 9).fill(77.7) };
    expect(rowsOf(windowZeroRows(flat))).toEqual([new Array(6).fill(63), new Array(6).fill(63)]);
  });
});

describe.skipIf(!hasKernels)("the vector kernel", () => {
  it.each([
    [8, 8],
    [9, 10],
    [11, 8],
    [12, 30],
    [67, 33],
    [200, 64],
  ])("gives the numbers of the plain version on %d×%d pixels", (width, height) => {
    for (let seed = 0; seed < 3; seed++) {
      const picture = plane(width, height, seed);
      expect(rowsOf(zeroRowsByKernel(picture))).toEqual(rowsOf(plainWindowZeroRows(picture)));
    }
  });
});
