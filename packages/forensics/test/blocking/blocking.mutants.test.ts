// The checks on ties and polarity must fail on ranks that are broken on purpose.
import { describe, expect, it } from "vitest";
import { type BoundaryRanks, boundaryRanks, cellSide, topRank } from "../../src/blocking/boundary-ranks.ts";
import { findInconsistencies } from "../../src/blocking/find-inconsistencies.ts";
import { randomSource, texturedRgb } from "../textured-rgb.ts";

type Ranking = (plane: Parameters<typeof boundaryRanks>[0]) => BoundaryRanks;

const [width, height] = [320, 240];
const flat = { width, height, data: new Float32Array(width * height).fill(128) };
const texture = texturedRgb(width, height, 3);
const natural = { width, height, data: Float32Array.from(flat.data, (_, i) => texture[3 * i]!) };
const random = randomSource(5);
/** Every block of 8×8 pixels has an offset of its own. */
const offsets = Array.from({ length: 40 * 30 }, () => 24 * (random() - 0.5));
const blocky = {
  ...natural,
  data: natural.data.map((value, i) => value + offsets[((i / width) >> 3) * 40 + ((i % width) >> 3)]!),
};

/** What is wrong with a ranking of block boundaries. */
function faults(rank: Ranking): string[] {
  const [none, without, own] = [flat, natural, blocky].map((plane) => findInconsistencies(rank(plane))) as [
    ReturnType<typeof findInconsistencies>,
    ReturnType<typeof findInconsistencies>,
    ReturnType<typeof findInconsistencies>,
  ];
  return [
    ...(none.votingShare === 0 && none.main === undefined ? [] : ["sees a grid in a flat picture"]),
    ...(without.main === undefined ? [] : ["sees a grid where none is"]),
    ...(own.main === 0 ? [] : ["misses the grid of blocks"]),
  ];
}

/** The ranking with the ranks of every cell changed. */
function mutant(change: (rank: number, phase: number) => number): Ranking {
  return (plane) => {
    const ranks = boundaryRanks(plane);
    const changed = (all: Uint8Array) => all.map((rank, i) => change(rank, i % cellSide));
    return { ...ranks, across: changed(ranks.across), down: changed(ranks.down) };
  };
}

describe("the checks of block boundaries", () => {
  it("find nothing wrong with the ranks", () => {
    expect(faults(boundaryRanks)).toEqual([]);
  });

  it.each<[string, Ranking, string]>([
    [
      "give ties to the first line",
      mutant((rank, phase) => (rank === topRank / 2 && phase === 0 ? topRank : rank)),
      "sees a grid in a flat picture",
    ],
    [
      "favour one line",
      mutant((rank, phase) => (phase === 5 && rank > 8 ? topRank : rank)),
      "sees a grid where none is",
    ],
    ["rank the smallest step first", mutant((rank) => topRank - rank), "misses the grid of blocks"],
  ])("fail on ranks that %s", (_, broken, fault) => {
    expect(faults(broken)).toContain(fault);
  });
});
