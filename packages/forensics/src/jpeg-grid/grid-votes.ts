import type { Plane } from "../raster/plane.ts";
import { hasKernels } from "../wasm/kernel.ts";
import { constantWindowRows } from "./constant-windows.ts";
import { gridVotesByKernel } from "./election-kernel.ts";
import { constantBit, type GridVotes, noVote, type WindowRanks } from "./votes.ts";
import { windowZeroRows } from "./window-zeros.ts";

/** Counts the zeros of every window, see {@link WindowRanks}. */
export function rankWindows(plane: Plane): WindowRanks {
  const width = plane.width - 7;
  const height = plane.height - 7;
  const data = new Uint8Array(width * height);
  const constants = constantWindowRows(plane);
  let at = 0;
  for (const zeros of windowZeroRows(plane)) {
    const constant = constants.next().value as Uint8Array;
    for (let x = 0; x < width; x++) data[at + x] = zeros[x]! | (constant[x]! * constantBit);
    at += width;
  }
  return { width, height, data };
}

/**
 * Lets every pixel vote for the position of the JPEG grid: the 8×8 window that contains it and has the most zero AC
 * coefficients is taken for its block. Ties, windows that are constant in a direction, and the 7 pixels along the
 * border give no vote.
 *
 * Source: Nikoukhah, Anger, Colom, Morel, Grompone von Gioi, "ZERO: a local JPEG grid origin detector based on the
 * number of DCT zeros and its applications in image forensics", IPOL 11, 2021, section 3.
 *
 * @param without A grid that does not stand for election, nor the 14 that share its rows or its columns (its blocks
 * leave zeros in their windows too): shows what lies beneath the strongest grid.
 */
export function gridVotes(ranks: WindowRanks, without?: number): GridVotes {
  return hasKernels ? gridVotesByKernel(ranks, without) : plainGridVotes(ranks, without);
}

/** {@link gridVotes} without WebAssembly; gives the same votes. */
export function plainGridVotes(ranks: WindowRanks, without?: number): GridVotes {
  const width = ranks.width + 7;
  const height = ranks.height + 7;
  const data = new Uint8Array(width * height).fill(noVote);
  const best = Array.from({ length: 8 }, () => new Uint16Array(ranks.width));
  const pairs = Array.from({ length: 8 }, () => new Uint16Array(ranks.width - 7));
  const fours = Array.from({ length: 8 }, () => new Uint16Array(ranks.width - 7));
  for (let y = 0; y < ranks.height; y++) {
    const row = best[y & 7]!;
    standForElection(ranks, y, without, row);
    bestOfEight(row);
    if (y >= 1) better(best[(y - 1) & 7]!, row, pairs[(y - 1) & 7]!);
    if (y >= 3) better(pairs[(y - 3) & 7]!, pairs[(y - 1) & 7]!, fours[(y - 3) & 7]!);
    if (y >= 7) castVotes(fours[(y - 7) & 7]!, fours[(y - 3) & 7]!, data, y * width + 7);
  }
  return { width, height, data };
}

/** Candidates of one row of windows: the zeros, and below them the grid position, or {@link noVote}. */
function standForElection(ranks: WindowRanks, y: number, without: number | undefined, candidates: Uint16Array): void {
  const down = (y & 7) << 3;
  const row = y * ranks.width;
  for (let x = 0; x < candidates.length; x++) {
    const rank = ranks.data[row + x]!;
    candidates[x] = ((rank & 127) << 8) | (rank >= constantBit ? noVote : down | (x & 7));
  }
  if (without === undefined) return;
  if (without >> 3 === (y & 7)) candidates.fill(noVote);
  else for (let x = without & 7; x < candidates.length; x += 8) candidates[x] = noVote;
}

/**
 * The better of two windows or of two sets of windows without a common member: a tie has the rank but no vote.
 * Associative, so that the best of 64 takes six comparisons per pixel: sets of 2, 4 and 8, across and down.
 */
function betterRank(a: number, b: number): number {
  return (a ^ b) < 256 ? a | noVote : Math.max(a, b);
}

/** Replaces entry x by the best of x … x + 7, for all x that have seven neighbours to the right. */
function bestOfEight(ranks: Uint16Array): void {
  for (let step = 1, left = ranks.length - 1; step < 8; step *= 2, left -= step) {
    for (let x = 0; x < left; x++) ranks[x] = betterRank(ranks[x]!, ranks[x + step]!);
  }
}

function better(upper: Uint16Array, lower: Uint16Array, out: Uint16Array): void {
  for (let x = 0; x < out.length; x++) out[x] = betterRank(upper[x]!, lower[x]!);
}

function castVotes(upper: Uint16Array, lower: Uint16Array, votes: Uint8Array, at: number): void {
  for (let x = 0; x < upper.length; x++) votes[at + x] = betterRank(upper[x]!, lower[x]!) & 255;
}
