import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ImageInfo } from "./image-info.ts";
import type { Raster } from "./raster.ts";

/** Cells of the grid whose cosine transform the hash is taken from. */
const gridSide = 32;
/** Frequencies per direction in the hash, from 0 on. */
const frequencies = 8;
/** Standard deviation of the grid in grey levels below which a picture has nothing to be recognised by. */
const leastContrast = 2;

/** `cosines[k][i] = cos(π·k·(2i + 1) / 64)`. */
const cosines = Array.from({ length: frequencies }, (_, k) =>
  Float64Array.from({ length: gridSide }, (_, i) => Math.cos((Math.PI * k * (2 * i + 1)) / (2 * gridSide))),
);

/**
 * Mean luma (ITU-R BT.601, 0–255) of a raster on a grid of equal cells, row-major. Each pixel is read once.
 *
 * @example
 * const brightness = lumaGrid(image.raster, 8, 8);
 */
export function lumaGrid({ width, height, channels, data }: Raster, columns: number, rows: number): Float64Array {
  const edges = Uint32Array.from({ length: columns + 1 }, (_, i) => Math.round((i * width) / columns));
  const grid = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = span(Math.round((row * height) / rows), Math.round(((row + 1) * height) / rows), height);
    for (let column = 0; column < columns; column++) {
      const [left, right] = span(edges[column]!, edges[column + 1]!, width);
      let [red, green, blue] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        const end = (y * width + right) * channels;
        for (let i = (y * width + left) * channels; i < end; i += channels) {
          red += data[i]!;
          if (channels === 1) continue;
          green += data[i + 1]!;
          blue += data[i + 2]!;
        }
      }
      const sum = channels === 1 ? red : 0.299 * red + 0.587 * green + 0.114 * blue;
      grid[row * columns + column] = sum / ((right - left) * (bottom - top));
    }
  }
  return grid;
}

/** A cell of a picture with fewer pixels than cells still holds one. */
function span(from: number, to: number, size: number): [number, number] {
  return to > from ? [from, to] : [Math.min(from, size - 1), Math.min(from, size - 1) + 1];
}

/**
 * The perceptual hash of a picture: the signs of the 8 × 8 lowest cosine frequencies of its mean luma on a 32 × 32
 * grid, as 16 hexadecimal digits. Bit 8·v + u, from the left, is 1 where frequency (u, v) is negative; that of the mean is 0.
 * Copies differ in few bits ({@link hammingDistance}), other pictures in about half of them.
 *
 * Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010, section 3.2.1, with the sign in
 * place of the median as threshold: the hash of a mirrored or turned picture then follows from the hash alone.
 *
 * @returns undefined for a picture too flat to be recognised.
 * @example
 * const hash = perceptualHash(image.raster);
 */
export function perceptualHash(raster: Raster): string | undefined {
  const grid = lumaGrid(raster, gridSide, gridSide);
  const mean = grid.reduce((sum, value) => sum + value, 0) / grid.length;
  const variance = grid.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grid.length;
  if (variance < leastContrast ** 2) return undefined;
  const bits = lowFrequencies(grid.map((value) => value - mean)).map((value, i) => (i > 0 && value < 0 ? 1 : 0));
  return toHex(bits);
}

/**
 * {@link perceptualHash} of the picture as a viewer shows it, with its EXIF orientation applied.
 *
 * @example
 * const hash = uprightHash(image.raster, info);
 */
export function uprightHash(raster: Raster, { orientation }: Pick<ImageInfo, "orientation">): string | undefined {
  const hash = perceptualHash(raster);
  return hash === undefined ? undefined : orientHash(hash, orientation);
}

/**
 * The hash of the same picture after an EXIF orientation (2.32, tag 0x0112) is applied: 2 mirrors it, 6 turns it clockwise.
 *
 * @example
 * const hash = perceptualHash(image.raster);
 * const upright = hash && orientHash(hash, info.orientation);
 */
export function orientHash(hash: string, orientation: ImageInfo["orientation"]): string {
  const bits = toBits(hash);
  const transposed = orientation >= 5;
  const mirrorsX = [2, 3, 6, 7].includes(orientation);
  const mirrorsY = [3, 4, 7, 8].includes(orientation);
  return toHex(
    Float64Array.from({ length: 64 }, (_, i) => {
      const [u, v] = [i & 7, i >> 3];
      // Mirroring changes the sign of every odd frequency along its axis.
      return bits[transposed ? 8 * u + v : i]! ^ (mirrorsX ? u & 1 : 0) ^ (mirrorsY ? v & 1 : 0);
    }),
  );
}

/**
 * The number of bits, 0–64, in which two hashes of 16 hexadecimal digits differ.
 *
 * @throws ArtGuardError `analysis.invalid-input` for anything else than 16 hexadecimal digits.
 * @example
 * hammingDistance("ffffffffffffffff", "fffffffffffffffe"); // 1
 */
export function hammingDistance(a: string, b: string): number {
  const [aHigh, aLow] = halves(a);
  const [bHigh, bLow] = halves(b);
  return ones(aHigh ^ bHigh) + ones(aLow ^ bLow);
}

function lowFrequencies(grid: Float64Array): Float64Array {
  const across = new Float64Array(gridSide * frequencies);
  for (let y = 0; y < gridSide; y++) {
    for (let u = 0; u < frequencies; u++) {
      let sum = 0;
      for (let x = 0; x < gridSide; x++) sum += grid[y * gridSide + x]! * cosines[u]![x]!;
      across[y * frequencies + u] = sum;
    }
  }
  return Float64Array.from({ length: frequencies ** 2 }, (_, i) => {
    const [u, v] = [i % frequencies, Math.floor(i / frequencies)];
    let sum = 0;
    for (let y = 0; y < gridSide; y++) sum += across[y * frequencies + u]! * cosines[v]![y]!;
    return sum;
  });
}

function halves(hash: string): [number, number] {
  if (!/^[0-9a-f]{16}$/i.test(hash))
    throw new ArtGuardError("analysis.invalid-input", `a perceptual hash has 16 hexadecimal digits, got "${hash}"`);
  return [Number.parseInt(hash.slice(0, 8), 16) | 0, Number.parseInt(hash.slice(8), 16) | 0];
}

function toBits(hash: string): Uint8Array {
  const [high, low] = halves(hash);
  return Uint8Array.from({ length: 64 }, (_, i) => ((i < 32 ? high : low) >>> (31 - (i & 31))) & 1);
}

function toHex(bits: Float64Array): string {
  return Array.from({ length: 16 }, (_, digit) =>
    bits
      .subarray(4 * digit, 4 * digit + 4)
      .reduce((value, bit) => 2 * value + bit, 0)
      .toString(16),
  ).join("");
}

/** Ones in a word of 32 bits. */
function ones(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}
