/** Top left corners of square tiles that cover a range; the last one is moved back so that it fits. */
export interface TileLayout {
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

/**
 * Tiles over the image without a rim.
 *
 * @param side Pixels per side of a tile; the image must hold one. @param stride Pixels from one tile to the next.
 */
export function tileLayout(width: number, height: number, side: number, stride: number, rim: number): TileLayout {
  return { columns: starts(width, side, stride, rim), rows: starts(height, side, stride, rim) };
}

function starts(length: number, side: number, stride: number, rim: number): number[] {
  const last = length - rim - side;
  const count = Math.ceil((last - rim) / stride) + 1;
  return Array.from({ length: count }, (_, i) => Math.min(last, rim + i * stride));
}
