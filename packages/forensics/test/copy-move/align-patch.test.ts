import { describe, expect, it } from "vitest";
import { mapX, mapY } from "../../src/copy-move/affine.ts";
import { alignPatch } from "../../src/copy-move/align-patch.ts";

/** A smooth scene that can be read anywhere. */
const scene = (x: number, y: number) =>
  128 + 40 * Math.sin(x / 3.1 + y / 7) + 30 * Math.cos(y / 4.3 - x / 11) + 20 * Math.sin((x * y) / 90);
/** Where the copy on the right half shows what. */
const map = { a: 1.1, b: -0.15, c: 95, d: 0.12, e: 1.05, f: -4 };

function plane() {
  const [width, height] = [200, 96];
  const data = new Float32Array(width * height);
  const determinant = map.a * map.e - map.b * map.d;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - map.c, y - map.f];
      const source: [number, number] = [(map.e * u - map.b * v) / determinant, (map.a * v - map.d * u) / determinant];
      data[y * width + x] = x < 88 ? scene(x, y) : 0.8 * scene(...source) + 15;
    }
  }
  return { width, height, data };
}

function square(x: number, y: number, radius: number): Int32Array {
  const points: number[] = [];
  for (let v = -radius; v <= radius; v++) for (let u = -radius; u <= radius; u++) points.push(x + u, y + v);
  return Int32Array.from(points);
}

describe("alignPatch", () => {
  it("finds an affine map from a start some pixels off, whatever brightness and contrast", () => {
    const start = { ...map, a: 1, b: 0, d: 0, e: 1, c: 92.5, f: 2.5 };
    const aligned = alignPatch(plane(), square(40, 48, 12), start)!;
    expect(aligned.correlation).toBeGreaterThan(0.999);
    for (const [x, y] of [
      [30, 40],
      [50, 56],
    ] as const) {
      expect(Math.abs(mapX(aligned.map, x, y) - mapX(map, x, y))).toBeLessThan(0.1);
      expect(Math.abs(mapY(aligned.map, x, y) - mapY(map, x, y))).toBeLessThan(0.1);
    }
  });

  it("gives up on flat patches and outside the image", () => {
    const flat = { width: 60, height: 40, data: new Float32Array(2400).fill(9) };
    const identity = { a: 1, b: 0, c: 20, d: 0, e: 1, f: 0 };
    expect(alignPatch(flat, square(20, 20, 8), identity)).toBeUndefined();
    expect(alignPatch(plane(), square(40, 48, 12), { ...identity, c: 190 })).toBeUndefined();
  });
});
