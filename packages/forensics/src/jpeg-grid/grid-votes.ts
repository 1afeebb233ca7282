import type { Plane } from "../raster/plane.ts";
import { constantWindowRows } from "./constant-windows.ts";
import { windowZeroRows } from "./window-zeros.ts";

/** The vote of a pixel that names no grid. */
export const noVote = 255;

/** For each pixel the grid it belongs to, as far as it can tell. */
export interface GridVotes {
  readonly width: number;
  readonly height: number;
  /** Row-major: 8·(y mod 8) + (x mod 8) of the block corners, 0–63, or {@link noVote}. */
  readonly data: Uint8Array;
}

/**
 * Lets every pixel vote for the position of the JPEG grid: the 8×8 window that contains it and has the most zero AC
 * coefficients (|coefficient| < 0.5) is taken for its block. Ties, windows that are constant in a direction, and the
 * 7 pixels along the border give no vote.
 *
 * Source: Nikoukhah, Anger, Colom, Morel, Grompone von Gioi, "ZERO: a local JPEG grid origin detector based on the
 * number of DCT zeros and its applications in image forensics", IPOL 11, 2021, section 3.
 */
export function gridVotes(plane: Plane): GridVotes {
  const { width, height } = plane;
  const data = new Uint8Array(width * height).fill(noVote);
  const best = Array.from({ length: 8 }, () => new Uint16Array(width - 7));
  const pairs = Array.from({ length: 8 }, () => new Uint16Array(width - 14));
  const fours = Array.from({ length: 8 }, () => new Uint16Array(width - 14));
  const constants = constantWindowRows(plane);
  let y = 0;
  for (const zeros of windowZeroRows(plane)) {
    const row = best[y & 7]!;
    rankWindows(zeros, constants.next().value as Uint8Array, y, row);
    bestOfEight(row);
    if (y >= 1) better(best[(y - 1) & 7]!, row, pairs[(y - 1) & 7]!);
    if (y >= 3) better(pairs[(y - 3) & 7]!, pairs[(y - 1) & 7]!, fours[(y - 3) & 7]!);
    if (y >= 7) castVotes(fours[(y - 7) & 7]!, fours[(y - 3) & 7]!, data, y * width + 7);
    y++;
  }
  return { width, height, data };
}

/** A window's rank: its zeros, and below them its grid position, or {@link noVote}. */
function rankWindows(zeros: Uint8Array, constant: Uint8Array, y: number, ranks: Uint16Array): void {
  const phase = (y & 7) << 3;
  for (let x = 0; x < zeros.length; x++) {
    ranks[x] = (zeros[x]! << 8) | (constant[x] === 1 ? noVote : phase | (x & 7));
  }
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
