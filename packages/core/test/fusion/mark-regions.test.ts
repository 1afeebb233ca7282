import { type Heatmap, markRegions, type Region } from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** A map of cells of 8 pixels drawn with letters: `#` forged, everything else not. */
function drawn(...rows: string[]): Heatmap {
  const data = Float32Array.from(rows.join(""), (letter) => (letter === "#" ? 0.9 : 0.1));
  return { width: rows[0]!.length, height: rows.length, scale: 8, data };
}

const sizeOf = ({ width, height, scale }: Heatmap) => ({ width: width * scale, height: height * scale });
const everything = { minimum_region_pixels: 1, polygon_tolerance: 0 };

/** Even-odd rule at a point that lies on no edge. */
function isWithin(polygon: readonly (readonly [number, number])[], px: number, py: number): boolean {
  return polygon.reduce((within, [x, y], i) => {
    const [u, v] = polygon[(i + 1) % polygon.length]!;
    return y > py !== v > py && px < ((u - x) * (py - y)) / (v - y) + x ? !within : within;
  }, false);
}

describe("markRegions", () => {
  it("outlines a rectangle by its four corners, clockwise", () => {
    const map = drawn("......", ".###..", ".###..", "......");
    const [region, ...others] = markRegions(map, sizeOf(map), everything);
    expect(others).toEqual([]);
    expect(region).toMatchObject({ x: 8, y: 8, width: 24, height: 16 });
    expect(region!.confidence).toBeCloseTo(0.9, 5);
    expect(region!.polygon).toEqual([
      [8, 8],
      [32, 8],
      [32, 24],
      [8, 24],
    ]);
  });

  it("keeps regions apart that touch at a corner only, strongest first", () => {
    const map = drawn("##...", "##...", "..#..", ".....");
    const regions = markRegions(map, sizeOf(map), everything);
    expect(regions.map(({ x, y, width, height }) => [x, y, width, height])).toEqual([
      [0, 0, 16, 16],
      [16, 16, 8, 8],
    ]);
  });

  it("goes round a region that touches itself at a corner", () => {
    const map = drawn("####", "#..#", "#.#.", "####");
    const regions = markRegions(map, sizeOf(map), everything);
    expect(regions).toHaveLength(1);
    expect(isWithin(regions[0]!.polygon!, 28, 20)).toBe(false);
  });

  it("clips the last cells to the image, and leaves out what is too small", () => {
    const map = drawn("...#", "....", "..##", "..##");
    const size = { width: 29, height: 27 };
    const regions = markRegions(map, size, { ...everything, minimum_region_pixels: 100 });
    expect(regions.map(({ x, y, width, height }) => [x, y, width, height])).toEqual([[16, 16, 13, 11]]);
    expect(Math.max(...regions[0]!.polygon!.map(([x]) => x))).toBe(29);
  });

  it("finds no region in a map that marks nothing: 0.5 is not forged", () => {
    const map = { ...drawn("...", "..."), data: new Float32Array(6).fill(0.5) };
    expect(markRegions(map, sizeOf(map), everything)).toEqual([]);
  });

  const anyMap = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    .chain(([width, height]) =>
      fc
        .array(fc.boolean(), { minLength: width * height, maxLength: width * height })
        .map((cells): Heatmap => ({ width, height, scale: 8, data: Float32Array.from(cells, (c) => (c ? 0.8 : 0.2)) })),
    );

  it("without tolerance, outlines hold exactly the marked cells and the holes in them", () => {
    const check = (map: Heatmap) => {
      const regions = markRegions(map, sizeOf(map), everything);
      const outside = reachedFromOutside(map);
      map.data.forEach((value, i) => {
        const [x, y] = [(i % map.width) * 8 + 4, Math.floor(i / map.width) * 8 + 4];
        const within = regions.some(({ polygon }) => isWithin(polygon!, x, y));
        if (value > 0.5) expect(within).toBe(true);
        else if (outside.has(i)) expect(within).toBe(false);
      });
    };
    fc.assert(fc.property(anyMap, check), { seed: 1, numRuns: 300 });
  });

  it("within tolerance, every outline stays in its box and near its cells", () => {
    const check = (map: Heatmap) => {
      const exact = markRegions(map, sizeOf(map), everything);
      const rough = markRegions(map, sizeOf(map), { ...everything, polygon_tolerance: 1 });
      expect(rough.map(boxOf)).toEqual(exact.map(boxOf));
      for (const { polygon, x, y, width, height } of rough) {
        expect(polygon!.length).toBeGreaterThanOrEqual(3);
        for (const [px, py] of polygon!) {
          expect(px >= x && px <= x + width && py >= y && py <= y + height).toBe(true);
        }
      }
    };
    fc.assert(fc.property(anyMap, check), { seed: 2, numRuns: 200 });
  });

  it("draws a slanted edge with few corners", () => {
    const side = 40;
    const rows = Array.from({ length: side }, (_, y) => "#".repeat(y + 1).padEnd(side, "."));
    const map = drawn(...rows);
    const [region] = markRegions(map, sizeOf(map), { ...everything, polygon_tolerance: 1 });
    expect(region!.polygon!.length).toBeLessThanOrEqual(5);
  });

  it("ends soon on a map full of comb teeth", () => {
    const side = 1500;
    const data = Float32Array.from({ length: side * side }, (_, i) =>
      i % side === 0 || Math.floor(i / side) % 2 ? 0.9 : 0,
    );
    const map = { width: side, height: side, scale: 1, data };
    const [region] = markRegions(map, sizeOf(map), everything);
    expect(region!.polygon!.length).toBeLessThanOrEqual(4096);
  });
});

function boxOf({ x, y, width, height }: Region) {
  return [x, y, width, height];
}

/** Cells that are not marked and hang together with the border: also across corners, where a region ends. */
function reachedFromOutside({ width, height, data }: Heatmap): Set<number> {
  const reached = new Set<number>();
  const visit = (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const i = y * width + x;
    if (data[i]! > 0.5 || reached.has(i)) return;
    reached.add(i);
    for (const [dx, dy] of [-1, 0, 1].flatMap((a) => [-1, 0, 1].map((b) => [a, b]))) visit(x + dx!, y + dy!);
  };
  for (let x = 0; x < width; x++) for (const y of [0, height - 1]) visit(x, y);
  for (let y = 0; y < height; y++) for (const x of [0, width - 1]) visit(x, y);
  return reached;
}
