import { describe, expect, it } from "vitest";
import { findExactCopies } from "../../src/copy-move/find-exact-copies.ts";
import { texturedRgb } from "../textured-rgb.ts";

const [width, height] = [240, 160];

/** A picture with one rectangle copied. */
function withCopy(dx: number, dy: number, side: number, channels: 1 | 3 = 3) {
  const rgb = texturedRgb(width, height, 1);
  const data = channels === 3 ? rgb : rgb.filter((_, i) => i % 3 === 1);
  const original = Uint8Array.from(data);
  for (let y = 30; y < 30 + side; y++) {
    for (let x = 20; x < 20 + side; x++) {
      for (let c = 0; c < channels; c++)
        data[((y + dy) * width + x + dx) * channels + c] = original[(y * width + x) * channels + c]!;
    }
  }
  return { width, height, channels, data } as const;
}

describe("findExactCopies", () => {
  it.each([
    [3, 100, 20],
    [1, -7, 70],
  ] as const)("finds a copied square of 26 px with its shift and its pixels (%d channels)", (channels, dx, dy) => {
    const [copy, ...others] = findExactCopies(withCopy(dx, dy, 26, channels), 16);
    expect(others).toEqual([]);
    expect([Math.abs(copy!.dx), Math.abs(copy!.dy)]).toEqual([Math.abs(dx), Math.abs(dy)]);
    expect(copy!.region.size).toBeGreaterThan(26 ** 2 * 0.9);
    expect(copy!.region.size).toBeLessThan(26 ** 2 * 1.1);
    expect(copy!.overlap).toBe(0);
  });

  it("finds nothing in a picture, in flat areas and in patterns that recur everywhere", () => {
    const picture = { width, height, channels: 3, data: texturedRgb(width, height, 5) } as const;
    const flat = { width, height, channels: 1, data: new Uint8Array(width * height).fill(255) } as const;
    const tile = texturedRgb(24, 24, 6);
    const data = new Uint8Array(width * height);
    for (let i = 0; i < data.length; i++) data[i] = tile[((Math.floor(i / width) % 24) * 24 + ((i % width) % 24)) * 3]!;
    for (const raster of [picture, flat, { width, height, channels: 1 as const, data }])
      expect(findExactCopies(raster, 16)).toEqual([]);
  });
});
