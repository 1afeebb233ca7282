import { describe, expect, it } from "vitest";
import { QuantizationNoise } from "../../src/copy-move/quantization-noise.ts";
import { bandRadius, passedPower, reduced, smoothed, withoutMean } from "../../src/copy-move/smooth-band.ts";
import type { Plane } from "../../src/raster/plane.ts";
import { randomSource } from "../textured-rgb.ts";

function planeOf(width: number, height: number, value: (x: number, y: number) => number): Plane {
  const data = Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  return { width, height, data };
}

function power({ data }: Plane): number {
  return data.reduce((sum, value) => sum + value * value, 0) / data.length;
}

describe("smooth band", () => {
  it("takes means of squares of pixels and leaves out what remains at the edge", () => {
    const { width, height, data } = reduced(
      planeOf(7, 5, (x, y) => 10 * y + x),
      2,
    );
    expect([width, height]).toEqual([3, 2]);
    expect([...data]).toEqual([5.5, 7.5, 9.5, 25.5, 27.5, 29.5]);
  });

  it("keeps constants and removes what changes from pixel to pixel", () => {
    expect(power(withoutMean(planeOf(40, 30, () => 77)))).toBeLessThan(1e-6);
    expect(smoothed(planeOf(5, 4, () => 9)).data.every((value) => Math.abs(value - 9) < 1e-5)).toBe(true);
    expect(power(smoothed(planeOf(64, 64, (x, y) => (x + y) % 2)))).toBeCloseTo(0.25, 2);
  });

  it("takes slopes out away from the edges", () => {
    const { width, data } = withoutMean(planeOf(60, 50, (x, y) => 3 * x - 2 * y));
    for (let y = bandRadius; y < 50 - bandRadius; y++)
      for (let x = bandRadius; x < 60 - bandRadius; x++) expect(Math.abs(data[y * width + x]!)).toBeLessThan(1e-3);
  });

  it("passes of noise what it says it passes, to a third", () => {
    const random = randomSource(4);
    const noise = planeOf(256, 256, () => random() - 0.5);
    const passed = passedPower(1).reduce((sum, share) => sum + share / 64, 0);
    const measured = power(withoutMean(smoothed(noise))) / power(noise);
    expect(measured / passed).toBeGreaterThan(0.67);
    expect(measured / passed).toBeLessThan(1.5);
  });

  it("lets less of the quantisation through than there is", () => {
    const random = randomSource(5);
    const plane = planeOf(64, 64, () => 128 + 8 * (random() - 0.5));
    const [all, some] = [new QuantizationNoise(plane, 80), new QuantizationNoise(plane, 80, passedPower(2))];
    expect(some.at(30, 30)).toBeGreaterThan(0);
    expect(some.at(30, 30)).toBeLessThan(0.5 * all.at(30, 30));
  });
});
