import { describe, expect, it } from "vitest";
import { connectedRegions } from "../../src/raster/connected-regions.ts";
import { RegionTable, touches } from "../../src/raster/region-table.ts";
import { randomSource } from "../textured-rgb.ts";

describe("RegionTable", () => {
  it("answers like a look at every cell, for every box, also one that ends outside", () => {
    const [width, height] = [9, 7];
    const random = randomSource(5);
    const mask = Uint8Array.from({ length: width * height }, () => (random() < 0.3 ? 1 : 0));
    const region = connectedRegions(mask, width, height)[1]!;
    const table = new RegionTable(region, width, height);
    for (let i = 0; i < width * height; i++) {
      const [left, top] = [i % width, Math.floor(i / width)];
      for (const [w, h] of [
        [1, 1],
        [3, 2],
        [4, 9],
      ] as const) {
        const box = { left, top, right: left + w, bottom: top + h };
        expect([box, table.touches(box)]).toEqual([box, touches(region, box, width)]);
      }
    }
  });
});
