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
  const window = new Float32Array(9);
  for (let y = 0, i = 0; y < residualSide; y++) {
    for (let x = 0; x < residualSide; x++, i++) {
      const at = (y + 2) * tileSide + x + 2;
      for (let k = 0; k < 9; k++) window[k] = plane[at + (Math.floor(k / 3) - 1) * tileSide + (k % 3) - 1]!;
      residual[i] = plane[at]! - medianOfNine(window);
    }
  }
}

/** Partial insertion sort: the fifth smallest. */
function medianOfNine(window: Float32Array): number {
  for (let i = 1; i < 9; i++) {
    const value = window[i]!;
    let j = i - 1;
    while (j >= 0 && window[j]! > value) {
      window[j + 1] = window[j]!;
      j--;
    }
    window[j + 1] = value;
  }
  return window[4]!;
}
