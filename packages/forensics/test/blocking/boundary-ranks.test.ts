import { describe, expect, it } from "vitest";
import { boundaryRanks, cellSide, topRank } from "../../src/blocking/boundary-ranks.ts";
import { boxSums, windowCells } from "../../src/blocking/box-sums.ts";

/** A plane whose values are those of a function of the pixel. */
function planeOf(width: number, height: number, value: (x: number, y: number) => number) {
  const data = Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  return { width, height, data };
}

const noise = (x: number, y: number) => 1e4 * Math.abs(Math.sin(12.9898 * x + 78.233 * y) % 1e-3);

describe("boundaryRanks", () => {
  it.each([0, 3, 7])("gives the line of a step every eight pixels the top rank: phase %d", (phase) => {
    const blocks = (at: number) => 9 * (Math.floor((at + 8 - phase) / 8) % 2);
    const { across, down } = boundaryRanks(planeOf(67, 59, (x, y) => blocks(x) + blocks(y) + 0.1 * noise(x, y)));
    for (const ranks of [across, down]) {
      for (let cell = 0; cell < ranks.length; cell += cellSide) expect(ranks[cell + phase]).toBe(topRank);
    }
  });

  it("finds no step in a slope, however steep, and ranks the lines of a flat cell alike", () => {
    for (const slope of [0, 3]) {
      const { across } = boundaryRanks(planeOf(40, 40, (x) => slope * x));
      expect(new Set(across)).toEqual(new Set([topRank / 2]));
    }
  });

  it("ranks as counting the smaller and half the equal ones does: the ranks of a cell add up to the same", () => {
    const { across, down, width, height } = boundaryRanks(planeOf(50, 40, noise));
    expect([width, height]).toEqual([5, 3]);
    for (const ranks of [across, down]) {
      for (let cell = 0; cell < ranks.length; cell += cellSide) {
        expect(ranks.subarray(cell, cell + cellSide).reduce((sum, rank) => sum + rank, 0)).toBe(56);
      }
    }
  });

  it("measures the mean difference of neighbours as activity", () => {
    const { activity } = boundaryRanks(planeOf(40, 40, (x, y) => 3 * x + y));
    for (const value of activity) expect(value).toBeCloseTo(2, 5);
  });
});

describe("boxSums", () => {
  it("equals adding up every window", () => {
    const [width, height, channels] = [13, 11, 3];
    const values = Float32Array.from({ length: width * height * channels }, (_, i) => (i * 7919) % 31);
    const sums = boxSums(values, { width, height }, channels);
    const [columns, rows] = [width - windowCells + 1, height - windowCells + 1];
    expect(sums).toHaveLength(columns * rows * channels);
    for (let i = 0; i < sums.length; i++) {
      const [c, x, y] = [i % channels, Math.floor(i / channels) % columns, Math.floor(i / channels / columns)];
      let sum = 0;
      for (let v = y; v < y + windowCells; v++)
        for (let u = x; u < x + windowCells; u++) sum += values[(v * width + u) * channels + c]!;
      expect(sums[i]).toBe(sum);
    }
  });

  it("has no window in an image that is smaller than one", () => {
    expect(boxSums(new Uint8Array(7 * 20), { width: 7, height: 20 }, 1)).toHaveLength(0);
  });
});
