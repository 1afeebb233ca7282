import { describe, expect, it } from "vitest";
import { connectedRegions } from "../../src/raster/connected-regions.ts";

function mask(...rows: string[]) {
  const data = Uint8Array.from(rows.join(""), (cell) => (cell === "#" ? 1 : 0));
  return [data, rows[0]!.length, rows.length] as const;
}

describe("connectedRegions", () => {
  it("joins cells that touch at a side or a corner, largest first", () => {
    const regions = connectedRegions(...mask("##..#", ".....", "..#..", ".#...", "#...."));
    expect(regions.map(({ x, y, width, height, area }) => [x, y, width, height, area])).toEqual([
      [0, 2, 3, 3, 3],
      [0, 0, 2, 1, 2],
      [4, 0, 1, 1, 1],
    ]);
  });

  it("does not join across the left and right border", () => {
    expect(connectedRegions(...mask("#..#", "#..#"))).toHaveLength(2);
  });

  it("finds nothing in an empty mask and one region in a full one", () => {
    expect(connectedRegions(...mask("..", ".."))).toEqual([]);
    const [region] = connectedRegions(...mask("###", "###"));
    expect([...region!.cells].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
