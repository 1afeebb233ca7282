import type { Raster } from "@artguard/core";

/** Pixels per side of a tile; a power of two, so that its spectrum is cheap. */
export const tileSide = 128;
/** What bounds the cost: a picture of any size is read at no more places than these. */
const mostTiles = 24;

/** One square of unscaled pixels, channel by channel, 0–255. */
export interface Tile {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  /** `0.299 R + 0.587 G + 0.114 B`. */
  readonly luma: Float32Array;
}

/** An empty tile to be filled by {@link readTile}. */
export function createTile(): Tile {
  const plane = () => new Float32Array(tileSide * tileSide);
  return { red: plane(), green: plane(), blue: plane(), luma: plane() };
}

/** Upper left corners of at most 24 tiles on an even grid over the picture, without overlap where it is large enough. */
export function tilePlaces(width: number, height: number): { x: number; y: number }[] {
  const [most, least] = [Math.floor(width / tileSide), Math.floor(height / tileSide)];
  const shrink = Math.min(1, Math.sqrt(mostTiles / Math.max(1, most * least)));
  const columns = Math.max(1, Math.min(most, Math.floor(most * shrink)));
  const rows = Math.max(1, Math.min(least, Math.floor(mostTiles / columns)));
  return Array.from({ length: columns * rows }, (_, i) => ({
    x: spread(i % columns, columns, width),
    y: spread(Math.floor(i / columns), rows, height),
  }));
}

function spread(index: number, count: number, length: number): number {
  return count === 1 ? (length - tileSide) >> 1 : Math.round((index * (length - tileSide)) / (count - 1));
}

/** Copies the pixels at (x, y) into `tile`; a grey raster gives three equal channels. */
export function readTile({ width, channels, data }: Raster, x: number, y: number, tile: Tile): void {
  const second = channels === 3 ? 1 : 0;
  for (let row = 0, i = 0; row < tileSide; row++) {
    let at = ((y + row) * width + x) * channels;
    for (let column = 0; column < tileSide; column++, i++, at += channels) {
      const [r, g, b] = [data[at]!, data[at + second]!, data[at + 2 * second]!];
      tile.red[i] = r;
      tile.green[i] = g;
      tile.blue[i] = b;
      tile.luma[i] = 0.299 * r + 0.587 * g + 0.114 * b;
    }
  }
}
