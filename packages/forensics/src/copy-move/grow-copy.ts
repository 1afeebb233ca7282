import type { Plane } from "../raster/plane.ts";
import type { Affine } from "./affine.ts";
import { type CopyTile, type TileComparison, type Tolerance, tileSide } from "./compare-tile.ts";

/** A region and its copy: tiles over the region, `map` leads to the copy. */
export interface GrownCopy {
  readonly map: Affine;
  readonly tiles: readonly CopyTile[];
  /** The tile that holds a point of the image, if any of its pixels agrees. */
  tileAt(x: number, y: number): CopyTile | undefined;
  /** Pixels that agree. */
  readonly area: number;
}

/** How regions grow. */
export interface Growth {
  readonly comparison: TileComparison;
  readonly tolerance: Tolerance;
  /** Pixels that a map moves by less are left out. */
  readonly leastShift: number;
}

/** Share of agreeing pixels from which on a tile's neighbours are looked at. */
const spreading = 0.04;

/**
 * Grows a region from a seed, tile by tile, as long as it agrees with its image under `map` after taking out the local
 * mean: residuals correlated, means alike.
 *
 * @param mostTiles Growth stops there.
 */
export function growCopy(
  plane: Plane,
  map: Affine,
  seed: { x: number; y: number },
  { comparison, tolerance, leastShift }: Growth,
  mostTiles: number,
): GrownCopy {
  const columns = Math.ceil(plane.width / tileSide);
  const rows = Math.ceil(plane.height / tileSide);
  const seen = new Set<number>();
  const queue: number[] = [];
  const visit = (column: number, row: number) => {
    const id = row * columns + column;
    if (column < 0 || row < 0 || column >= columns || row >= rows || seen.has(id)) return;
    seen.add(id);
    queue.push(id);
  };
  visit(Math.floor(seed.x / tileSide), Math.floor(seed.y / tileSide));
  const tiles = new Map<number, CopyTile>();
  let area = 0;
  for (let head = 0; head < queue.length && head < mostTiles; head++) {
    const column = queue[head]! % columns;
    const row = (queue[head]! - column) / columns;
    const tile = comparison.compare(plane, map, column * tileSide, row * tileSide, tolerance, leastShift);
    if (!tile) continue;
    tiles.set(queue[head]!, tile);
    area += tile.agreeing;
    if (tile.agreeing < spreading * tileSide * tileSide) continue;
    for (let v = -1; v <= 1; v++) for (let u = -1; u <= 1; u++) visit(column + u, row + v);
  }
  const tileAt = (x: number, y: number) => {
    const column = Math.floor(x / tileSide);
    return column < columns ? tiles.get(Math.floor(y / tileSide) * columns + column) : undefined;
  };
  return { map, tiles: [...tiles.values()], tileAt, area };
}
