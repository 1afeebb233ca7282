import { describe, expect, it } from "vitest";
import { boxMean, boxSum } from "../../src/text-edit/box-sums.ts";
import { farthest, textLayer } from "../../src/text-edit/text-layer.ts";
import { clutterOf, textLines } from "../../src/text-edit/text-lines.ts";
import { randomSource } from "../textured-rgb.ts";
import { cleanPage, type PagePicture } from "./page-picture.ts";

const plane = ({ width, height, data }: PagePicture) => ({ width, height, data: Float32Array.from(data) });

describe("textLayer", () => {
  it("tells dark letters from light paper and measures their contrast", () => {
    const page = cleanPage(320, 240);
    const { distance, contrast, inkContrast } = textLayer(plane(page));
    for (const [i, value] of page.data.entries()) expect(distance[i] === 0).toBe(value === 40);
    expect(inkContrast).toBeGreaterThan(185);
    expect(Math.min(...contrast)).toBeLessThan(-185);
  });

  it("tells light letters from dark paper", () => {
    const page = cleanPage(320, 240, { ink: 230, paper: 30 });
    const { distance } = textLayer(plane(page));
    for (const [i, value] of page.data.entries()) expect(distance[i] === 0).toBe(value === 230);
  });

  it("counts chessboard distances as a search over all ink does", () => {
    const page = cleanPage(160, 128);
    const { width, height, distance } = textLayer(plane(page));
    const ink = [...distance.keys()].filter((i) => distance[i] === 0);
    expect(ink.length).toBeGreaterThan(100);
    for (let i = 0; i < width * height; i += 37) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const all = ink.map((j) => Math.max(Math.abs((j % width) - x), Math.abs(Math.floor(j / width) - y)));
      expect(distance[i]).toBe(Math.min(farthest, ...all));
    }
  });
});

describe("textLines", () => {
  it("counts the lines of a page, and nearly all of its ink is theirs", () => {
    const layer = textLayer(plane(cleanPage(640, 480)));
    const found = textLines(layer);
    // The last letters of some lines stand alone.
    expect(found.inkShare).toBeGreaterThan(0.9);
    expect(clutterOf(layer)).toBe(0);
    expect(found.lines).toBeGreaterThanOrEqual(12);
  });

  it("finds next to none in specks of ink", () => {
    const random = randomSource(3);
    const data = Uint8Array.from({ length: 320 * 240 }, () => (random() < 0.02 ? 30 : 230));
    expect(textLines(textLayer(plane({ width: 320, height: 240, data }))).letters).toBe(0);
  });
});

describe("boxSum and boxMean", () => {
  const [columns, rows] = [13, 9];
  const random = randomSource(5);
  const values = Float32Array.from({ length: columns * rows }, () => (random() < 0.3 ? Number.NaN : random()));

  it.each([[[1, 1]], [[3, 1]], [[14, 3]]] as const)("average within %j like a plain search", (reach) => {
    const means = boxMean(values, columns, reach);
    for (const [i, mean] of means.entries()) {
      const near = [...values].filter(
        (value, j) =>
          !Number.isNaN(value) &&
          Math.abs((j % columns) - (i % columns)) <= reach[0] &&
          Math.abs(Math.floor(j / columns) - Math.floor(i / columns)) <= reach[1],
      );
      const expected = near.reduce((sum, value) => sum + value, 0) / near.length;
      if (near.length === 0) expect(mean).toBeNaN();
      else expect(mean).toBeCloseTo(expected, 5);
    }
  });

  it("count the cells within reach at the corner", () => {
    expect(boxSum(new Float32Array(columns * rows).fill(1), columns, [3, 1])[0]).toBe(8);
  });
});
