import { describe, expect, it } from "vitest";
import { type GridRegion, gridRegions, reach } from "../../src/jpeg-grid/grid-regions.ts";
import { type GridVotes, noVote } from "../../src/jpeg-grid/votes.ts";
import { randomSource } from "../textured-rgb.ts";

describe("gridRegions", () => {
  it.each([
    [1, 0.02],
    [3, 0.05],
    [3, 0.9],
    [20, 0.3],
    [64, 0.95],
  ])("finds what growing pixel by pixel finds: %d grids, a share of %d of the pixels voting", (grids, share) => {
    const random = randomSource(1000 * grids + share);
    for (const [width, height] of [
      [1, 40],
      [9, 30],
      [53, 47],
      [80, 24],
    ] as const) {
      const vote = () => (random() < share ? Math.floor(random() * grids) : noVote);
      const votes = { width, height, data: Uint8Array.from({ length: width * height }, vote) };
      expect(gridRegions(votes, 1)).toEqual(grown(votes, reach));
      expect(gridRegions(votes, 4)).toEqual(grown(votes, reach).filter((region) => region.votes >= 4));
    }
  });

  it.each([
    [reach, 0, 1],
    [reach + 1, 0, 2],
    [0, reach, 1],
    [0, reach + 1, 2],
    [reach, reach, 1],
    [-reach, reach, 1],
    [-reach - 1, reach, 2],
  ])("joins two votes %d columns and %d rows apart into %d region(s), wherever they lie", (dx, dy, regions) => {
    const [width, height] = [60, 30];
    for (let x = 12; x < 45; x++) {
      const data = new Uint8Array(width * height).fill(noVote);
      data[3 * width + x] = 5;
      data[(3 + dy) * width + x + dx] = 5;
      expect(gridRegions({ width, height, data }, 1)).toHaveLength(regions);
    }
  });

  it("is told apart from growing with another reach", () => {
    const random = randomSource(5);
    const data = Uint8Array.from({ length: 2500 }, () => (random() < 0.008 ? 0 : noVote));
    const votes = { width: 50, height: 50, data };
    expect(gridRegions(votes, 1)).not.toEqual(grown(votes, reach - 1));
  });
});

/** Region growing of the ZERO paper, as it is written there. */
function grown({ width, height, data }: GridVotes, far: number): GridRegion[] {
  const isTaken = new Uint8Array(data.length);
  const regions: GridRegion[] = [];
  for (const [seed, grid] of data.entries()) {
    if (grid === noVote || isTaken[seed]) continue;
    const members = [seed];
    isTaken[seed] = 1;
    for (const member of members) {
      const [x, y] = [member % width, Math.floor(member / width)];
      for (let v = Math.max(0, y - far); v <= Math.min(height - 1, y + far); v++) {
        for (let u = Math.max(0, x - far); u <= Math.min(width - 1, x + far); u++) {
          const i = v * width + u;
          if (data[i] !== grid || isTaken[i]) continue;
          isTaken[i] = 1;
          members.push(i);
        }
      }
    }
    const [xs, ys] = [members.map((i) => i % width), members.map((i) => Math.floor(i / width))];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const size = { width: Math.max(...xs) - left + 1, height: Math.max(...ys) - top + 1 };
    regions.push({ grid, votes: members.length, x: left, y: top, ...size });
  }
  return regions.sort((a, b) => a.y - b.y || a.grid - b.grid);
}
