import type { Plane } from "./plane.ts";

/** Median over the (2·radius + 1)² window around each cell; at the border over the part inside. NaN cells are ignored. */
export function medianFilter({ width, height, data }: Plane, radius: number): Plane {
  const filtered = new Float32Array(data.length);
  const window = new Float32Array((2 * radius + 1) ** 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let count = 0;
      for (let wy = Math.max(0, y - radius); wy <= Math.min(height - 1, y + radius); wy++) {
        for (let wx = Math.max(0, x - radius); wx <= Math.min(width - 1, x + radius); wx++) {
          const value = data[wy * width + wx]!;
          if (!Number.isNaN(value)) window[count++] = value;
        }
      }
      const sorted = window.subarray(0, count).sort();
      filtered[y * width + x] = count === 0 ? Number.NaN : sorted[count >> 1]!;
    }
  }
  return { width, height, data: filtered };
}
