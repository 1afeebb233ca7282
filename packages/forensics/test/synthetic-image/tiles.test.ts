import { describe, expect, it } from "vitest";
import { createTile, readTile, tilePlaces, tileSide } from "../../src/synthetic-image/tiles.ts";

describe("tilePlaces", () => {
  it.each([
    [128, 128],
    [300, 200],
    [1024, 768],
    [128, 20_000],
    [8000, 6000],
  ])("keeps tiles of a %d×%d picture inside, apart and at most 24", (width, height) => {
    const places = tilePlaces(width, height);
    expect(places.length).toBeGreaterThan(0);
    expect(places.length).toBeLessThanOrEqual(24);
    for (const { x, y } of places) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + tileSide).toBeLessThanOrEqual(width);
      expect(y + tileSide).toBeLessThanOrEqual(height);
    }
    for (const [i, a] of places.entries())
      for (const b of places.slice(i + 1))
        expect(Math.abs(a.x - b.x) >= tileSide || Math.abs(a.y - b.y) >= tileSide).toBe(true);
  });

  it("reaches all four corners of a large picture", () => {
    const places = tilePlaces(4000, 3000);
    for (const corner of [
      { x: 0, y: 0 },
      { x: 4000 - tileSide, y: 0 },
      { x: 0, y: 3000 - tileSide },
      { x: 4000 - tileSide, y: 3000 - tileSide },
    ])
      expect(places).toContainEqual(corner);
  });
});

describe("readTile", () => {
  it("copies the pixels at its place and weighs them into luma", () => {
    const [width, height] = [140, 150];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7) % 256);
    const tile = createTile();
    readTile({ width, height, channels: 3, data }, 5, 9, tile);
    const at = ((9 + 3) * width + 5 + 4) * 3;
    const i = 3 * tileSide + 4;
    expect([tile.red[i], tile.green[i], tile.blue[i]]).toEqual([data[at], data[at + 1], data[at + 2]]);
    expect(tile.luma[i]).toBeCloseTo(0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!, 3);
  });

  it("gives a grey raster three equal channels", () => {
    const data = Uint8Array.from({ length: 130 * 130 }, (_, i) => i % 251);
    const tile = createTile();
    readTile({ width: 130, height: 130, channels: 1, data }, 1, 1, tile);
    expect(tile.green).toEqual(tile.red);
    expect(tile.blue).toEqual(tile.red);
  });
});
