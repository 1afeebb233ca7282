import { log10BinomialTail } from "./binomial-tail.ts";
import { type GridRegion, gridRegions } from "./grid-regions.ts";
import { gridVotes } from "./grid-votes.ts";
import { type GridVotes, noVote, type WindowRanks } from "./votes.ts";

/** A region whose JPEG grid is not that of the rest of the picture. */
export interface ForeignRegion extends GridRegion {
  /** log10 of the expected number of such regions in a picture without any; below 0. */
  readonly log10FalseAlarms: number;
  /** The votes the region was found in. */
  readonly votesMap: GridVotes;
}

/** What the votes of a picture say about its JPEG grids. */
export interface GridReading {
  /** Share of the pixels that voted, 0–1. */
  readonly votingShare: number;
  /** The grid that lies over the whole picture, 8·y + x of its origin. */
  readonly main?: number;
  /** log10 of the expected number of grids as strong as the strongest in a picture without any. */
  readonly log10FalseAlarmsOfStrongest: number;
  /** A second grid that lies over most of the picture: it was cropped or moved between two compressions. */
  readonly earlier?: number;
  /** Most significant first. */
  readonly foreign: readonly ForeignRegion[];
}

/** A region that holds more of the picture's votes is the picture, not a part of it. */
const largestShare = 0.75;
/** Inside, the grid is at least this many times as frequent as elsewhere. */
const leastContrast = 3;
/** Bounds the work on hostile pictures. */
const mostCandidates = 64;

/**
 * log10 of the number of regions that could be tested in a picture, (64·X·Y)²: 64 grids, and a rectangle for each
 * pair of corners (ZERO paper, section 3.2).
 */
function log10Tests(width: number, height: number): number {
  return 2 * Math.log10(64 * width * height);
}

/** The fewest votes for one grid that can make a significant region: ⌈64·log10 tests / log10 64⌉ (section 4). */
function minimumVotes(width: number, height: number): number {
  return Math.ceil((64 * log10Tests(width, height)) / Math.log10(64));
}

/**
 * Finds the main grid and the regions with a foreign one.
 *
 * The votes are those of ZERO. Three things are added against false accusations, because a picture that is cropped and
 * saved again has two grids everywhere, of which one or the other prevails depending on its texture:
 * a second election without the main grid shows what lies beneath it; the chance of a vote is not taken for 1/64 when
 * the grid is more frequent than that in the rest of the picture; a grid over most of the picture is history.
 */
export function readGrids(ranks: WindowRanks): GridReading {
  const first = gridVotes(ranks);
  const total = tally(first, { x: 0, y: 0, width: first.width, height: first.height });
  const strongest = total.byGrid.indexOf(Math.max(...total.byGrid));
  const area = first.width * first.height;
  const log10FalseAlarmsOfStrongest = falseAlarms(first, area, total.byGrid[strongest]!, 1 / 64);
  const regions = significantRegions(first, 1 / 64);
  const hasMain = log10FalseAlarmsOfStrongest < 0 && !isLocal(strongest, regions, first, total);
  const judged = hasMain ? beneath(ranks, first, total, strongest, regions) : lone(first, total, regions);
  return {
    votingShare: total.voters / area,
    ...(hasMain && { main: strongest }),
    log10FalseAlarmsOfStrongest,
    ...judged,
  };
}

type Judged = Pick<GridReading, "foreign" | "earlier">;

/** Foreign regions of a picture that has a main grid. */
function beneath(
  ranks: WindowRanks,
  first: GridVotes,
  total: Tally,
  main: number,
  regions: readonly GridRegion[],
): Judged {
  const second = gridVotes(ranks, main);
  const secondTotal = tally(second, { x: 0, y: 0, width: second.width, height: second.height });
  const judge = new Judge(second, secondTotal, 1 / 49);
  for (const region of significantRegions(second, 1 / 49)) judge.hear(region);
  // Grids in line with the main one do not stand in the second election; they must beat it in the first.
  const inLine = new Judge(first, total, 1 / 64);
  for (const region of regions) {
    if (region.grid === main || !sharesLines(region.grid, main)) continue;
    const inside = tally(first, region);
    if (2 * inside.byGrid[region.grid]! > inside.voters) inLine.hear(region);
  }
  const earlier = judge.earlier ?? inLine.earlier;
  return {
    ...(earlier !== undefined && { earlier }),
    foreign: [...judge.foreign, ...inLine.foreign].sort((a, b) => a.log10FalseAlarms - b.log10FalseAlarms),
  };
}

