import { type BoundaryRanks, cellSide, topRank } from "./boundary-ranks.ts";

/** Votes of the cells of one direction: the phase whose line stands out most. */
export interface GridVotes {
  /** Entry 8·cell + phase: 1 for the vote of the cell; all zero in a cell with a tie. */
  readonly votes: Uint8Array;
  /** Per cell: 1 if it has a vote. */
  readonly voted: Uint8Array;
  /** Votes for every phase. */
  readonly totals: Float64Array;
  /** The phase of the grid that lies over the image; undefined when none stands out. */
  readonly main?: number;
}

/** Standard deviations above chance from which on a phase is that of the image: shared edges give single-phase surpluses of 2–3. */
const leastDeviations = 6;
/** A grid whose phase gets hardly more votes than chance is too faint to be compared with. */
const leastShare = 0.16;

/** Reads the votes of one direction off its ranks. */
export function gridVotes(ranks: BoundaryRanks["across"]): GridVotes {
  const votes = new Uint8Array(ranks.length);
  const voted = new Uint8Array(ranks.length / cellSide);
  const totals = new Float64Array(cellSide);
  for (let i = 0; i < ranks.length; i++) {
    if (ranks[i] !== topRank) continue;
    votes[i] = 1;
    voted[i >> 3] = 1;
    totals[i % cellSide]!++;
  }
  const count = totals.reduce((sum, value) => sum + value, 0);
  const main = totals.indexOf(Math.max(...totals));
  const surplus = totals[main]! - count / cellSide;
  const isThere = surplus > leastDeviations * Math.sqrt((7 / 64) * count) && totals[main]! > leastShare * count;
  return { votes, voted, totals, ...(isThere && { main }) };
}
