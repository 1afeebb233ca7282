import type { Plane } from "../raster/plane.ts";
import type { ComparablePlanes } from "./comparable-planes.ts";
import { median } from "./least-squares.ts";
import { matchTones } from "./match-tones.ts";

/** Side of a cell in pixels of the compared planes: one JPEG block. */
export const cellSide = 8;
/** Mean luma and colour differences of a cell, in levels, that re-encoding does not reach. */
const [leastLuma, leastColour] = [6, 7];
/** Spreads of the undisturbed cells that a difference has to exceed. */
const meanSpreads = 6;
const detailSpreads = 5;
/** Root mean square difference inside a cell, in levels, below which it is never a sign. */
const leastDetail = 5;
/** Smallest spread of the logarithm of that difference among cells of like texture. */
const detailSpreadFloor = 0.25;
/** A cell whose change of tones drives a channel beyond these, by more than that many levels, is clipped. */
const [blackEnd, whiteEnd, leastDriven] = [14, 238, 3];
/** Largest departure of the contrast from 1, and root mean square bend of the tone curve in levels, of kept tones. */
const [mostGainChange, mostBend] = [0.1, 4];
/** Groups of like texture; each is judged by its own median. */
const textureGroups = 10;
/** Root mean square contrast from which on a cell's pattern can be compared, and the correlation that agrees. */
const [leastContrast, agreement] = [3, 0.7];

/** How an image differs from its original, cell by cell. */
export interface LocalDifference {
  readonly width: number;
  readonly height: number;
  /** Difference as a multiple of what re-encoding, resizing and a change of tones explain; ≥ 1 differs. 0 outside. */
  readonly excess: Float32Array;
  /** 1 for cells that both pictures have and whose tones the copy did not drive into black or white. */
  readonly shared: Uint8Array;
  /** 1 where a cell's pattern agrees, −1 where not, 0 where it has none. */
  readonly patterns: Int8Array;
  /** The copy's contrast is within ±10 % of the original's and its tone curve is straight. */
  readonly keepsTones: boolean;
}

/** The value of one plane of the image that the change of tones gives to values of the original's planes. */
type Tone = (values: readonly number[]) => number;

interface CellMeans {
  readonly image: readonly Float32Array[];
  readonly original: readonly Float32Array[];
  readonly shared: Uint8Array;
}

/**
 * Compares an image with its original in cells of 8 × 8. What the whole picture shows is taken for the way of the copy:
 * its tones (`matchTones`), the spread of cell means, and, for each group of cells of like texture, the usual difference
 * of detail, which grows with texture under JPEG compression and resampling. A cell differs when it stands out from that.
 */
export function localDifference({ image, original }: ComparablePlanes): LocalDifference {
  const [luma] = image as [Plane];
  const width = Math.ceil(luma.width / cellSide);
  const height = Math.ceil(luma.height / cellSide);
  const all = cellMeans(image, original, width, height);
  const tones = all.image.map((target, k) => matchTones(target, all.original, all.shared, k === 0));
  const explained = tones.map((tone) => Float32Array.from(all.shared, (_, cell) => tone(valuesAt(all.original, cell))));
  const means = { ...all, shared: unclipped(explained, all) };
  const excess = new Float32Array(width * height);
  for (const [k, expected] of explained.entries()) {
    const rest = means.image[k]!.map((value, i) => (means.shared[i] === 1 ? value - expected[i]! : 0));
    raise(excess, meanExcess(rest, means.shared, k === 0 ? leastLuma : leastColour));
  }
  const detail = cellDetail(luma, original[0]!, means, tones[0]!);
  raise(excess, detailExcess(detail.difference, detail.texture, means.shared));
  const keepsTones = isAboutStraight(explained[0]!, means.original[0]!, means.shared);
  return { width, height, excess, shared: means.shared, patterns: detail.patterns, keepsTones };
}

function valuesAt(planes: readonly Float32Array[], cell: number): number[] {
  return planes.map((plane) => plane[cell]!);
}

/** The shared cells without those that the copy's tones drive into black or white: there any difference is explained. */
function unclipped(explained: readonly Float32Array[], { original, shared }: CellMeans): Uint8Array {
  return shared.map((isShared, cell) => {
    if (isShared === 0) return 0;
    const after = channelsOf(valuesAt(explained, cell));
    const before = channelsOf(valuesAt(original, cell));
    const isClipped = after.some((value, k) => {
      const driven = value - before[k]!;
      return (value > whiteEnd && driven > leastDriven) || (value < blackEnd && driven < -leastDriven);
    });
    return isClipped ? 0 : 1;
  });
}

/** Luma, and red, green and blue where there are colours; the inverse of JFIF's colour differences. */
function channelsOf([luma, blue, red]: readonly number[]): number[] {
  if (blue === undefined || red === undefined) return [luma!];
  return [luma!, luma! + 1.402 * red, luma! - 0.34414 * blue - 0.71414 * red, luma! + 1.772 * blue];
}

