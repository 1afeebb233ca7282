import type { Heatmap } from "@artguard/core";
import { encodePng, renderHeatmap, renderSmallHeatmap, smallHeatmapSide } from "@artguard/core/image";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";

function mapOver(width: number, height: number, scale: number, at: (i: number) => number): Heatmap {
  const [across, down] = [Math.ceil(width / scale), Math.ceil(height / scale)];
  return { width: across, height: down, scale, data: Float32Array.from({ length: across * down }, (_, i) => at(i)) };
}

describe("renderSmallHeatmap", () => {
  it("is renderHeatmap where the image is small", () => {
    const info = { width: 90, height: 61, orientation: 6 } as const;
    const map = mapOver(90, 61, 8, (i) => (i % 11) / 10);
    expect(renderSmallHeatmap(map, info)).toEqual(renderHeatmap(map, info));
  });

  it("is at most 1024 px wide and high, with the shape of the upright image, for any image and cells", async () => {
    const sizes = fc.record({
      width: fc.integer({ min: 1, max: 6000 }),
      height: fc.integer({ min: 1, max: 60 }),
      scale: fc.integer({ min: 1, max: 16 }),
      orientation: fc.constantFrom(1, 3, 6, 8),
    } as const);
    const check = ({
      width,
      height,
      scale,
      orientation,
    }: { [N in "width" | "height" | "scale" | "orientation"]: number }) => {
      const info = { width, height, orientation: orientation as 1 };
      const {
        width: w,
        height: h,
        data,
      } = renderSmallHeatmap(
        mapOver(width, height, scale, (i) => (i % 7) / 6),
        info,
      );
      expect(data).toHaveLength(w * h);
      expect(Math.max(w, h)).toBe(Math.min(smallHeatmapSide, Math.max(width, height)));
      expect(w > h || w === h).toBe(orientation < 5 ? width >= height || w === h : height >= width || w === h);
    };
    fc.assert(fc.property(sizes, check), { numRuns: 60, seed: 1 });
  });

  it("keeps a mark that is smaller than its pixels", () => {
    const [width, height] = [6000, 40];
    const only = 10 * 3000 + 1501;
    const map = mapOver(width, height, 2, (i) => (i === only ? 1 : 0));
    expect(Math.max(...renderSmallHeatmap(map, { width, height, orientation: 1 }).data)).toBeGreaterThan(64);
    // The counter-example: looking at every sixth pixel of the large picture misses it.
    const large = renderHeatmap(map, { width, height, orientation: 1 });
    const sampled = large.data.filter((_, i) => i % 6 === 0 && Math.floor(i / width) % 6 === 0);
    expect(Math.max(...sampled)).toBe(0);
  });

  it("lies where the large one lies", async () => {
    const info = { width: 3000, height: 2000, orientation: 1 } as const;
    const map = mapOver(3000, 2000, 8, (i) => (Math.floor(i / 375) < 125 && i % 375 < 100 ? 1 : 0));
    const small = renderSmallHeatmap(map, info);
    const large = await sharp(await encodePng(renderHeatmap(map, info)))
      .resize(small.width, small.height, { kernel: "linear" })
      .toColourspace("b-w")
      .raw()
      .toBuffer();
    const apart = small.data.reduce((sum, value, i) => sum + Math.abs(value - large[i]!), 0) / small.data.length;
    expect(apart).toBeLessThan(1);
  });
});
