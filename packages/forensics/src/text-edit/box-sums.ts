/** Cells on either side of a cell, across and down. */
export type Reach = readonly [across: number, down: number];

/** Sums over the cells within reach, cut off at the edges. */
export function boxSum(values: Float32Array, columns: number, [across, down]: Reach): Float32Array {
  const rows = values.length / columns;
  const rowSums = new Float32Array(values.length);
  for (let y = 0; y < rows; y++) {
    let sum = 0;
    const start = y * columns;
    for (let x = 0; x < Math.min(across, columns); x++) sum += values[start + x]!;
    for (let x = 0; x < columns; x++) {
      if (x + across < columns) sum += values[start + x + across]!;
      if (x > across) sum -= values[start + x - across - 1]!;
      rowSums[start + x] = sum;
    }
  }
  const out = new Float32Array(values.length);
  for (let y = 0; y < rows; y++)
    for (let v = Math.max(0, y - down); v <= Math.min(rows - 1, y + down); v++)
      for (let x = 0; x < columns; x++) out[y * columns + x]! += rowSums[v * columns + x]!;
  return out;
}

/** Means over the cells within reach that hold a number; NaN where none does. */
export function boxMean(values: Float32Array, columns: number, reach: Reach): Float32Array {
  const counts = boxSum(
    values.map((value) => (Number.isNaN(value) ? 0 : 1)),
    columns,
    reach,
  );
  const sums = boxSum(
    values.map((value) => (Number.isNaN(value) ? 0 : value)),
    columns,
    reach,
  );
  return counts.map((count, i) => (count > 0 ? sums[i]! / count : Number.NaN));
}
