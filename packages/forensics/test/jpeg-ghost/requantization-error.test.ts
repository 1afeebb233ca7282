import { describe, expect, it } from "vitest";
import { ijgLumaTable } from "../../src/jpeg/ijg-quality.ts";
import { zigzagToNatural } from "../../src/jpeg/zigzag.ts";
import { requantizationErrors } from "../../src/jpeg-ghost/requantization-error.ts";
import { blockDct } from "../../src/raster/dct.ts";
import type { Plane } from "../../src/raster/plane.ts";
import { randomSource } from "../textured-rgb.ts";

/** Smooth shapes with grain: small and large coefficients. */
function plane(width: number, height: number, seed: number): Plane {
  const random = randomSource(seed);
  const data = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return 128 + 60 * Math.sin(x / 9) * Math.cos(y / 13) + (x % 31 < 15 ? 20 : 0) + 12 * (random() - 0.5);
  });
  return { width, height, data };
}

/** The definition: round every coefficient of every block to every step. */
function expectedError(picture: Plane, offset: number, quality: number, column: number, row: number): number {
  const coefficients = new Float64Array(64);
  const table = ijgLumaTable(quality);
  let sum = 0;
  for (const [dx, dy] of [
    [0, 0],
    [8, 0],
    [0, 8],
    [8, 8],
  ] as const) {
    blockDct(picture, offset + 16 * column + dx, offset + 16 * row + dy, coefficients);
    for (const i of zigzagToNatural.slice(1, 21)) {
      const rest = coefficients[i]! - table[i]! * Math.round(coefficients[i]! / table[i]!);
      sum += rest * rest;
    }
  }
  return sum;
}

describe("requantizationErrors", () => {
  it.each([0, 4])("is the sum of squared rounding errors of every window, on the grid at %d", (offset) => {
    const picture = plane(67, 53, 5 + offset);
    const qualities = Array.from({ length: 46 }, (_, i) => 50 + i);
    const { width, height, data } = requantizationErrors(picture, offset, qualities);
    expect([width, height]).toEqual([Math.floor((67 - offset) / 16), Math.floor((53 - offset) / 16)]);
    for (const [q, quality] of qualities.entries()) {
      for (let i = 0; i < width * height; i++) {
        const expected = expectedError(picture, offset, quality, i % width, Math.floor(i / width));
        expect(Math.abs(data[q]![i]! - expected)).toBeLessThan(1e-5 * expected + 1e-6);
      }
    }
  });

  it("is zero for a picture of one colour", () => {
    const flat = { width: 32, height: 32, data: new Float32Array(1024).fill(77) };
    expect(requantizationErrors(flat, 0, [50, 90]).data.map((errors) => [...errors])).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });
});
