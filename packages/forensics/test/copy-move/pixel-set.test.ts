import { describe, expect, it } from "vitest";
import { PixelSet } from "../../src/copy-move/pixel-set.ts";

describe("PixelSet", () => {
  it("holds pixels once, knows its bounds, and ignores what lies outside", () => {
    const set = new PixelSet(150, 90);
    for (const [x, y] of [
      [3, 4],
      [3, 4],
      [149, 89],
      [63, 64],
      [-1, 0],
      [150, 0],
    ] as const)
      set.add(x, y);
    const seen: string[] = [];
    set.forEach((x, y) => {
      seen.push(`${x},${y}`);
    });
    expect(seen.sort()).toEqual(["149,89", "3,4", "63,64"]);
    expect(set.size).toBe(3);
    expect(set.bounds()).toEqual({ x: 3, y: 4, width: 147, height: 86 });
    expect([set.has(3, 4), set.has(4, 3), set.has(-1, 0)]).toEqual([true, false, false]);
    expect(new PixelSet(5, 5).bounds()).toBeUndefined();
  });
});
