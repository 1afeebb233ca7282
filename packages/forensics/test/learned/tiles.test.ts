import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planarInput, tilesOf } from "../../src/learned/tiles.ts";

const tiling = { core: 64, halo: 32 };

describe("tilesOf", () => {
  it("covers every pixel with exactly one core, and every core with its input", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), (width, height) => {
        const covered = new Uint8Array(width * height);
        for (const { core, input } of tilesOf(width, height, tiling)) {
          for (let y = core.y; y < core.y + core.height; y++)
            for (let x = core.x; x < core.x + core.width; x++) covered[y * width + x]!++;
          expect(input.x).toBe(input.width === width ? 0 : Math.max(0, core.x - 32));
          expect(input.x + input.width).toBeGreaterThanOrEqual(core.x + core.width);
          expect(input.y + input.height).toBeGreaterThanOrEqual(core.y + core.height);
        }
        expect(covered.every((count) => count === 1)).toBe(true);
      }),
    );
  });

  it("keeps every tile on the 8×8 grid of the file and below a fixed size", () => {
    for (const { core, input } of tilesOf(12_000, 9_000)) {
      expect([core.x % 16, core.y % 16, input.x % 16, input.y % 16]).toEqual([0, 0, 0, 0]);
      expect(Math.max(input.width, input.height)).toBeLessThanOrEqual(640);
    }
  });
});

describe("planarInput", () => {
  const tile = { core: { x: 0, y: 0, width: 3, height: 2 }, input: { x: 0, y: 0, width: 3, height: 2 } };

  it("separates the channels and repeats the last column and row up to a multiple of 16", () => {
    const raster = { width: 3, height: 2, channels: 3 as const, data: Uint8Array.from({ length: 18 }, (_, i) => i) };
    const { width, height, rgb } = planarInput(raster, tile);
    expect([width, height]).toEqual([16, 16]);
    expect([...rgb.subarray(0, 5)]).toEqual([0, 3, 6, 6, 6]);
    expect([...rgb.subarray(256 + 15 * 16, 256 + 15 * 16 + 3)]).toEqual([10, 13, 16]);
    expect(rgb[2 * 256]).toBe(2);
  });

  it("gives grey to all three channels", () => {
    const raster = { width: 3, height: 2, channels: 1 as const, data: Uint8Array.from([1, 2, 3, 4, 5, 6]) };
    const { rgb } = planarInput(raster, tile);
    expect([rgb[1], rgb[257], rgb[513]]).toEqual([2, 2, 2]);
  });
});
