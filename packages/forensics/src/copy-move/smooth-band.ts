import type { Plane } from "../raster/plane.ts";

/** Half a side of the box whose mean is taken out of a band, pixels. */
export const bandRadius = 6;

/** Means of `pitch` × `pitch` pixels; what remains at the right and lower edge is left out. */
export function reduced({ width, height, data }: Plane, pitch: number): Plane {
  if (pitch === 1) return { width, height, data };
  const [columns, rows] = [Math.floor(width / pitch), Math.floor(height / pitch)];
  const means = new Float32Array(columns * rows);
  for (let y = 0; y < rows * pitch; y++) {
    const to = Math.floor(y / pitch) * columns;
    for (let x = 0, i = y * width; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < pitch; k++) sum += data[i++]!;
      means[to + x]! += sum;
    }
  }
  for (let i = 0; i < means.length; i++) means[i]! /= pitch * pitch;
  return { width: columns, height: rows, data: means };
}

/**
 * The plane without its finest detail: weights 1 2 3 2 1 along and across (σ ≈ 1.15 px). Where a picture is smooth,
 * compression leaves little else. Edges are repeated.
 */
export function smoothed({ width, height, data }: Plane): Plane {
  const result = new Float32Array(width * height);
  const columns = new Float32Array(width);
  const last = width - 1;
  for (let y = 0, i = 0; y < height; y++) {
    const here = y * width;
    const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
    const [top, bottom] = [Math.max(0, y - 2) * width, Math.min(height - 1, y + 2) * width];
    for (let x = 0; x < width; x++)
      columns[x] =
        (3 * data[here + x]! + 2 * (data[above + x]! + data[below + x]!) + data[top + x]! + data[bottom + x]!) / 9;
    for (let x = 0; x < width; x++, i++) {
      const [left, right] = [x > 0 ? x - 1 : 0, x < last ? x + 1 : last];
      const [first, end] = [left > 0 ? left - 1 : 0, right < last ? right + 1 : last];
      result[i] = (3 * columns[x]! + 2 * (columns[left]! + columns[right]!) + columns[first]! + columns[end]!) / 9;
    }
  }
  return { width, height, data: result };
}

/** The plane less the mean of the box around each pixel; boxes end at the edges. */
export function withoutMean({ width, height, data }: Plane): Plane {
  const result = new Float32Array(width * height);
  const columns = new Float64Array(width);
  const add = (y: number, sign: number) => {
    for (let x = 0, i = y * width; x < width; x++, i++) columns[x]! += sign * data[i]!;
  };
  for (let y = 0; y < Math.min(bandRadius, height); y++) add(y, 1);
  for (let y = 0, i = 0; y < height; y++) {
    if (y + bandRadius < height) add(y + bandRadius, 1);
    if (y > bandRadius) add(y - bandRadius - 1, -1);
    const rows = Math.min(height, y + bandRadius + 1) - Math.max(0, y - bandRadius);
    let sum = 0;
    for (let x = 0; x < Math.min(bandRadius, width); x++) sum += columns[x]!;
    for (let x = 0; x < width; x++, i++) {
      if (x + bandRadius < width) sum += columns[x + bandRadius]!;
      if (x > bandRadius) sum -= columns[x - bandRadius - 1]!;
      const across = Math.min(width, x + bandRadius + 1) - Math.max(0, x - bandRadius);
      result[i] = data[i]! - sum / (rows * across);
    }
  }
  return { width, height, data: result };
}

/**
 * Share of the power of each of the 64 DCT frequencies, row-major, that `smoothed` and taking out the mean leave,
 * each taken at its middle.
 *
 * @param times How often the mean is taken out.
 */
export function passedPower(times: number): Float64Array {
  const smoothing = Array.from({ length: 8 }, (_, k) => ((1 + 2 * Math.cos((Math.PI * k) / 8)) / 3) ** 2);
  const side = 2 * bandRadius + 1;
  const mean = Array.from({ length: 8 }, (_, k) =>
    k === 0 ? 1 : Math.sin((side * Math.PI * k) / 16) / (side * Math.sin((Math.PI * k) / 16)),
  );
  return Float64Array.from({ length: 64 }, (_, i) => {
    const [u, v] = [i % 8, i >> 3];
    return (smoothing[u]! * smoothing[v]! * (1 - mean[u]! * mean[v]!) ** times) ** 2;
  });
}
