import type { Raster } from "@artguard/core";
import { lumaGrid } from "@artguard/core/image";

/**
 * The difference hash of a picture: whether each cell of a 9 × 8 grid of mean luma is darker than its right neighbour, row
 * by row, as 16 hexadecimal digits. A second opinion beside core's `perceptualHash`: it sees local steps, not frequencies.
 *
 * Krawetz, "Kind of like that", 2013 (dHash).
 *
 * @example
 * const hash = differenceHash(image.raster);
 */
export function differenceHash(raster: Raster): string {
  const grid = lumaGrid(raster, 9, 8);
  let hash = "";
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column += 4) {
      let digits = 0;
      for (let i = 9 * row + column; i < 9 * row + column + 4; i++)
        digits = 2 * digits + (grid[i]! < grid[i + 1]! ? 1 : 0);
      hash += digits.toString(16);
    }
  }
  return hash;
}
