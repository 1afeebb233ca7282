/**
 * Blurs a plane with a Gaussian, edges repeated. The kernel ends at 2.8 σ.
 *
 * @param target May not be `source`.
 * @param scratch At least `width · height` long.
 * @param sigma Standard deviation in pixels, > 0.
 */
export function gaussianBlur(
  source: Float32Array,
  target: Float32Array,
  scratch: Float32Array,
  width: number,
  height: number,
  sigma: number,
): void {
  const kernel = gaussianKernel(sigma);
  blurRows(source, scratch, width, height, kernel);
  blurColumns(scratch, target, width, height, kernel);
}

/** The centre and the right half of a normalised Gaussian. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.max(1, Math.ceil(2.8 * sigma));
  const kernel = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const sum = kernel.reduce((total, weight) => total + 2 * weight, -kernel[0]!);
  return kernel.map((weight) => weight / sum);
}

function blurRows(source: Float32Array, target: Float32Array, width: number, height: number, kernel: Float64Array) {
  const radius = kernel.length - 1;
  const padded = new Float32Array(width + 2 * radius);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    padded.fill(source[row]!, 0, radius);
    padded.set(source.subarray(row, row + width), radius);
    padded.fill(source[row + width - 1]!, radius + width);
    for (let x = 0; x < width; x++) {
      const centre = x + radius;
      let sum = kernel[0]! * padded[centre]!;
      for (let k = 1; k <= radius; k++) sum += kernel[k]! * (padded[centre - k]! + padded[centre + k]!);
      target[row + x] = sum;
    }
  }
}

function blurColumns(source: Float32Array, target: Float32Array, width: number, height: number, kernel: Float64Array) {
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) target[row + x] = kernel[0]! * source[row + x]!;
    for (let k = 1; k < kernel.length; k++) {
      const above = Math.max(0, y - k) * width;
      const below = Math.min(height - 1, y + k) * width;
      const weight = kernel[k]!;
      for (let x = 0; x < width; x++) target[row + x]! += weight * (source[above + x]! + source[below + x]!);
    }
  }
}
