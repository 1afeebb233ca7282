import { describe, expect, it } from "vitest";
import { GaussianBlur } from "../../src/copy-move/gaussian-blur.ts";
import { PlaneMemory } from "../../src/copy-move/plane-memory.ts";
import { randomSource } from "../textured-rgb.ts";

function blurred(pixels: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const memory = new PlaneMemory(2 * pixels.length + GaussianBlur.room(width), 4);
  const gaussian = new GaussianBlur(memory, width);
  const [source, target] = [memory.allocate(pixels.length), memory.allocate(pixels.length)];
  source.set(pixels);
  gaussian.blur(source, target, width, height, sigma);
  expect(source).toEqual(pixels);
  return target;
}

describe("GaussianBlur", () => {
  it.each([0.6, 1.6, 3])("equals the sum over all pixels with σ = %d, edges repeated", (sigma) => {
    const [width, height] = [19, 13];
    const random = randomSource(1);
    const source = Float32Array.from({ length: width * height }, () => 255 * random());
    const target = blurred(source, width, height, sigma);
    const reach = Math.ceil(5 * sigma);
    for (const [x, y] of [
      [9, 6],
      [0, 0],
      [18, 12],
      [3, 11],
    ] as const) {
      let [sum, weights] = [0, 0];
      for (let v = -reach; v <= reach; v++) {
        for (let u = -reach; u <= reach; u++) {
          const weight = Math.exp(-(u * u + v * v) / (2 * sigma * sigma));
          const px = Math.max(0, Math.min(width - 1, x + u));
          const py = Math.max(0, Math.min(height - 1, y + v));
          sum += weight * source[py * width + px]!;
          weights += weight;
        }
      }
      expect(Math.abs(target[y * width + x]! - sum / weights)).toBeLessThan(1.5);
    }
  });

  it("keeps a constant", () => {
    for (const value of blurred(new Float32Array(64).fill(77), 8, 8, 2)) expect(value).toBeCloseTo(77, 3);
  });
});
