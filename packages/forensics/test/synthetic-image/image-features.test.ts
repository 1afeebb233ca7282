import type { Raster } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { flatShare } from "../../src/synthetic-image/flat-share.ts";
import { imageFeatures } from "../../src/synthetic-image/image-features.ts";
import { texturedRgb } from "../textured-rgb.ts";

function textured(width: number, height: number, seed: number): Raster {
  return { width, height, channels: 3, data: texturedRgb(width, height, seed) };
}

function mapped(raster: Raster, pixel: (x: number, y: number, c: number) => number): Raster {
  const { width, channels } = raster;
  const data = raster.data.map((_, i) =>
    pixel(Math.floor(i / channels) % width, Math.floor(i / channels / width), i % channels),
  );
  return { ...raster, data };
}

function feature(raster: Raster, name: string): number {
  const { names, values } = imageFeatures(raster);
  return values[names.indexOf(name)]!;
}

describe("imageFeatures", () => {
  it("measures the same names on every picture, all finite", () => {
    const expected = imageFeatures(textured(256, 256, 1)).names;
    expect(new Set(expected).size).toBe(expected.length);
    const black: Raster = { width: 130, height: 300, channels: 1, data: new Uint8Array(130 * 300) };
    for (const raster of [textured(128, 900, 2), black]) {
      const { names, values } = imageFeatures(raster);
      expect(names).toEqual(expected);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it("sees the period of nearest-neighbour up-sampling", () => {
    const raster = textured(256, 256, 3);
    const doubled = mapped(raster, (x, y, c) => raster.data[((y >> 1) * 256 + (x >> 1)) * 3 + c]!);
    expect(feature(doubled, "cell_phase_1")).toBeGreaterThan(feature(raster, "cell_phase_1") + 0.3);
  });

  it("sees a line of period 4 stand out of the spectrum", () => {
    const raster = textured(256, 256, 4);
    const striped = mapped(raster, (x, y, c) =>
      Math.min(255, raster.data[(y * 256 + x) * 3 + c]! + (x % 4 === 0 ? 24 : 0)),
    );
    expect(feature(striped, "peak_x_4")).toBeGreaterThan(feature(raster, "peak_x_4") + 1);
    expect(feature(striped, "peak_y_4")).toBeLessThan(feature(raster, "peak_y_4") + 1);
  });

  it("sees channels whose noise is shared", () => {
    const raster = textured(256, 256, 5);
    const grey = mapped(raster, (x, y) => raster.data[(y * 256 + x) * 3]!);
    expect(feature(grey, "fine_red_blue")).toBeCloseTo(1, 5);
    expect(feature(raster, "fine_red_blue")).toBeLessThan(0.99);
  });

  it("sees no colour in a grey picture and a finer one in a mosaic", () => {
    const raster = textured(256, 256, 8);
    const grey = mapped(raster, (x, y) => raster.data[(y * 256 + x) * 3]!);
    const mosaic = mapped(grey, (x, y, c) =>
      Math.min(255, grey.data[(y * 256 + x) * 3]! + ((x + c) % 3 === 0 ? 40 : 0)),
    );
    expect(feature(grey, "hue_entropy")).toBe(0);
    expect(feature(grey, "chroma_98")).toBe(0);
    expect(feature(mosaic, "colour_variation_1")).toBeGreaterThan(feature(grey, "colour_variation_1") + 1);
  });

  it("counts the co-occurrences of a picture and its negative alike", () => {
    const raster = textured(256, 256, 6);
    const negative = mapped(raster, (x, y, c) => 255 - raster.data[(y * 256 + x) * 3 + c]!);
    const { names, values } = imageFeatures(raster);
    const other = imageFeatures(negative).values;
    for (const [i, name] of names.entries())
      if (/^(along|across)_/.test(name)) expect(other[i]).toBeCloseTo(values[i]!, 2);
  });
});

describe("flatShare", () => {
  it("is 1 for one colour and near 0 for texture", () => {
    const data = new Uint8Array(200 * 200 * 3).fill(90);
    expect(flatShare({ width: 200, height: 200, channels: 3, data })).toBe(1);
    expect(flatShare(textured(200, 200, 7))).toBeLessThan(0.3);
  });

  it("is 1 for a picture one pixel wide", () => {
    expect(flatShare({ width: 1, height: 50, channels: 1, data: new Uint8Array(50) })).toBe(1);
  });
});