/** Whether the tones after a copy are nearly a straight line of slope 1 over those before. */
function isAboutStraight(after: Float32Array, before: Float32Array, shared: Uint8Array): boolean {
  let [count, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < shared.length; i++) {
    if (shared[i] === 0) continue;
    const [a, b] = [before[i]!, after[i]!];
    count++;
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
    yy += b * b;
  }
  const [sxx, sxy, syy] = [xx - (x * x) / count, xy - (x * y) / count, yy - (y * y) / count];
  const slope = sxy / sxx;
  const bend = Math.sqrt(Math.max(0, syy - slope * sxy) / count);
  return Math.abs(slope - 1) <= mostGainChange && bend <= mostBend;
}

function raise(excess: Float32Array, other: Float32Array): void {
  for (let i = 0; i < excess.length; i++) excess[i] = Math.max(excess[i]!, other[i]!);
}

function cellMeans(image: readonly Plane[], original: readonly Plane[], width: number, height: number): CellMeans {
  const shared = new Uint8Array(width * height);
  const means = (plane: Plane) => {
    const out = new Float32Array(width * height);
    for (let cell = 0; cell < out.length; cell++) {
      let [sum, count] = [0, 0];
      forPixels(plane, cell, width, (i) => {
        sum += plane.data[i]!;
        count++;
      });
      out[cell] = sum / count;
    }
    return out;
  };
  const known = original.map(means);
  for (let cell = 0; cell < shared.length; cell++) shared[cell] = Number.isNaN(known[0]![cell]!) ? 0 : 1;
  return { image: image.map(means), original: known, shared };
}

function forPixels({ width, height }: Plane, cell: number, columns: number, visit: (index: number) => void): void {
  const [left, top] = [(cell % columns) * cellSide, Math.floor(cell / columns) * cellSide];
  const [right, bottom] = [Math.min(width, left + cellSide), Math.min(height, top + cellSide)];
  for (let y = top; y < bottom; y++) for (let i = y * width + left; i < y * width + right; i++) visit(i);
}

function meanExcess(rest: Float32Array, shared: Uint8Array, least: number): Float32Array {
  const spread = 1.4826 * median(rest.filter((_, i) => shared[i] === 1).map(Math.abs));
  const limit = Math.max(least, meanSpreads * spread);
  return rest.map((value) => Math.abs(value) / limit);
}

interface CellDetail {
  /** Root mean square of the difference less its mean. */
  readonly difference: Float32Array;
  /** Root mean square of the original less its mean. */
  readonly texture: Float32Array;
  readonly patterns: Int8Array;
}

function cellDetail(image: Plane, original: Plane, means: CellMeans, tone: Tone): CellDetail {
  const cells = means.shared.length;
  const [difference, texture] = [new Float32Array(cells), new Float32Array(cells)];
  const patterns = new Int8Array(cells);
  const columns = Math.ceil(image.width / cellSide);
  for (let cell = 0; cell < cells; cell++) {
    if (means.shared[cell] === 0) continue;
    const [a, b] = [means.image[0]![cell]!, means.original[0]![cell]!];
    const gain = localGain(tone, means, cell);
    let [aa, bb, ab, count] = [0, 0, 0, 0];
    forPixels(image, cell, columns, (i) => {
      const [p, q] = [image.data[i]! - a, gain * (original.data[i]! - b)];
      aa += p * p;
      bb += q * q;
      ab += p * q;
      count++;
    });
    difference[cell] = Math.sqrt(Math.max(0, aa + bb - 2 * ab) / count);
    texture[cell] = Math.sqrt(bb / count);
    if (Math.sqrt(Math.max(aa, bb) / count) < leastContrast) continue;
    patterns[cell] = ab >= agreement * Math.sqrt(aa * bb) && ab > 0 ? 1 : -1;
  }
  return { difference, texture, patterns };
}

/** Contrast that the change of tones gives to luma near a cell's own. */
function localGain(tone: Tone, { original }: CellMeans, cell: number): number {
  const values = valuesAt(original, cell);
  const shifted = (by: number) => tone([values[0]! + by, ...values.slice(1)]);
  return (shifted(8) - shifted(-8)) / 16;
}

function detailExcess(difference: Float32Array, texture: Float32Array, shared: Uint8Array): Float32Array {
  const order = Uint32Array.from(difference.keys()).filter((i) => shared[i] === 1);
  order.sort((a, b) => texture[a]! - texture[b]!);
  const excess = new Float32Array(difference.length);
  const size = Math.ceil(order.length / textureGroups);
  for (let from = 0; from < order.length; from += size) {
    const group = order.subarray(from, from + size);
    const logs = Float64Array.from(group, (i) => Math.log(difference[i]! + 1));
    const middle = median(logs.slice());
    const spread = Math.max(detailSpreadFloor, 1.4826 * median(logs.map((value) => Math.abs(value - middle))));
    for (const i of group) {
      const spreads = (Math.log(difference[i]! + 1) - middle) / spread;
      excess[i] = Math.max(0, Math.min(spreads / detailSpreads, difference[i]! / leastDetail));
    }
  }
  return excess;
}
