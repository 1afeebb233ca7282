import { type ButterflyKernel, butterflyKernel } from "./butterfly-kernel.ts";

const wordSize = 8;
/** Numbers per side of the squares in which arrays are transposed: a line of the processor's cache. */
const blockSide = 8;

/**
 * Forward discrete Fourier transform of square arrays, in place: `X[v,u] = Σ x[y,x] e^{-2πi(ux+vy)/n}`, not scaled.
 *
 * Source: Cooley & Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp. 19, 1965
 * (radix 2, decimation in time). Columns are transformed, all of them at each step, between two transpositions.
 */
export class SquareFft {
  readonly side: number;
  /** Row-major; what is transformed, and what becomes of it. */
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  readonly #kernel: ButterflyKernel;
  readonly #waves: number;
  readonly #swaps: Int32Array;
  readonly #turnedReal: Float64Array;
  readonly #turnedImaginary: Float64Array;

  /** @param side Samples per row and column; a power of two, 2 at least. @param kernelOf For tests: what it works with. */
  constructor(side: number, kernelOf: (bytes: number) => ButterflyKernel = butterflyKernel) {
    const area = side * side;
    this.side = side;
    this.#waves = 4 * area * wordSize;
    this.#kernel = kernelOf(this.#waves + side * wordSize);
    const { memory } = this.#kernel;
    const plane = (index: number) => new Float64Array(memory, index * area * wordSize, area);
    [this.real, this.imaginary] = [plane(0), plane(1)];
    [this.#turnedReal, this.#turnedImaginary] = [plane(2), plane(3)];
    const waves = new Float64Array(memory, this.#waves, side);
    for (let k = 0; k < side / 2; k++) {
      waves[2 * k] = Math.cos((2 * Math.PI * k) / side);
      waves[2 * k + 1] = -Math.sin((2 * Math.PI * k) / side);
    }
    this.#swaps = bitReversal(side);
  }

  /** Transforms {@link real} and {@link imaginary}. */
  transform(): void {
    this.#turn(this.real, this.#turnedReal);
    this.#turn(this.imaginary, this.#turnedImaginary);
    this.#transformColumns(this.#turnedReal.byteOffset);
    this.#turn(this.#turnedReal, this.real);
    this.#turn(this.#turnedImaginary, this.imaginary);
    this.#transformColumns(this.real.byteOffset);
  }

  /** Transposes, with the rows in the order of reversed bits. */
  #turn(from: Float64Array, to: Float64Array): void {
    const { side } = this;
    const swaps = this.#swaps;
    for (let top = 0; top < side; top += blockSide) {
      const bottom = Math.min(side, top + blockSide);
      for (let x = 0; x < side; x++) {
        for (let y = top, row = swaps[x]! * side; y < bottom; y++) to[row + y] = from[y * side + x]!;
      }
    }
  }

  #transformColumns(at: number): void {
    const { side } = this;
    const { butterflies } = this.#kernel.run;
    const rowBytes = side * wordSize;
    for (let half = 1, step = side >> 1; half < side; half <<= 1, step >>= 1) {
      for (let k = 0; k < half; k++) {
        const wave = this.#waves + 2 * wordSize * k * step;
        for (let row = k; row < side; row += 2 * half) {
          const a = at + row * rowBytes;
          butterflies(a, a + half * rowBytes, side * rowBytes, wave, rowBytes);
        }
      }
    }
  }
}

function bitReversal(side: number): Int32Array {
  const reversed = new Int32Array(side);
  for (let i = 1; i < side; i++) reversed[i] = (reversed[i >> 1]! >> 1) | (i & 1 ? side >> 1 : 0);
  return reversed;
}
