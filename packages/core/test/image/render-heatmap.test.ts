import type { Heatmap } from "@artguard/core";
import { encodePng, orientedSize, orientRegion, renderHeatmap } from "@artguard/core/image";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";

const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Any heat map over a picture of the size. */
function heatmapOver(width: number, height: number, scale: number): Heatmap {
  const cells = { width: Math.ceil(width / scale), height: Math.ceil(height / scale) };
  const data = Float32Array.from({ length: cells.width * cells.height }, (_, i) => ((i * 37) % 101) / 100);
  return { ...cells, scale, data };
}

/** What a viewer makes of a stored grey picture and its orientation. */
async function asViewed(data: Uint8Array, width: number, height: number, orientation: number) {
  const stored = await sharp(data, { raw: { width, height, channels: 1 } })
    .withMetadata({ orientation })
    .tiff({ compression: "none" })
    .toBuffer();
  const viewed = sharp(stored).autoOrient().toColourspace("b-w").raw();
  const { data: pixels, info } = await viewed.toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(pixels) };
}

const sizes = { width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) };

describe("renderHeatmap", () => {
  for (const orientation of orientations) {
    it(`lies on the picture as a viewer turns orientation ${orientation}`, async () => {
      const check = async ({ width, height, scale }: { width: number; height: number; scale: number }) => {
        const map = heatmapOver(width, height, scale);
        const stored = renderHeatmap(map, { width, height, orientation: 1 });
        const viewed = await asViewed(stored.data, width, height, orientation);
        expect(renderHeatmap(map, { width, height, orientation })).toEqual(viewed);
      };
      const cases = fc.record({ ...sizes, scale: fc.integer({ min: 1, max: 16 }) });
      await fc.assert(fc.asyncProperty(cases, check), { numRuns: 15, seed: orientation });
    });

    it(`moves a region as a viewer turns orientation ${orientation}`, async () => {
      const info = { width: 13, height: 7, orientation };
      const polygon: [number, number][] = [
        [2, 1],
        [7, 1],
        [7, 4],
        [2, 4],
      ];
      const region = { x: 2, y: 1, width: 5, height: 3, confidence: 1, polygon };
      const stored = new Uint8Array(13 * 7);
      for (let y = 1; y < 4; y++) stored.fill(255, y * 13 + 2, y * 13 + 7);
      const viewed = await asViewed(stored, 13, 7, orientation);
      const moved = orientRegion(region, info);
      expect(orientedSize(info)).toEqual({ width: viewed.width, height: viewed.height });
      const [xs, ys] = [moved.polygon!.map(([x]) => x), moved.polygon!.map(([, y]) => y)];
      expect([Math.min(...xs), Math.max(...xs)]).toEqual([moved.x, moved.x + moved.width]);
      expect([Math.min(...ys), Math.max(...ys)]).toEqual([moved.y, moved.y + moved.height]);
      expect(
        moved.polygon!.every(([x, y], i) => {
          const [u, v] = moved.polygon![(i + 1) % 4]!;
          return (x === u) !== (y === v);
        }),
      ).toBe(true);
      const expected = viewed.data.map((_, i) => {
        const [x, y] = [i % viewed.width, Math.floor(i / viewed.width)];
        const inside = x >= moved.x && x < moved.x + moved.width && y >= moved.y && y < moved.y + moved.height;
        return inside ? 255 : 0;
      });
      expect(viewed.data).toEqual(expected);
    });
  }

  it("interpolates between the centres of cells and stays within their values", () => {
    const map: Heatmap = { width: 2, height: 1, scale: 8, data: Float32Array.of(0, 1) };
    const { data } = renderHeatmap(map, { width: 16, height: 1, orientation: 1 });
    const exact = Array.from({ length: 16 }, (_, x) => Math.round(255 * Math.min(1, Math.max(0, (x + 0.5) / 8 - 0.5))));
    expect([...data]).toEqual(exact);
  });

  it("is all zero when nothing was localised", () => {
    const { width, height, data } = renderHeatmap(null, { width: 5, height: 3, orientation: 6 });
    expect([width, height, data]).toEqual([3, 5, new Uint8Array(15)]);
  });

  it("is written as a grey PNG of 8 bits", async () => {
    const picture = renderHeatmap(heatmapOver(20, 10, 4), { width: 20, height: 10, orientation: 1 });
    const file = await encodePng(picture);
    expect(await sharp(file).metadata()).toMatchObject({ format: "png", space: "b-w", channels: 1, depth: "uchar" });
    expect(new Uint8Array(await sharp(file).toColourspace("b-w").raw().toBuffer())).toEqual(picture.data);
  });
});
