import type { Raster } from "@artguard/core";
import { type ExactSeed, findExactSeeds } from "./find-exact-seeds.ts";
import { PixelSet } from "./pixel-set.ts";

/** A region whose pixels recur, sample by sample, at a whole-pixel shift. */
export interface ExactCopy {
  readonly dx: number;
  readonly dy: number;
  readonly region: PixelSet;
  /** Pixels of the region that differ from a neighbour: only they say something. */
  readonly textured: number;
  /** Share of the region that is its own copy, as in a lattice. */
  readonly overlap: number;
}

/** Of the 9 pixels around one of the region, so many recur as well. */
const leastEqual = 6;

/** Finds the exact copies of an image, largest texture first. Meant for files without loss. */
export function findExactCopies(raster: Raster, leastShift: number): ExactCopy[] {
  const copies: ExactCopy[] = [];
  for (const seed of findExactSeeds(raster, leastShift)) {
    const copy = grown(raster, seed);
    if (copy) copies.push(copy);
  }
  return copies.sort((a, b) => b.textured - a.textured);
}

/** Fills the region around a seed, pixel by pixel. */
function grown(raster: Raster, { x, y, dx, dy }: ExactSeed): ExactCopy | undefined {
  const { width, height } = raster;
  const region = new PixelSet(width, height);
  const queue = [y * width + x];
  region.add(x, y);
  let textured = 0;
  while (queue.length > 0) {
    const place = queue.pop()!;
    const [px, py] = [place % width, Math.floor(place / width)];
    if (isTexturedAt(raster, px, py)) textured++;
    for (let v = -1; v <= 1; v++) {
      for (let u = -1; u <= 1; u++) {
        const [nx, ny] = [px + u, py + v];
        if (region.has(nx, ny) || !isEqualAround(raster, nx, ny, dx, dy)) continue;
        region.add(nx, ny);
        queue.push(ny * width + nx);
      }
    }
  }
  if (textured === 0) return undefined;
  let overlapping = 0;
  region.forEach((px, py) => {
    if (region.has(px + dx, py + dy)) overlapping++;
  });
  return { dx, dy, region, textured, overlap: overlapping / region.size };
}

function isEqualAround(raster: Raster, x: number, y: number, dx: number, dy: number): boolean {
  if (!isEqual(raster, x, y, dx, dy) || !isNearTexture(raster, x, y)) return false;
  let equal = 0;
  for (let v = -1; v <= 1; v++) for (let u = -1; u <= 1; u++) if (isEqual(raster, x + u, y + v, dx, dy)) equal++;
  return equal >= leastEqual;
}

function isEqual({ width, height, channels, data }: Raster, x: number, y: number, dx: number, dy: number): boolean {
  const [tx, ty] = [x + dx, y + dy];
  if (x < 0 || y < 0 || x >= width || y >= height || tx < 0 || ty < 0 || tx >= width || ty >= height) return false;
  const [i, j] = [(y * width + x) * channels, (ty * width + tx) * channels];
  for (let c = 0; c < channels; c++) if (data[i + c] !== data[j + c]) return false;
  return true;
}

/** Flat areas recur everywhere: growth must not leave the texture. */
function isNearTexture(raster: Raster, x: number, y: number): boolean {
  for (let v = -2; v <= 2; v += 2) {
    for (let u = -2; u <= 2; u += 2) if (isTexturedAt(raster, x + u, y + v)) return true;
  }
  return false;
}

/** Whether the pixel differs from its right and its lower neighbour. */
function isTexturedAt({ width, height, channels, data }: Raster, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x + 1 >= width || y + 1 >= height) return false;
  const i = (y * width + x) * channels + (channels >> 1);
  return data[i] !== data[i + channels] && data[i] !== data[i + width * channels];
}
