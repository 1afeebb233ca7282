import type { PlaneMemory } from "./plane-memory.ts";

const wordSize = 4;
/** Room at either side of a row for its repeated edges, numbers. */
const rim = 16;

/** Blurs planes of one memory with Gaussians. Kernels end at 2.8 σ. */
export class GaussianBlur {
  readonly #memory: PlaneMemory;
  readonly #weights: Float32Array;
  readonly #row: Float32Array;

  /** Numbers that a blur takes from a memory besides the planes, in two pieces. */
  static room(mostColumns: number): number {
    return rim + mostColumns + 2 * rim;
  }

  constructor(memory: PlaneMemory, mostColumns: number) {
    this.#memory = memory;
    this.#weights = memory.allocate(rim);
    this.#row = memory.allocate(mostColumns + 2 * rim);
  }

  /**
   * Edges are repeated.
   *
   * @param target May not be `source`; both are planes of the memory.
   * @param sigma Standard deviation in pixels, > 0, at most 5.
   */
  blur(source: Float32Array, target: Float32Array, width: number, height: number, sigma: number): void {
    const radius = this.#setWeights(sigma);
    for (let y = 0; y < height; y++) {
      this.#blurColumns(source, width, height, y, radius);
      this.#row.fill(this.#row[rim]!, rim - radius, rim);
      this.#row.fill(this.#row[rim + width - 1]!, rim + width, rim + width + radius);
      this.#blurRow(target.byteOffset + wordSize * y * width, width, radius);
    }
  }

  /** One row of the source, blurred from above to below, goes to `#row`. */
  #blurColumns(source: Float32Array, width: number, height: number, y: number, radius: number): void {
    const { scale, addPair } = this.#memory.kernel.run;
    const [from, weights] = [source.byteOffset, this.#weights.byteOffset];
    const stride = wordSize * width;
    const to = this.#row.byteOffset + wordSize * rim;
    scale(to, from + y * stride, weights, stride);
    for (let k = 1; k <= radius; k++) {
      const [above, below] = [Math.max(0, y - k), Math.min(height - 1, y + k)];
      addPair(to, from + above * stride, from + below * stride, weights + wordSize * k, stride);
    }
  }

  #blurRow(to: number, width: number, radius: number): void {
    const { scale, addPair } = this.#memory.kernel.run;
    const from = this.#row.byteOffset + wordSize * rim;
    const weights = this.#weights.byteOffset;
    scale(to, from, weights, wordSize * width);
    for (let k = 1; k <= radius; k++)
      addPair(to, from - wordSize * k, from + wordSize * k, weights + wordSize * k, wordSize * width);
  }

  /** The centre and the right half of a normalised Gaussian; returns its radius. */
  #setWeights(sigma: number): number {
    const radius = Math.max(1, Math.ceil(2.8 * sigma));
    const kernel = Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
    const sum = kernel.reduce((total, weight) => total + 2 * weight, -kernel[0]!);
    this.#weights.set(kernel.map((weight) => weight / sum));
    return radius;
  }
}
