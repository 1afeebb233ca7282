import { tileSide } from "./tiles.ts";

/** Pixels per side of a residual: the tile without its rim. */
export const residualSide = tileSide - 4;

/**
 * High-pass residual of a plane with the 3×3 kernel `[-1 2 -1; 2 -4 2; -1 2 -1] / 4` of Ker and Böhme (Fridrich and
 * Kodovský, "Rich models for steganalysis of digital images", IEEE TIFS 7(3), 2012), without the rim of two pixels.
 */
export function squareResidual(plane: Float32Array, residual: Float32Array): void {
  for (let y = 0, i = 0; y < residualSide; y++) {
    for (let x = 0; x < residualSide; x++, i++) {
      const at = (y + 2) * tileSide + x + 2;
      const [above, below] = [at - tileSide, at + tileSide];
      const cross = plane[at - 1]! + plane[at + 1]! + plane[above]! + plane[below]!;
      const corners = plane[above - 1]! + plane[above + 1]! + plane[below - 1]! + plane[below + 1]!;
      residual[i] = (2 * cross - corners - 4 * plane[at]!) / 4;
    }
  }
}

/** Pixel minus the median of its 3×3 neighbourhood, without the rim of two pixels: what isolated pixels stand out by. */
export function medianResidual(plane: Float32Array, residual: Float32Array): void {
  for (let y = 0, i = 0; y < residualSide; y++) {
    for (let x = 0; x < residualSide; x++, i++) {
      const at = (y + 2) * tileSide + x + 2;
      residual[i] = plane[at]! - medianAround(plane, at);
    }
  }
}

/**
 * Median of 3×3 from its sorted rows: the middle of the largest minimum, the middle middle and the smallest maximum
 * (Smith, "Implementing median filters in XC4000E FPGAs", 1996).
 */
function medianAround(plane: Float32Array, at: number): number {
  let [largestLow, smallestHigh] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [first, second, third] = [0, 0, 0];
  for (let row = -1; row <= 1; row++) {
    const centre = at + row * tileSide;
    const [a, b, c] = [plane[centre - 1]!, plane[centre]!, plane[centre + 1]!];
    const [low, high] = [Math.min(a, b, c), Math.max(a, b, c)];
    largestLow = Math.max(largestLow, low);
    smallestHigh = Math.min(smallestHigh, high);
    first = second;
    second = third;
    third = middle(a, b, c);
  }
  return middle(largestLow, middle(first, second, third), smallestHigh);
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
