import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import { kthSmallest } from "../raster/kth-smallest.ts";
import { type BoundaryRanks, cellSide, topRank } from "./boundary-ranks.ts";
import { boxSums, windowCells } from "./box-sums.ts";
import { type GridVotes, gridVotes } from "./grid-votes.ts";

/** A part of the image whose block boundaries are not those of the rest. */
export interface Inconsistency {
  /** `shifted`: they lie elsewhere. `missing`: there are none, although alike parts of the image have them. */
  readonly kind: "shifted" | "missing";
  /**
   * By how many standard deviations the windows of the region exceed what marks a window, added up and counted in
   * windows that share no cell. Deviations of chance for `shifted`, of like windows of the image for `missing`.
   */
  readonly strength: number;
  /** Where its own grid begins, 8·y + x; of `shifted` alone. */
  readonly grid?: number;
  /** Cells of the image; see `BoundaryRanks`. */
  readonly region: ConnectedRegion;
}

/** What the block boundaries say about an image. */
export interface BlockingReading {
  /** 8·y + x of the origin of the grid over the whole image, or undefined. */
  readonly main?: number;
  /** Share of the cells with a vote, 0–1. */
  readonly votingShare: number;
  /** Strongest first. */
  readonly inconsistencies: readonly Inconsistency[];
}

interface Windows {
  readonly width: number;
  readonly height: number;
}

/** Deviations from which on a window counts as part of a region of its kind. */
const shiftedFrom = 3;
const missingFrom = 2;
/** Shares of the cells that a region may have. */
const smallestShare = 0.01;
const largestShare = 0.5;
/** Votes of both directions below which a window says nothing. */
const fewestVotes = 48;
const middle = windowCells >> 1;
/** Windows are compared with those of like activity, in so many classes of equal size. */
const classes = 6;
/** Standard deviation of the mean rank of 128 independent cells without a grid. */
const leastDeviation = 0.025;

/** Finds regions of shifted and of missing block boundaries. */
export function findInconsistencies(ranks: BoundaryRanks): BlockingReading {
  const [across, down] = [gridVotes(ranks.across), gridVotes(ranks.down)];
  const windows = {
    width: Math.max(0, ranks.width - windowCells + 1),
    height: Math.max(0, ranks.height - windowCells + 1),
  };
  const total = [...across.totals, ...down.totals].reduce((sum, votes) => sum + votes, 0);
  const hasMain = across.main !== undefined && down.main !== undefined;
  const found = [
    ...shiftedRegions(ranks, windows, across, down),
    ...(hasMain ? missingRegions(ranks, windows, across, down) : []),
  ];
  return {
    ...(hasMain && { main: 8 * down.main + across.main }),
    votingShare: total / Math.max(1, 2 * ranks.width * ranks.height),
    inconsistencies: found.sort((a, b) => b.strength - a.strength),
  };
}

function shiftedRegions(ranks: BoundaryRanks, windows: Windows, across: GridVotes, down: GridVotes): Inconsistency[] {
  const deviations = new Float32Array(windows.width * windows.height);
  for (const { votes, main } of [across, down]) {
    const counts = boxSums(votes, ranks, cellSide);
    for (let i = 0; i < deviations.length; i++)
      deviations[i]! += foreignDeviation(counts, cellSide * i, main) / Math.SQRT2;
  }
  const regions = excessRegions(deviations, shiftedFrom, windows, ranks);
  return regions.map(({ region, strength }) => {
    const [x, y] = [across, down].map((direction) => pooledPhase(direction, region)) as [number, number];
    return { kind: "shifted", strength, grid: 8 * y + x, region };
  });
}

/** The sign test of the best other phase against that of the image, or without one against the second best. */
function foreignDeviation(counts: ArrayLike<number>, from: number, main: number | undefined): number {
  let [best, second] = [0, 0];
  for (let p = 0; p < cellSide; p++) {
    const count = counts[from + p]!;
    if (p === main) continue;
    if (count > best) {
      second = best;
      best = count;
    } else if (count > second) second = count;
  }
  const rival = main === undefined ? second : counts[from + main]!;
  return (best - rival) / Math.sqrt(best + rival + 1);
}

