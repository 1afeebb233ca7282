import type { Plane } from "../raster/plane.ts";
import { affineParts, mapX, mapY } from "./affine.ts";
import { alignPatch } from "./align-patch.ts";
import { pixelStates, tileSide } from "./compare-tile.ts";
import type { Seed } from "./find-seeds.ts";
import { type GrownCopy, type Growth, growCopy } from "./grow-copy.ts";

/** Smaller agreements are not looked at further, pixels. */
const leastArea = 250;
/** Growths tried at most, and tiles compared in all of them: pictures that repeat themselves must come to an end. */
const mostGrowths = 120;
const tilesPerMegapixel = 1500;
const fewestTiles = 1000;
const mostTiles = 6000;
/** Pixels that an alignment of a whole region looks at. */
const alignmentSamples = 3000;

/** The regions around the seeds that agree with another place, largest first. They may still be repetitions. */
export function findCopies(plane: Plane, seeds: readonly Seed[], growth: Growth): GrownCopy[] {
  const copies: GrownCopy[] = [];
  const wanted = (tilesPerMegapixel * plane.width * plane.height) / 1e6;
  let tilesLeft = Math.max(fewestTiles, Math.min(mostTiles, wanted));
  let growths = 0;
  for (const seed of seeds) {
    if (growths >= mostGrowths || tilesLeft <= 0) break;
    if (copies.some((copy) => isCovered(copy, seed))) continue;
    growths++;
    const first = growCopy(plane, seed.map, seed, growth, tilesLeft);
    tilesLeft -= first.tiles.length + 1;
    if (first.area < leastArea / 2) continue;
    const copy = refined(plane, first, seed, growth, tilesLeft);
    tilesLeft -= copy.tiles.length;
    if (copy.area >= leastArea) copies.push(copy);
  }
  return copies.sort((a, b) => b.area - a.area);
}

/** Aligns the whole region and grows it again, as long as it gains. */
function refined(plane: Plane, copy: GrownCopy, seed: Seed, growth: Growth, tilesLeft: number): GrownCopy {
  let best = copy;
  for (let round = 0; round < 2; round++) {
    const aligned = alignPatch(plane, samplesOf(plane, best), best.map);
    if (!aligned || affineParts(aligned.map).anisotropy > 1.6) return best;
    const next = growCopy(plane, aligned.map, seed, growth, tilesLeft);
    if (next.area <= best.area) return best;
    const gain = next.area / best.area;
    best = next;
    if (gain < 1.05) return best;
  }
  return best;
}

/** Evenly chosen pixels that agree. */
function samplesOf({ width, height }: Plane, { tiles, area }: GrownCopy): Int32Array {
  const every = Math.max(1, Math.floor(area / alignmentSamples));
  const points: number[] = [];
  let count = 0;
  for (const tile of tiles) {
    for (let i = 0; i < tile.states.length; i++) {
      if (tile.states[i] !== pixelStates.agrees || count++ % every !== 0) continue;
      const [x, y] = [tile.x + (i % tileSide), tile.y + Math.floor(i / tileSide)];
      if (x >= 1 && y >= 1 && x < width - 1 && y < height - 1) points.push(x, y);
    }
  }
  return Int32Array.from(points);
}

/** Whether a seed only repeats what a copy says already, in either direction. */
function isCovered(copy: GrownCopy, { x, y, map }: Seed): boolean {
  const [tx, ty] = [mapX(map, x, y), mapY(map, x, y)];
  return leads(copy, x, y, tx, ty) || leads(copy, tx, ty, x, y);
}

function leads({ map, tileAt }: GrownCopy, x: number, y: number, tx: number, ty: number): boolean {
  return Math.hypot(mapX(map, x, y) - tx, mapY(map, x, y) - ty) <= 4 && tileAt(x, y) !== undefined;
}
