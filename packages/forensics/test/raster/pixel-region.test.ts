import { expect, it } from "vitest";
import { pixelRegion } from "../../src/raster/pixel-region.ts";

it("a box of cells is cut off where the image ends", () => {
  const image = { width: 100, height: 50 };
  expect(pixelRegion({ x: 1, y: 2, width: 3, height: 1 }, 8, image, 0.7)).toEqual({
    x: 8,
    y: 16,
    width: 24,
    height: 8,
    confidence: 0.7,
  });
  expect(pixelRegion({ x: 11, y: 5, width: 2, height: 2 }, 8, image, 1)).toMatchObject({ width: 12, height: 10 });
});
