/** Cells per side of a window. */
export const windowCells = 8;

/**
 * Sums of `channels` interleaved values per cell over all windows of {@link windowCells}² cells that lie inside, linear
 * in the number of cells: columns slide down, windows slide across. The window at (x, y) begins at the cell (x, y).
 *
 * @param values `channels` numbers for each of width × height cells.
 */
export function boxSums(
  values: ArrayLike<number>,
  { width, height }: { readonly width: number; readonly height: number },
  channels: number,
): Float32Array {
  const [columns, rows] = [width - windowCells + 1, height - windowCells + 1];
  if (columns <= 0 || rows <= 0) return new Float32Array(0);
  const stride = width * channels;
  const sums = new Float32Array(columns * rows * channels);
  const running = new Float64Array(stride);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < stride; i++) {
      const gone = y >= windowCells ? values[(y - windowCells) * stride + i]! : 0;
      running[i]! += values[y * stride + i]! - gone;
    }
    const top = y - windowCells + 1;
    if (top >= 0) slide(running, channels, sums.subarray(top * columns * channels, (top + 1) * columns * channels));
  }
  return sums;
}

function slide(running: Float64Array, channels: number, sums: Float32Array): void {
  const reach = windowCells * channels;
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = c; i < reach; i += channels) sum += running[i]!;
    sums[c] = sum;
    for (let i = c + channels; i < sums.length; i += channels) {
      sum += running[i - channels + reach]! - running[i - channels]!;
      sums[i] = sum;
    }
  }
}
