import { describe, expect, it } from "vitest";
import { gridVotesByKernel } from "../../src/jpeg-grid/election-kernel.ts";
import { gridVotes, plainGridVotes } from "../../src/jpeg-grid/grid-votes.ts";
import { noVote, type WindowRanks } from "../../src/jpeg-grid/votes.ts";
import { hasKernels } from "../../src/wasm/kernel.ts";
import { randomSource } from "../textured-rgb.ts";

/** Ranks with many ties and some constant windows (128 and more). */
function randomRanks(width: number, height: number, seed: number, kinds: number): WindowRanks {
  const random = randomSource(seed);
  const data = Uint8Array.from({ length: width * height }, () => {
    return Math.floor(random() * kinds) + (random() < 0.05 ? 128 : 0);
  });
  return { width, height, data };
}

/** The definition: of the 64 windows that contain a pixel, the one with the most zeros, if it is the only one. */
function directVote({ width, data }: WindowRanks, x: number, y: number, without?: number): number {
  let [most, vote] = [-1, noVote];
  for (let top = y - 7; top <= y; top++) {
    for (let left = x - 7; left <= x; left++) {
      const grid = 8 * (top & 7) + (left & 7);
      const isOut = without !== undefined && (grid >> 3 === without >> 3 || (grid & 7) === (without & 7));
      const rank = data[top * width + left]!;
      const zeros = isOut ? 0 : rank & 127;
      if (zeros < most) continue;
      vote = zeros === most || isOut || rank >= 128 ? noVote : grid;
      most = zeros;
    }
  }
  return vote;
}

describe("gridVotes", () => {
  it.each([undefined, 0, 19])("takes for each pixel its window with the most zeros, without grid %s", (without) => {
    const ranks = randomRanks(30, 21, 4, 20);
    const { width, height, data } = gridVotes(ranks, without);
    expect([width, height]).toEqual([37, 28]);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const isInside = x >= 7 && y >= 7 && x < ranks.width && y < ranks.height;
        expect(data[y * width + x]).toBe(isInside ? directVote(ranks, x, y, without) : noVote);
      }
    }
  });
});

describe.skipIf(!hasKernels)("the vector kernel", () => {
  it.each([
    [8, 8],
    [9, 15],
    [57, 57],
    [64, 20],
    [131, 40],
  ])("gives the votes of the plain version for %d×%d windows", (width, height) => {
    for (const kinds of [2, 20, 64]) {
      for (const without of [undefined, 0, 9, 63]) {
        const ranks = randomRanks(width, height, kinds, kinds);
        expect(gridVotesByKernel(ranks, without)).toEqual(plainGridVotes(ranks, without));
      }
    }
  });
});
