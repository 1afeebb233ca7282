/** Cells on either side of a cell, across and down. */
export type Reach = readonly [across: number, down: number];

/** Sums over the cells within reach, cut off at the edges. */
export function boxSum(values: Float32Array, columns: number, [across, down]: Reach): Float32Array {
  const rows = values.length / columns;
  const rowSums = new Float32Array(values.length);
  for (let y = 0; y < rows; y++) runningSums(values, y * columns, 1, columns, across, rowSums);
  const out = new Float32Array(values.length);
  for (let x = 0; x < columns; x++) runningSums(rowSums, x, columns, rows, down, out);
  return out;
}

/** Sums within `reach` along one row or column of `count` cells, `stride` apart. */
function runningSums(
  values: Float32Array,
  from: number,
  stride: number,
  count: number,
  reach: number,
  out: Float32Array,
): void {
  let sum = 0;
  for (let k = 0; k < Math.min(reach, count); k++) sum += values[from + stride * k]!;
  for (let k = 0; k < count; k++) {
    if (k + reach < count) sum += values[from + stride * (k + reach)]!;
    if (k > reach) sum -= values[from + stride * (k - reach - 1)]!;
    out[from + stride * k] = sum;
  }
}

/** Means over the cells within reach that hold a number; NaN where none does. */
export function boxMean(values: Float32Array, columns: number, reach: Reach): Float32Array {
  const [numbers, known] = [new Float32Array(values.length), new Float32Array(values.length)];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    numbers[i] = values[i]!;
    known[i] = 1;
  }
  const [sums, counts] = [boxSum(numbers, columns, reach), boxSum(known, columns, reach)];
  for (let i = 0; i < sums.length; i++) sums[i] = counts[i]! > 0 ? sums[i]! / counts[i]! : Number.NaN;
  return sums;
}
