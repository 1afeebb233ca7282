import type { Heatmap, Region } from "@artguard/core";
import { type ImageInfo, orientRegion } from "@artguard/core/image";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CopyFrame, heatmapFromCopy, regionFromCopy } from "../../src/image/copy-frame.ts";

const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const frame = (width: number, height: number, orientation: ImageInfo["orientation"], shrink: number): CopyFrame => {
  const upright = orientation >= 5 ? { width: height, height: width } : { width, height };
  const copy = { width: Math.ceil(upright.width / shrink), height: Math.ceil(upright.height / shrink) };
  return { copy, stored: { width, height, orientation } };
};
const region = (x: number, y: number, width: number, height: number): Region => ({
  x,
  y,
  width,
  height,
  confidence: 0.5,
});

describe("regionFromCopy", () => {
  it.each(orientations)("comes back to the same place of the upright picture with orientation %d", (orientation) => {
    const there = frame(400, 200, orientation, 2);
    const place = {
      ...region(10, 20, 30, 40),
      polygon: [
        [10, 20],
        [40, 20],
        [40, 60],
      ] as [number, number][],
    };
    const upright = orientRegion(regionFromCopy(place, there), there.stored);
    expect(upright).toEqual({
      ...region(20, 40, 60, 80),
      polygon: [
        [20, 40],
        [80, 40],
        [80, 120],
      ],
    });
  });

  it("stays within the image, whatever its size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.constantFrom(...orientations),
        fc.double({ min: 1, max: 4, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (width, height, orientation, shrink, left, top) => {
          const there = frame(width, height, orientation, shrink);
          const x = Math.floor(left * (there.copy.width - 1));
          const y = Math.floor(top * (there.copy.height - 1));
          const moved = regionFromCopy(region(x, y, there.copy.width - x, there.copy.height - y), there);
          expect(Math.min(moved.x, moved.y)).toBeGreaterThanOrEqual(0);
          expect(Math.min(moved.width, moved.height)).toBeGreaterThanOrEqual(1);
          expect(moved.x + moved.width).toBeLessThanOrEqual(width);
          expect(moved.y + moved.height).toBeLessThanOrEqual(height);
        },
      ),
    );
  });
});

/** A map of the copy that is 1 in its upper left quarter. */
function quarter({ copy }: CopyFrame, scale: number): Heatmap {
  const [width, height] = [Math.ceil(copy.width / scale), Math.ceil(copy.height / scale)];
  const isUpperLeft = (i: number) => i % width < width / 2 && Math.floor(i / width) < height / 2;
  return {
    width,
    height,
    scale,
    data: Float32Array.from({ length: width * height }, (_, i) => (isUpperLeft(i) ? 1 : 0)),
  };
}

describe("heatmapFromCopy", () => {
  it.each(orientations)("lies where the place lies with orientation %d", (orientation) => {
    const there = frame(320, 160, orientation, 2);
    const moved = heatmapFromCopy(quarter(there, 8), there);
    expect(moved).toMatchObject({ width: 20, height: 10, scale: 16 });
    const place = regionFromCopy(region(0, 0, there.copy.width / 2, there.copy.height / 2), there);
    const isInside = (i: number) => {
      const [x, y] = [((i % 20) + 0.5) * 16, (Math.floor(i / 20) + 0.5) * 16];
      return x >= place.x && x < place.x + place.width && y >= place.y && y < place.y + place.height;
    };
    expect([...moved.data]).toEqual([...moved.data].map((_, i) => (isInside(i) ? 1 : 0)));
    expect(moved.data.reduce((sum, cell) => sum + cell, 0)).toBe(50);
  });

  it("covers the stored raster, whatever the sizes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 600 }),
        fc.constantFrom(...orientations),
        fc.double({ min: 1, max: 3, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (width, height, orientation, shrink, scale) => {
          const there = frame(width, height, orientation, shrink);
          const { data, ...moved } = heatmapFromCopy(quarter(there, scale), there);
          expect(moved.width).toBe(Math.ceil(width / moved.scale));
          expect(moved.height).toBe(Math.ceil(height / moved.scale));
          expect([...data].every((cell) => cell === 0 || cell === 1)).toBe(true);
        },
      ),
    );
  });
});
