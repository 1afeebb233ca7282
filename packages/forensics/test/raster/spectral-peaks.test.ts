import { describe, expect, it } from "vitest";
import { TileSpectra, tileSide } from "../../src/raster/spectral-peaks.ts";
import { randomSource } from "../textured-rgb.ts";

function noise(seed: number): Float64Array {
  const random = randomSource(seed);
  return Float64Array.from({ length: tileSide ** 2 }, () => random() - 0.5);
}

function withWave(tile: Float64Array, u: number, v: number, amplitude: number): Float64Array {
  return tile.map(
    (value, i) =>
      value + amplitude * Math.cos((2 * Math.PI * (u * (i % tileSide) + v * Math.floor(i / tileSide))) / tileSide),
  );
}

function ratiosOf(first: Float64Array, second: Float64Array): [Float32Array, Float32Array] {
  const ratios: [Float32Array, Float32Array] = [new Float32Array(tileSide ** 2), new Float32Array(tileSide ** 2)];
  new TileSpectra().analyze(first, second, ratios);
  return ratios;
}

function strongest(ratios: Float32Array): number {
  return ratios.indexOf(Math.max(...ratios));
}

describe("TileSpectra", () => {
  it("keeps the two tiles of one transform apart", () => {
    const [first, second] = ratiosOf(withWave(noise(1), 21, 10, 0.2), withWave(noise(2), 45, 0, 0.2));
    expect([10 * tileSide + 21, 118 * tileSide + 107]).toContain(strongest(first));
    expect([45, 83]).toContain(strongest(second));
    expect(second[10 * tileSide + 21]).toBeLessThan(12);
  });

  it("gives noise a mean ratio near 1", () => {
    const [ratios] = ratiosOf(noise(3), noise(4));
    const judged = ratios.filter((ratio) => ratio > 0);
    expect(judged.reduce((sum, ratio) => sum + ratio, 0) / judged.length).toBeCloseTo(1, 0);
    expect(Math.max(...judged)).toBeLessThan(20);
  });

  it.each([
    [16, 0],
    [32, 48],
    [64, 64],
  ])("does not judge (%d, %d), a multiple of the JPEG grid's frequency", (u, v) => {
    const [ratios] = ratiosOf(withWave(noise(5), u, v, 1), noise(6));
    expect(ratios[v * tileSide + u]).toBe(0);
    expect(Math.max(...ratios)).toBeLessThan(20);
  });
});
