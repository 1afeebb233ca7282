import type { PlaneMemory } from "./plane-memory.ts";
import { type Octave, scalesPerOctave } from "./scale-space.ts";

/** A local extremum of a scale space. */
export interface Extremum {
  readonly octave: Octave;
  /** In pixels of the octave, refined. */
  readonly x: number;
  readonly y: number;
  /** Fractional level. */
  readonly level: number;
  /** Absolute difference of Gaussians, grey values. */
  readonly contrast: number;
}

/** Lowe uses 7.6 grey values. Much lower here: a clone repeats even the weak extrema of noise and smooth areas. */
const leastContrast = 0.5;
/** Largest ratio of the principal curvatures (Lowe 2004, section 4.1). */
const edgeRatio = 10;
const rim = 5;

/** The extrema of an octave over its 26 neighbours in space and scale, without responses to edges. */
export function findExtrema(octave: Octave, memory: PlaneMemory): Extremum[] {
  const found: Extremum[] = [];
  const { width, height, differences } = octave;
  const peaks = new PeakRow(memory, width);
  for (let level = 1; level <= scalesPerOctave; level++) {
    const [below, here, above] = [differences[level - 1]!, differences[level]!, differences[level + 1]!];
    for (let y = rim; y < height - rim; y++) {
      const marks = peaks.mark(below, here, above, y * width);
      for (let x = rim; x < width - rim; x++) {
        if (marks[x] === 0) continue;
        const i = y * width + x;
        if (!isExtremum(here[i]!, i, width, below, here, above)) continue;
        const extremum = refined(octave, x, y, level);
        if (extremum) found.push(extremum);
      }
    }
  }
  return found;
}

/** Marks the few pixels of a row that may be extrema. */
class PeakRow {
  readonly #memory: PlaneMemory;
  readonly #least: Float32Array;
  readonly #marks: Int32Array;

  constructor(memory: PlaneMemory, width: number) {
    this.#memory = memory;
    this.#least = memory.allocate(1);
    this.#least[0] = leastContrast;
    const { buffer, byteOffset, length } = memory.allocate(width);
    this.#marks = new Int32Array(buffer, byteOffset, length);
  }

  /** Not 0 where a pixel of the row that begins at `start` stands out. Valid until the next row. */
  mark(below: Float32Array, here: Float32Array, above: Float32Array, start: number): Int32Array {
    const { byteOffset, byteLength } = this.#marks;
    const at = (plane: Float32Array) => plane.byteOffset + plane.BYTES_PER_ELEMENT * start;
    const { markPeaks } = this.#memory.kernel.run;
    markPeaks(byteOffset, at(below), at(here), at(above), byteLength, this.#least.byteOffset, byteLength);
    return this.#marks;
  }
}

function isExtremum(
  value: number,
  i: number,
  width: number,
  below: Float32Array,
  here: Float32Array,
  above: Float32Array,
): boolean {
  const sign = value > 0 ? 1 : -1;
  const size = sign * value;
  for (let dy = -width; dy <= width; dy += width) {
    for (let j = i + dy - 1; j <= i + dy + 1; j++) {
      if (sign * below[j]! >= size || sign * above[j]! >= size) return false;
      if (j !== i && sign * here[j]! >= size) return false;
    }
  }
  return true;
}

/** Fits a quadric to the 3×3×3 neighbours, axes apart. Undefined on an edge or where the fit leaves the cell. */
function refined(octave: Octave, x: number, y: number, level: number): Extremum | undefined {
  const { width, differences } = octave;
  const d = differences[level]!;
  const i = y * width + x;
  const value = d[i]!;
  const dxx = d[i + 1]! + d[i - 1]! - 2 * value;
  const dyy = d[i + width]! + d[i - width]! - 2 * value;
  const dxy = (d[i + width + 1]! - d[i + width - 1]! - d[i - width + 1]! + d[i - width - 1]!) / 4;
  const determinant = dxx * dyy - dxy * dxy;
  if (determinant <= 0 || (dxx + dyy) ** 2 * edgeRatio >= (edgeRatio + 1) ** 2 * determinant) return undefined;
  const dx = (d[i + 1]! - d[i - 1]!) / 2;
  const dy = (d[i + width]! - d[i - width]!) / 2;
  const [up, down] = [differences[level + 1]![i]!, differences[level - 1]![i]!];
  const u = -(dyy * dx - dxy * dy) / determinant;
  const v = -(dxx * dy - dxy * dx) / determinant;
  const dss = up + down - 2 * value;
  const s = dss === 0 ? 0 : -(up - down) / 2 / dss;
  if (Math.abs(u) > 1 || Math.abs(v) > 1 || Math.abs(s) > 1) return undefined;
  return { octave, x: x + u, y: y + v, level: level + s, contrast: Math.abs(value + (dx * u + dy * v) / 2) };
}