/** The phase with most votes in a region. */
function pooledPhase({ votes }: GridVotes, { cells }: ConnectedRegion): number {
  const counts = Array.from({ length: cellSide }, (_, p) =>
    cells.reduce((sum, cell) => sum + votes[cellSide * cell + p]!, 0),
  );
  return counts.indexOf(Math.max(...counts));
}

function missingRegions(ranks: BoundaryRanks, windows: Windows, across: GridVotes, down: GridVotes): Inconsistency[] {
  const values = new Float32Array(3 * ranks.width * ranks.height);
  for (let cell = 0, i = 0; cell < ranks.activity.length; cell++, i += 3) {
    const [voteAcross, voteDown] = [across.voted[cell]!, down.voted[cell]!];
    values[i] = ranks.activity[cell]!;
    values[i + 1] =
      voteAcross * ranks.across[cellSide * cell + across.main!]! + voteDown * ranks.down[cellSide * cell + down.main!]!;
    values[i + 2] = voteAcross + voteDown;
  }
  const deficits = deficitsOf(boxSums(values, ranks, 3), windows.width * windows.height);
  return excessRegions(deficits, missingFrom, windows, ranks).map((found) => ({ kind: "missing", ...found }));
}

/**
 * How far the mean rank of the image's own phase falls behind that of windows of like activity, in their deviations.
 *
 * @param sums For every window the activity, the ranks and the number of its votes.
 */
function deficitsOf(sums: Float32Array, count: number): Float32Array {
  const activities = new Float32Array(count);
  const means = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const votes = sums[3 * i + 2]!;
    activities[i] = votes < fewestVotes ? Number.POSITIVE_INFINITY : sums[3 * i]!;
    means[i] = sums[3 * i + 1]! / (topRank * votes);
  }
  const sorted = activities.toSorted();
  const telling = sorted.indexOf(Number.POSITIVE_INFINITY);
  const last = telling < 0 ? count : telling;
  const deficits = new Float32Array(count);
  for (let c = 0, from = Number.NEGATIVE_INFINITY; c < classes && last > 0; c++) {
    const to = sorted[Math.ceil(((c + 1) * last) / classes) - 1]!;
    addDeficits({ activities, means, from, to }, deficits);
    from = to;
  }
  return deficits;
}

interface ActivityClass {
  readonly activities: Float32Array;
  readonly means: Float32Array;
  /** Activities above `from`, up to `to`. */
  readonly from: number;
  readonly to: number;
}

function addDeficits({ activities, means, from, to }: ActivityClass, deficits: Float32Array): void {
  const isMember = (i: number) => activities[i]! > from && activities[i]! <= to;
  const values = means.filter((_, i) => isMember(i));
  const median = kthSmallest(values, values.length >> 1);
  // Only the upper half: the lower one may hold the region.
  const above = values.filter((mean) => mean >= median).map((mean) => mean - median);
  const spread = Math.max(leastDeviation, 1.4826 * kthSmallest(above, above.length >> 1));
  for (let i = 0; i < means.length; i++) if (isMember(i)) deficits[i] = (median - means[i]!) / spread;
}

/** The regions of windows above a limit, as regions of the cells in their middle, and how far they exceed it. */
function excessRegions(deviations: Float32Array, limit: number, windows: Windows, { width, height }: BoundaryRanks) {
  const excess = new Float32Array(width * height);
  for (let y = 0, i = 0; y < windows.height; y++)
    for (let x = 0; x < windows.width; x++, i++)
      excess[(y + middle) * width + x + middle] = Math.max(0, deviations[i]! - limit);
  const mask = Uint8Array.from(excess, (value) => +(value > 0));
  return connectedRegions(mask, width, height)
    .filter(({ area }) => area >= smallestShare * mask.length && area <= largestShare * mask.length)
    .map((region) => ({
      region,
      strength: region.cells.reduce((sum, cell) => sum + excess[cell]!, 0) / windowCells ** 2,
    }));
}
