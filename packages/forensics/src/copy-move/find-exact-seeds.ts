import type { Raster } from "@artguard/core";

/** A pixel inside a window that recurs at a shift, with the number of windows in the sample that do. */
export interface ExactSeed {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly windows: number;
}

/** Pixels per side of a window that is looked for elsewhere, sample by sample. */
const windowSide = 8;
const multiplier = 0x01000193;
const highMultiplier = power(multiplier, windowSide);
const rowMultiplier = 0x5bd1e995 | 1;
const highRowMultiplier = power(rowMultiplier, windowSide);
/** A window with more places than these belongs to a pattern. */
const mostPlaces = 3;
/** Pairs with one shift that make a seed. */
const leastPairs = 3;
const mostSeeds = 40;
/** Windows in the table at most; large images keep every n-th hash value, alike in both places. */
const mostWindows = 400_000;
/** Share of neighbouring samples in a window that may be equal: flat and drawn areas repeat without a clone. */
const mostEqual = 0.4;

/**
 * Places whose pixels recur exactly at a whole-pixel shift, as a clone leaves them in a file without loss.
 *
 * Every window has a rolling hash (Karp and Rabin 1987, in two dimensions); those whose hash falls into a sample are
 * kept in a table. A clone keeps the hashes, so both of its places are sampled alike and the cost is linear.
 */
export function findExactSeeds(raster: Raster, leastShift: number): ExactSeed[] {
  const windows = sampledWindows(raster);
  const groups = new Map<number, { x: number; y: number; dx: number; dy: number; count: number }>();
  const vote = (first: number, second: number) => {
    const [x, y] = [first % raster.width, Math.floor(first / raster.width)];
    const [dx, dy] = [(second % raster.width) - x, Math.floor(second / raster.width) - y];
    if (dx * dx + dy * dy < leastShift * leastShift || !isSame(raster, first, second)) return;
    const key = (dy + 65536) * 131072 + dx + 65536;
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { x, y, dx, dy, count: 1 });
  };
  for (const places of windows.values()) {
    if (places.length > mostPlaces) continue;
    for (let i = 1; i < places.length; i++) vote(places[0]!, places[i]!);
  }
  return [...groups.values()]
    .filter(({ count }) => count >= leastPairs)
    .sort((a, b) => b.count - a.count)
    .slice(0, mostSeeds)
    .map(({ x, y, dx, dy, count }) => ({ x: x + windowSide / 2, y: y + windowSide / 2, dx, dy, windows: count }));
}

/** Index of the first pixel of the windows with texture, by hash; three places at most are kept. */
function sampledWindows(raster: Raster): Map<number, number[]> {
  const { width, height } = raster;
  const stride = Math.max(4, Math.ceil((width * height) / mostWindows));
  const windows = new Map<number, number[]>();
  const rows = Array.from({ length: windowSide + 1 }, () => new Int32Array(width));
  const hashes = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    const row = rows[y % rows.length]!;
    // All zeros until there is a row that leaves.
    const leaving = rows[(y + 1) % rows.length]!;
    hashRow(raster, y, row);
    for (let x = 0; x + windowSide <= width; x++) {
      hashes[x] = (Math.imul(hashes[x]!, rowMultiplier) + row[x]! - Math.imul(leaving[x]!, highRowMultiplier)) | 0;
      if (y < windowSide - 1) continue;
      const mixed = Math.imul(hashes[x]! ^ (hashes[x]! >>> 15), 0x2c1b3c6d) >>> 0;
      if (mixed % stride !== 0) continue;
      const place = (y - windowSide + 1) * width + x;
      const places = windows.get(mixed);
      if (places === undefined) {
        if (isTextured(raster, place)) windows.set(mixed, [place]);
      } else if (places.length <= mostPlaces) places.push(place);
    }
  }
  return windows;
}

function hashRow({ width, channels, data }: Raster, y: number, row: Int32Array): void {
  const start = y * width * channels;
  let hash = 0;
  for (let x = 0; x < width; x++) {
    hash = (Math.imul(hash, multiplier) + valueAt(data, start + x * channels, channels)) | 0;
    if (x >= windowSide) {
      const leaving = valueAt(data, start + (x - windowSide) * channels, channels);
      hash = (hash - Math.imul(leaving, highMultiplier)) | 0;
    }
    if (x >= windowSide - 1) row[x - windowSide + 1] = hash;
  }
}

function valueAt(data: Uint8Array, i: number, channels: number): number {
  return channels === 1 ? data[i]! + 1 : data[i]! + 256 * data[i + 1]! + 65536 * data[i + 2]! + 1;
}

function isTextured({ width, channels, data }: Raster, place: number): boolean {
  let equal = 0;
  for (let v = 0; v < windowSide; v++) {
    for (let u = 1; u < windowSide; u++) {
      const i = (place + v * width + u) * channels + (channels >> 1);
      if (data[i] === data[i - channels]) equal++;
    }
  }
  return equal <= mostEqual * windowSide * (windowSide - 1);
}

function isSame({ width, channels, data }: Raster, a: number, b: number): boolean {
  for (let v = 0; v < windowSide; v++) {
    for (let k = 0; k < windowSide * channels; k++) {
      if (data[(a + v * width) * channels + k] !== data[(b + v * width) * channels + k]) return false;
    }
  }
  return true;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}
