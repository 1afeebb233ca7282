import { accumulate, median, solve } from "./least-squares.ts";

/** Rounds of the trimmed fit, and the deviations beyond which a cell is left out of the next one. */
const [rounds, trim] = [5, 2.5];
/** Keeps the fit of a picture with one colour solvable. */
const ridge = 1e-3;
/** Steps of the tone curve between black and white, and the cells that one needs. */
const [curveBins, fewestCells] = [16, 20];

/**
 * What an image's cells would be if only its tones and colours had been changed as a whole: a trimmed least-squares fit of
 * one plane's cell means to a quadratic in the planes of the original, and for luma a curve of medians over what the fit
 * leaves. Explains brightness, contrast, gamma, white balance and saturation.
 *
 * @param target Cell means of one plane of the image.
 * @param sources Cell means of the planes of the original.
 * @param counts 1 for cells that both pictures have, else 0.
 * @returns the fitted value as a function of the original's values.
 */
export function matchTones(
  target: Float32Array,
  sources: readonly Float32Array[],
  counts: Uint8Array,
  withCurve: boolean,
): (values: readonly number[]) => number {
  const rows = Array.from(target, (_, i) => terms(sources.map((source) => source[i]!)));
  const weights = trimmedFit(target, rows, counts);
  const fitted = (values: readonly number[]) => product(weights, terms(values));
  if (!withCurve) return fitted;
  const curve = toneCurve(
    target.map((value, i) => value - product(weights, rows[i]!)),
    sources[0]!,
    counts,
  );
  return (values) => fitted(values) + along(curve, values[0]!);
}

/** 1, the values and, for colours, their products; scaled to about the same size. */
function terms(values: readonly number[]): Float64Array {
  const scaled = values.map((value) => value / 128);
  if (scaled.length === 1) return Float64Array.of(1, ...scaled);
  const products = scaled.flatMap((one, i) => scaled.slice(i).map((other) => one * other));
  return Float64Array.of(1, ...scaled, ...products);
}

function trimmedFit(target: Float32Array, rows: readonly Float64Array[], counts: Uint8Array): Float64Array {
  const unknowns = rows[0]!.length;
  let weights = new Float64Array(unknowns);
  let limit = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const matrix = new Float64Array(unknowns ** 2);
    const right = new Float64Array(unknowns);
    for (const [i, row] of rows.entries()) {
      if (counts[i] === 0 || Math.abs(target[i]! - product(weights, row)) > limit) continue;
      accumulate(matrix, right, row, target[i]!, 1);
    }
    for (let k = 0; k < unknowns; k++) matrix[k * (unknowns + 1)]! += ridge;
    weights = Float64Array.from(solve(matrix, right) ?? weights);
    const rest = target.map((value, i) => Math.abs(value - product(weights, rows[i]!)));
    limit = Math.max(1, trim * 1.4826 * median(rest.filter((_, i) => counts[i] === 1)));
  }
  return weights;
}

function product(weights: Float64Array, row: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += weights[k]! * row[k]!;
  return sum;
}

/** Median of what the fit leaves, by luma of the original; 0 where too few cells say. */
function toneCurve(rest: Float32Array, luma: Float32Array, counts: Uint8Array): Float64Array {
  const bins: number[][] = Array.from({ length: curveBins }, () => []);
  for (const [i, value] of rest.entries()) {
    if (counts[i] === 0) continue;
    const bin = Math.min(curveBins - 1, Math.max(0, Math.floor((luma[i]! * curveBins) / 256)));
    bins[bin]!.push(value);
  }
  return Float64Array.from(bins, (values) => (values.length < fewestCells ? 0 : median(Float64Array.from(values))));
}

function along(curve: Float64Array, value: number): number {
  const position = Math.min(curveBins - 1, Math.max(0, (value * curveBins) / 256 - 0.5));
  const left = Math.floor(position);
  const right = Math.min(curveBins - 1, left + 1);
  return curve[left]! + (position - left) * (curve[right]! - curve[left]!);
}
