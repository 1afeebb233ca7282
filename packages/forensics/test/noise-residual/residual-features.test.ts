import { describe, expect, it } from "vitest";
import { cellStatistics, histogramSize } from "../../src/noise-residual/cell-statistics.ts";
import { patternOfRow, patterns } from "../../src/noise-residual/co-occurrence-codes.ts";
import { windowFeatures } from "../../src/noise-residual/window-features.ts";
import type { Plane } from "../../src/raster/plane.ts";
import { randomSource } from "../textured-rgb.ts";

function noise(width: number, height: number, seed: number): Plane {
  const random = randomSource(seed);
  return { width, height, data: Float32Array.from({ length: width * height }, () => 100 + Math.round(12 * random())) };
}

/** Rows of four quantised residuals, counted pixel by pixel in the cell where the last pixel of the last residual is. */
function countedOneByOne({ width, data }: Plane, columns: number, rows: number, side: number): Float32Array {
  const out = new Float32Array(columns * rows * histogramSize);
  const at = (x: number, y: number) => data[y * width + x]!;
  const quantized = (r: number) => Math.max(-1, Math.min(1, Math.sign(r) * Math.round(Math.abs(r) / 6))) + 1;
  const horizontal = (x: number, y: number) => quantized(at(x - 3, y) - 3 * at(x - 2, y) + 3 * at(x - 1, y) - at(x, y));
  const vertical = (x: number, y: number) => quantized(at(x, y - 3) - 3 * at(x, y - 2) + 3 * at(x, y - 1) - at(x, y));
  const back = [3, 2, 1, 0];
  const pattern = (four: number[]) => patternOfRow[four.reduce((code, value) => 3 * code + value, 0)]!;
  for (let y = 6; y < rows * side; y++) {
    for (let x = 6; x < columns * side; x++) {
      const cell = (Math.floor(y / side) * columns + Math.floor(x / side)) * histogramSize;
      out[cell + pattern(back.map((b) => horizontal(x, y - b)))]!++;
      out[cell + pattern(back.map((b) => vertical(x - b, y)))]!++;
      out[cell + patterns + pattern(back.map((b) => horizontal(x - b, y)))]!++;
      out[cell + patterns + pattern(back.map((b) => vertical(x, y - b)))]!++;
    }
  }
  return out;
}

describe("patternOfRow", () => {
  it("folds 81 rows of four into 25 patterns, by mirror image and sign", () => {
    expect(patterns).toBe(25);
    expect(patternOfRow[0 * 27 + 1 * 9 + 2 * 3 + 2]).toBe(patternOfRow[2 * 27 + 2 * 9 + 1 * 3 + 0]);
    expect(patternOfRow[0 * 27 + 1 * 9 + 2 * 3 + 2]).toBe(patternOfRow[2 * 27 + 1 * 9 + 0 * 3 + 0]);
    expect(patternOfRow[0 * 27 + 1 * 9 + 2 * 3 + 2]).not.toBe(patternOfRow[0 * 27 + 2 * 9 + 1 * 3 + 2]);
  });
});

describe("cellStatistics", () => {
  it("counts what counting one by one counts", () => {
    const plane = noise(43, 37, 1);
    const cells = cellStatistics(plane, 8);
    expect([cells.width, cells.height]).toEqual([5, 4]);
    expect(cells.histograms).toEqual(countedOneByOne(plane, 5, 4, 8));
  });

  it("counts clipped and repeated pixels and sums the brightness", () => {
    const data = Float32Array.from({ length: 16 * 16 }, (_, i) => (i % 16 < 8 ? 255 : 100 + (i % 16)));
    const cells = cellStatistics({ width: 16, height: 16, data }, 8);
    expect([...cells.clipped]).toEqual([64, 0, 64, 0]);
    expect([...cells.repeated]).toEqual([56, 0, 56, 0]);
    expect(cells.brightness[1]).toBe(8 * (108 + 115) * 4);
  });
});

describe("windowFeatures", () => {
  it("sums by running sums what the cells of each window hold", () => {
    const cells = cellStatistics(noise(80, 64, 2), 8);
    const windows = windowFeatures(cells, 3);
    expect([windows.width, windows.height]).toEqual([8, 6]);
    for (const window of [0, 7, 19, 47]) {
      const [x, y] = [window % 8, Math.floor(window / 8)];
      const sums = new Float64Array(histogramSize);
      for (let v = y; v < y + 3; v++)
        for (let u = x; u < x + 3; u++)
          for (let k = 0; k < histogramSize; k++)
            sums[k]! += cells.histograms[(v * cells.width + u) * histogramSize + k]!;
      const total = sums.reduce((a, b) => a + b);
      const features = windows.features.subarray(window * histogramSize, (window + 1) * histogramSize);
      for (let k = 0; k < histogramSize; k++) expect(features[k]).toBeCloseTo(Math.sqrt(sums[k]! / total), 6);
    }
  });

  it("leaves out clipped cells and says what is left", () => {
    const plane = noise(80, 64, 3);
    for (let y = 0; y < 8; y++) plane.data.fill(255, y * 80, y * 80 + 8);
    const windows = windowFeatures(cellStatistics(plane, 8), 2);
    expect(windows.valid[0]).toBe(0.75);
    expect(windows.valid[1]).toBe(1);
  });
});
