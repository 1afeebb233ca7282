import type { Affine } from "./affine.ts";
import type { NodeMatches } from "./match-moments.ts";
import { latticeStep, type MomentField, nodeCentre } from "./moment-field.ts";

/** A node whose neighbours are taken to the neighbours of its match. */
export interface FieldFit {
  /** Centre of the node, pixels. */
  readonly x: number;
  readonly y: number;
  /** Similarity that fits best, by least squares. */
  readonly map: Affine;
  /** Neighbours that follow it. */
  readonly support: number;
}

/** Half a side of the neighbourhood, nodes. */
const reach = 3;
/** Fewest neighbours that follow, of 48. By chance it is hardly ever more than one. */
const leastSupport = 6;
/** A neighbour's match is as far from the match as the neighbour is from the node, within these limits, nodes. */
const lengthError = 1.1;
const relativeError = 0.15;
/** Root mean square distance from the fit, nodes. */
const largestError = 1;
/** One fit is kept per cell of so many nodes a side. */
const cellSide = 6;

/**
 * Looks for places where the field of matches is linear: "dense linear fitting" of Cozzolino, Poggi and Verdoliva (IEEE
 * TIFS 10(11), 2015, section IV), here with similarities and reflections. Most support first.
 */
export function fitNodeMatches({ columns, rows }: MomentField, matches: NodeMatches): FieldFit[] {
  const best = new Map<number, FieldFit>();
  const pairs = new Float64Array(4 * (2 * reach + 1) ** 2);
  const cells = Math.ceil(columns / cellSide);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const count = consistentNeighbours(columns, rows, matches, column, row, pairs);
      if (count < leastSupport) continue;
      const cell = Math.floor(row / cellSide) * cells + Math.floor(column / cellSide);
      if ((best.get(cell)?.support ?? 0) >= count) continue;
      const map = similarityOf(pairs, count);
      if (map) best.set(cell, { x: nodeCentre(column), y: nodeCentre(row), map, support: count });
    }
  }
  return [...best.values()].sort((a, b) => b.support - a.support);
}

/** Writes the neighbours, and where they are taken, relative to the node and its match; returns their number. */
function consistentNeighbours(
  columns: number,
  rows: number,
  matches: NodeMatches,
  column: number,
  row: number,
  pairs: Float64Array,
): number {
  const match = matches[row * columns + column]!;
  if (match < 0) return 0;
  const [mx, my] = [match % columns, Math.floor(match / columns)];
  pairs.fill(0, 0, 4);
  pairs[0] = column;
  pairs[1] = row;
  pairs[2] = mx;
  pairs[3] = my;
  let count = 1;
  for (let v = Math.max(-reach, -row); v <= reach && row + v < rows; v++) {
    for (let u = Math.max(-reach, -column); u <= reach && column + u < columns; u++) {
      const other = matches[(row + v) * columns + column + u]!;
      if (other < 0 || (u === 0 && v === 0)) continue;
      const length = Math.sqrt(u * u + v * v);
      const [p, q] = [(other % columns) - mx, Math.floor(other / columns) - my];
      if (Math.abs(Math.sqrt(p * p + q * q) - length) > lengthError + relativeError * length) continue;
      const at = 4 * count++;
      pairs[at] = column + u;
      pairs[at + 1] = row + v;
      pairs[at + 2] = mx + p;
      pairs[at + 3] = my + q;
    }
  }
  return count - 1;
}

/** The better of the similarity and the reflection through pairs of nodes, in pixels. Undefined if neither fits. */
function similarityOf(pairs: Float64Array, count: number): Affine | undefined {
  const plain = leastSquares(pairs, count, 1);
  const mirrored = leastSquares(pairs, count, -1);
  const [map, error] = plain[1] <= mirrored[1] ? plain : mirrored;
  return error <= largestError ? inPixels(map) : undefined;
}

/** With p + qi = α (x ± yi) + β in complex numbers; the error is the root mean square distance. */
function leastSquares(pairs: Float64Array, count: number, sign: 1 | -1): [Affine, number] {
  const n = count + 1;
  const mean = [0, 0, 0, 0];
  for (let i = 0; i < 4 * n; i++) mean[i % 4]! += pairs[i]! / n;
  const [mx, my, mp, mq] = mean as [number, number, number, number];
  let [real, imaginary, squares, targets] = [0, 0, 0, 0];
  for (let i = 0; i < 4 * n; i += 4) {
    const [x, y] = [pairs[i]! - mx, sign * (pairs[i + 1]! - my)];
    const [p, q] = [pairs[i + 2]! - mp, pairs[i + 3]! - mq];
    real += p * x + q * y;
    imaginary += q * x - p * y;
    squares += x * x + y * y;
    targets += p * p + q * q;
  }
  const [re, im] = [real / squares, imaginary / squares];
  const [a, b, d, e] = [re, -sign * im, im, sign * re];
  const error = Math.sqrt(Math.max(0, targets - (real * re + imaginary * im)) / n);
  return [{ a, b, c: mp - a * mx - b * my, d, e, f: mq - d * mx - e * my }, error];
}

/** From coordinates of nodes to those of pixels. */
function inPixels({ a, b, c, d, e, f }: Affine): Affine {
  const first = nodeCentre(0);
  return {
    a,
    b,
    c: latticeStep * c + first - a * first - b * first,
    d,
    e,
    f: latticeStep * f + first - d * first - e * first,
  };
}
