import type { Raster } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { pictureViews, squarePlaces, viewSide } from "../../src/synthetic-image/picture-views.ts";

const area = viewSide * viewSide;

function raster(width: number, height: number, pixel: (x: number, y: number, c: number) => number): Raster {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    pixel(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3),
  );
  return { width, height, channels: 3, data };
}

describe("squarePlaces", () => {
  it.each([
    [500, 500, [{ x: 0, y: 0 }]],
    [
      500,
      300,
      [
        { x: 0, y: 0 },
        { x: 200, y: 0 },
      ],
    ],
    [
      300,
      601,
      [
        { x: 0, y: 0 },
        { x: 0, y: 151 },
        { x: 0, y: 301 },
      ],
    ],
    [
      20_000,
      300,
      [
        { x: 0, y: 0 },
        { x: 9850, y: 0 },
        { x: 19_700, y: 0 },
      ],
    ],
  ])("spreads the squares of a %d×%d picture over its long side", (width, height, expected) => {
    expect(squarePlaces(width, height)).toEqual(expected);
  });
});

describe("pictureViews", () => {
  it("averages a picture twice as large over 2×2 pixels", () => {
    const picture = raster(448, 448, (x, y, c) => (x * 5 + y * 11 + c) % 256);
    const { count, rgb } = pictureViews(picture);
    expect(count).toBe(1);
    for (const [column, row, c] of [
      [0, 0, 0],
      [100, 31, 1],
      [223, 223, 2],
    ] as const) {
      const [x, y] = [2 * column, 2 * row];
      const at = [0, 1].flatMap((dy) => [0, 1].map((dx) => picture.data[((y + dy) * 448 + x + dx) * 3 + c]!));
      const expected = at.reduce((sum, value) => sum + value, 0) / 4;
      expect(rgb[c * area + row * viewSide + column]).toBeCloseTo(expected, 4);
    }
  });

  it("sees both ends of an oblong", () => {
    const { count, rgb } = pictureViews(raster(448, 224, (x) => (x < 224 ? 10 : 200)));
    expect(count).toBe(2);
    expect(new Set(rgb.subarray(0, 3 * area))).toEqual(new Set([10]));
    expect(new Set(rgb.subarray(3 * area))).toEqual(new Set([200]));
  });

  it("reads a large picture of one colour as that colour everywhere", () => {
    const { rgb } = pictureViews({
      width: 3001,
      height: 4003,
      channels: 1,
      data: new Uint8Array(3001 * 4003).fill(77),
    });
    expect(new Set(rgb)).toEqual(new Set([77]));
  });

  it("gives a grey raster three equal planes", () => {
    const data = Uint8Array.from({ length: 230 * 230 }, (_, i) => i % 251);
    const { rgb } = pictureViews({ width: 230, height: 230, channels: 1, data });
    for (const plane of [1, 2]) expect(rgb.subarray(plane * area, (plane + 1) * area)).toEqual(rgb.subarray(0, area));
  });
});
