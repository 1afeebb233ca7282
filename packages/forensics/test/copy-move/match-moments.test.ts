import { describe, expect, it } from "vitest";
import { affineParts, mapX, mapY } from "../../src/copy-move/affine.ts";
import { fitNodeMatches } from "../../src/copy-move/fit-node-matches.ts";
import { matchMoments } from "../../src/copy-move/match-moments.ts";
import { type MomentField, nodeCentre } from "../../src/copy-move/moment-field.ts";
import { momentCount } from "../../src/copy-move/zernike-moments.ts";
import { randomSource } from "../textured-rgb.ts";

const columns = 90;
const rows = 70;
const leastShift = 20;

/** Random descriptions; those of the nodes of a square recur, a little changed, where `to` leads. */
function fieldWithCopy(to: (column: number, row: number) => readonly [number, number]): MomentField {
  const random = randomSource(1);
  const moments = Float32Array.from({ length: columns * rows * momentCount }, () => random() - 0.5);
  for (let row = 5; row < 25; row++) {
    for (let column = 5; column < 25; column++) {
      const [x, y] = to(column, row);
      const [from, target] = [(row * columns + column) * momentCount, (y * columns + x) * momentCount];
      for (let k = 0; k < momentCount; k++) moments[target + k] = moments[from + k]! + 0.1 * (random() - 0.5);
    }
  }
  return { columns, rows, moments, isUsed: new Uint8Array(columns * rows).fill(1) };
}

const moved = fieldWithCopy((column, row) => [column + 50, row + 30]);
const mirrored = fieldWithCopy((column, row) => [80 - column, row + 30]);

describe("matchMoments", () => {
  it("takes nearly all nodes of a region to its copy", () => {
    const matches = matchMoments(moved, leastShift, randomSource(2));
    let right = 0;
    for (let row = 5; row < 25; row++)
      for (let column = 5; column < 25; column++)
        if (matches[row * columns + column] === (row + 30) * columns + column + 50) right++;
    expect(right).toBeGreaterThan(380);
  });

  it("matches no node with a near one, and leaves out unused ones", () => {
    const isUsed = moved.isUsed.map((_, node) => (node % 3 === 0 ? 0 : 1));
    const matches = matchMoments({ ...moved, isUsed }, leastShift, randomSource(2));
    matches.forEach((match, node) => {
      if (isUsed[node] === 0) expect(match).toBe(-1);
      if (match < 0) return;
      expect(isUsed[match]).toBe(1);
      const [dx, dy] = [(match % columns) - (node % columns), Math.floor(match / columns) - Math.floor(node / columns)];
      expect(2 * Math.hypot(dx, dy)).toBeGreaterThanOrEqual(leastShift);
    });
  });
});

describe("fitNodeMatches", () => {
  it.each([
    ["moved", moved, { x: 50, y: 30 }, false],
    ["mirrored", mirrored, { x: 80 - 2 * 15, y: 30 }, true],
  ])("fits the map of a region that was %s, in pixels", (_, field, shift, isMirrored) => {
    const fits = fitNodeMatches(field, matchMoments(field, leastShift, randomSource(2)));
    const inside = fits.filter(
      ({ x, y }) => x > nodeCentre(7) && x < nodeCentre(22) && y > nodeCentre(7) && y < nodeCentre(22),
    );
    expect(inside.length).toBeGreaterThan(4);
    for (const { map } of inside) {
      const parts = affineParts(map);
      expect(parts.isMirrored).toBe(isMirrored);
      expect(parts.scale).toBeCloseTo(1, 1);
      const at = nodeCentre(15);
      expect(Math.abs(mapX(map, at, at) - at - 2 * shift.x)).toBeLessThan(3);
      expect(Math.abs(mapY(map, at, at) - at - 2 * shift.y)).toBeLessThan(3);
    }
  });

  it("finds nothing linear in a field of chance", () => {
    const random = randomSource(3);
    const matches = Int32Array.from({ length: columns * rows }, () => Math.floor(random() * columns * rows));
    expect(fitNodeMatches(moved, matches)).toEqual([]);
  });
});