/**
 * Regions with a grid in a picture that has none. The grid at (0, 0) accuses nobody: there lies the grid of every
 * uncropped JPEG picture, of which only smooth parts may show it.
 */
function lone(first: GridVotes, total: Tally, regions: readonly GridRegion[]): Judged {
  const judge = new Judge(first, total, 1 / 64);
  for (const region of regions)
    if (region.grid !== 0 && isLocal(region.grid, regions, first, total)) judge.hear(region);
  return { foreign: judge.foreign.sort((a, b) => a.log10FalseAlarms - b.log10FalseAlarms) };
}

/** Decides which regions are foreign and whether their grid lies over the whole picture. */
class Judge {
  readonly foreign: ForeignRegion[] = [];
  earlier: number | undefined;
  readonly #votes: GridVotes;
  readonly #total: Tally;
  readonly #chance: number;

  constructor(votes: GridVotes, total: Tally, chance: number) {
    this.#votes = votes;
    this.#total = total;
    this.#chance = chance;
  }

  hear(region: GridRegion): void {
    const inside = tally(this.#votes, region);
    const voters = this.#total.voters - inside.voters;
    if (inside.voters > largestShare * this.#total.voters) {
      this.earlier ??= region.grid;
      return;
    }
    const elsewhere = (this.#total.byGrid[region.grid]! - inside.byGrid[region.grid]!) / voters;
    const chance = Math.max(this.#chance, elsewhere);
    const log10FalseAlarms = falseAlarms(this.#votes, region.width * region.height, region.votes, chance);
    if (log10FalseAlarms >= 0 || inside.byGrid[region.grid]! < leastContrast * chance * inside.voters) {
      if (elsewhere > leastContrast * this.#chance) this.earlier ??= region.grid;
      return;
    }
    this.foreign.push({ ...region, log10FalseAlarms, votesMap: this.#votes });
  }
}

function sharesLines(a: number, b: number): boolean {
  return (a & 7) === (b & 7) || a >> 3 === b >> 3;
}

/** True when a grid's significant regions hold less than three quarters of the voters, and it is no more frequent outside them. */
function isLocal(grid: number, regions: readonly GridRegion[], votes: GridVotes, total: Tally): boolean {
  const own = regions.filter((region) => region.grid === grid);
  if (own.length === 0 || grid === 0) return false;
  let voters = total.voters;
  let count = total.byGrid[grid]!;
  for (const region of own) {
    const inside = tally(votes, region);
    voters -= inside.voters;
    count -= inside.byGrid[grid]!;
  }
  if (voters < (1 - largestShare) * total.voters) return false;
  const log10Chance = log10BinomialTail(Math.floor(voters / 64), Math.max(0, Math.floor(count / 64)), 1 / 64);
  return log10Chance + Math.log10(64) >= 0;
}

function significantRegions(votes: GridVotes, chance: number): GridRegion[] {
  return gridRegions(votes, minimumVotes(votes.width, votes.height))
    .map((region) => ({
      region,
      log10FalseAlarms: falseAlarms(votes, region.width * region.height, region.votes, chance),
    }))
    .filter(({ log10FalseAlarms }) => log10FalseAlarms < 0)
    .sort((a, b) => a.log10FalseAlarms - b.log10FalseAlarms)
    .slice(0, mostCandidates)
    .map(({ region }) => region);
}

/**
 * log10 of the expected number of regions with so many votes for one grid: neighbouring votes depend on each other,
 * so each 64 pixels count as one trial.
 */
function falseAlarms({ width, height }: GridVotes, area: number, votes: number, chance: number): number {
  if (chance >= 1) return 0;
  const tail = log10BinomialTail(Math.floor(area / 64), Math.floor(votes / 64), chance);
  return tail + log10Tests(width, height);
}

interface Tally {
  readonly byGrid: Float64Array;
  readonly voters: number;
}

function tally({ width, data }: GridVotes, box: Pick<GridRegion, "x" | "y" | "width" | "height">): Tally {
  const byGrid = new Float64Array(64);
  let voters = 0;
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let at = y * width + box.x, end = at + box.width; at < end; at++) {
      const grid = data[at]!;
      if (grid === noVote) continue;
      byGrid[grid]!++;
      voters++;
    }
  }
  return { byGrid, voters };
}
