import { describe, expect, it } from "vitest";
import { blockDct } from "../../src/raster/dct.ts";
import type { Plane } from "../../src/raster/plane.ts";
import { randomSource } from "../textured-rgb.ts";

function randomPlane(width: number, height: number, seed: number): Plane {
  const random = randomSource(seed);
  return { width, height, data: Float32Array.from({ length: width * height }, () => 255 * random()) };
}

/** ITU-T T.81, A.3.3, term by term. */
function directDct({ width, data }: Plane, x: number, y: number): Float64Array {
  const c = (k: number) => (k === 0 ? Math.SQRT1_2 : 1);
  return Float64Array.from({ length: 64 }, (_, i) => {
    const [v, u] = [i >> 3, i & 7];
    let sum = 0;
    for (let b = 0; b < 8; b++)
      for (let a = 0; a < 8; a++)
        sum +=
          data[(y + b) * width + x + a]! *
          Math.cos(((2 * a + 1) * u * Math.PI) / 16) *
          Math.cos(((2 * b + 1) * v * Math.PI) / 16);
    return (c(u) * c(v) * sum) / 4;
  });
}

describe("blockDct", () => {
  it("agrees with the direct formula anywhere in a plane", () => {
    const plane = randomPlane(21, 19, 1);
    const out = new Float64Array(64);
    for (const [x, y] of [
      [0, 0],
      [13, 11],
      [5, 8],
    ] as const) {
      blockDct(plane, x, y, out);
      const expected = directDct(plane, x, y);
      for (let i = 0; i < 64; i++) expect(out[i]).toBeCloseTo(expected[i]!, 9);
    }
  });

  it("keeps the energy of the block", () => {
    const plane = randomPlane(8, 8, 2);
    const out = new Float64Array(64);
    blockDct(plane, 0, 0, out);
    const energy = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value * value, 0);
    expect(energy(out) / energy(plane.data)).toBeCloseTo(1, 12);
  });

  it("gives exactly 8·mean and exact zeros for a constant block", () => {
    const out = new Float64Array(64);
    blockDct({ width: 8, height: 8, data: new Float32Array(64).fill(17) }, 0, 0, out);
    expect([...out]).toEqual([136, ...new Array(63).fill(0)]);
  });

  it("is exact at the frequencies whose basis is ±1/8", () => {
    const plane = { width: 8, height: 8, data: new Float32Array(64) };
    plane.data[0] = 4;
    const out = new Float64Array(64);
    blockDct(plane, 0, 0, out);
    expect([out[0], out[4], out[32], out[36]]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});
