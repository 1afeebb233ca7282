import type { Raster, Region } from "@artguard/core";

/**
 * A box of cells as a region of the image, cut off at its right and bottom edge.
 *
 * @param side Pixels per cell.
 * @param confidence 0–1.
 */
export function pixelRegion(
  cells: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  side: number,
  { width, height }: Pick<Raster, "width" | "height">,
  confidence: number,
): Region {
  const [x, y] = [cells.x * side, cells.y * side];
  return {
    x,
    y,
    width: Math.min(cells.width * side, width - x),
    height: Math.min(cells.height * side, height - y),
    confidence,
  };
}
