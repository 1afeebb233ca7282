import { cholesky, eigenDecomposition } from "./symmetric-matrix.ts";

/** Feature vectors of the windows of one picture, and what it is compared with. */
export interface ProcessedPicture {
  /** Pictures of the same scene in the same kind of file, processed differently, have the same. */
  readonly scene: string;
  /** Rows of `size` numbers. */
  readonly features: Float32Array;
}

/** Share of the mean variance that is added to every variance within pictures; keeps rare patterns from ruling. */
const ridge = 1e-4;

/**
 * Linear discriminant analysis in which a class is not a scene but how a picture came about: the directions in which
 * one scene processed in different ways (camera, scaling, filtering, earlier JPEG) differs most, relative to how much
 * the windows of one picture differ from each other because of what they show. Each direction is scaled so that the
 * variance within pictures is 1 on average.
 *
 * Fisher's criterion for several classes: Duda, Hart, Stork, "Pattern Classification", section 3.8.3.
 *
 * @returns `dimensions` rows of `size` numbers, most telling first.
 */
export function processDiscriminants(
  pictures: readonly ProcessedPicture[],
  size: number,
  dimensions: number,
): Float64Array[] {
  const means = pictures.map(({ features }) => meanOf(features, size));
  const within = new Float64Array(size * size);
  for (const [i, { features }] of pictures.entries())
    addScatter(within, features, means[i]!, size / features.length / pictures.length);
  const between = new Float64Array(size * size);
  for (const members of Object.values(Object.groupBy(means.keys(), (i) => pictures[i]!.scene))) {
    const rows = Float32Array.from(members!.flatMap((i) => [...means[i]!]));
    addScatter(between, rows, meanOf(rows, size), 1 / pictures.length);
  }
  const trace = Array.from({ length: size }, (_, k) => within[k * size + k]!).reduce((a, b) => a + b);
  for (let k = 0; k < size; k++) within[k * size + k]! += (ridge * trace) / size;
  const lower = cholesky(within, size)!;
  const { vectors } = eigenDecomposition(whitenedMatrix(between, lower, size), size);
  return Array.from({ length: dimensions }, (_, d) =>
    solveTransposed(lower, vectors.slice(d * size, (d + 1) * size), size),
  );
}

function meanOf(rows: Float32Array, size: number): Float64Array {
  const mean = new Float64Array(size);
  for (let i = 0; i < rows.length; i++) mean[i % size]! += (rows[i]! * size) / rows.length;
  return mean;
}

function addScatter(matrix: Float64Array, rows: Float32Array, mean: Float64Array, weight: number): void {
  const size = mean.length;
  const offset = new Float64Array(size);
  for (let at = 0; at < rows.length; at += size) {
    for (let k = 0; k < size; k++) offset[k] = rows[at + k]! - mean[k]!;
    for (let k = 0; k < size; k++)
      for (let l = 0; l < size; l++) matrix[k * size + l]! += weight * offset[k]! * offset[l]!;
  }
}

/** L⁻¹ M L⁻ᵀ for a symmetric M. */
function whitenedMatrix(matrix: Float64Array, lower: Float64Array, size: number): Float64Array {
  const half = solveRows(lower, matrix, size);
  return solveRows(lower, half, size);
}

/** (L⁻¹ applied to every row of M), transposed. */
function solveRows(lower: Float64Array, matrix: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < size; k++) {
      let sum = matrix[row * size + k]!;
      for (let l = 0; l < k; l++) sum -= lower[k * size + l]! * out[l * size + row]!;
      out[k * size + row] = sum / lower[k * size + k]!;
    }
  }
  return out;
}

/** L⁻ᵀ x, by back substitution. */
function solveTransposed(lower: Float64Array, x: Float64Array, size: number): Float64Array {
  const out = Float64Array.from(x);
  for (let k = size - 1; k >= 0; k--) {
    for (let l = k + 1; l < size; l++) out[k]! -= lower[l * size + k]! * out[l]!;
    out[k]! /= lower[k * size + k]!;
  }
  return out;
}
