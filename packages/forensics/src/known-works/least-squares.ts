/**
 * Solves A·x = b by Gaussian elimination with partial pivoting, for the few unknowns of a fit.
 *
 * @param a Square, row-major; changed in place, as is `b`.
 * @returns undefined when A has no inverse.
 */
export function solve(a: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  for (let column = 0; column < n; column++) {
    const pivot = largestRow(a, n, column);
    if (Math.abs(a[pivot * n + column]!) < 1e-12) return undefined;
    swapRows(a, b, n, pivot, column);
    for (let row = column + 1; row < n; row++) {
      const factor = a[row * n + column]! / a[column * n + column]!;
      for (let k = column; k < n; k++) a[row * n + k]! -= factor * a[column * n + k]!;
      b[row]! -= factor * b[column]!;
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++) b[row]! -= a[row * n + k]! * b[k]!;
    b[row]! /= a[row * n + row]!;
  }
  return b;
}

function largestRow(a: Float64Array, n: number, column: number): number {
  let best = column;
  for (let row = column + 1; row < n; row++)
    if (Math.abs(a[row * n + column]!) > Math.abs(a[best * n + column]!)) best = row;
  return best;
}

function swapRows(a: Float64Array, b: Float64Array, n: number, one: number, other: number): void {
  if (one === other) return;
  for (let k = 0; k < n; k++) [a[one * n + k], a[other * n + k]] = [a[other * n + k]!, a[one * n + k]!];
  [b[one], b[other]] = [b[other]!, b[one]!];
}

/** Adds `weight · row·rowᵀ` to the matrix and `weight · value · row` to the right side of normal equations. */
export function accumulate(a: Float64Array, b: Float64Array, row: Float64Array, value: number, weight: number): void {
  const n = row.length;
  for (let i = 0; i < n; i++) {
    const scaled = weight * row[i]!;
    for (let j = 0; j < n; j++) a[i * n + j]! += scaled * row[j]!;
    b[i]! += scaled * value;
  }
}

/** The median of finite values; the order of `values` is lost. NaN for none. */
export function median(values: Float32Array | Float64Array): number {
  if (values.length === 0) return Number.NaN;
  values.sort();
  return values[values.length >> 1]!;
}
