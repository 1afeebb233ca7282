/** The vote of a pixel that names no grid. */
export const noVote = 255;

/** For each pixel the grid it belongs to, as far as it can tell. */
export interface GridVotes {
  readonly width: number;
  readonly height: number;
  /** Row-major: 8·(y mod 8) + (x mod 8) of the block corners, 0–63, or {@link noVote}. */
  readonly data: Uint8Array;
}

/** Marks a window that is constant in a direction. */
export const constantBit = 128;

/** What every 8×8 window of a plane has to offer as a JPEG block. */
export interface WindowRanks {
  /** Windows per row: width of the plane − 7. */
  readonly width: number;
  /** Rows of windows: height of the plane − 7. */
  readonly height: number;
  /** Number of AC coefficients with |coefficient| < 0.5, plus 128 when the window is constant in a direction. */
  readonly data: Uint8Array;
}
