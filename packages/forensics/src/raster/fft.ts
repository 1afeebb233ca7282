/**
 * Forward discrete Fourier transform of square arrays, in place: `X[v,u] = Σ x[y,x] e^{-2πi(ux+vy)/n}`, not scaled.
 *
 * Source: Cooley & Tukey, "An algorithm for the machine calculation of complex Fourier series", Math. Comp. 19, 1965
 * (radix 2, decimation in time).
 */
export class SquareFft {
  readonly side: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #swaps: Int32Array;

  /** @param side Samples per row and column; a power of two. */
  constructor(side: number) {
    this.side = side;
    this.#cos = Float64Array.from({ length: side / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / side));
    this.#sin = Float64Array.from({ length: side / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / side));
    this.#swaps = bitReversal(side);
  }

  /** @param real Row-major, replaced. @param imaginary The same. */
  transform(real: Float64Array, imaginary: Float64Array): void {
    for (let pass = 0; pass < 2; pass++) {
      for (let row = 0; row < this.side; row++) this.#transformRow(real, imaginary, row * this.side);
      transpose(real, this.side);
      transpose(imaginary, this.side);
    }
  }

  #transformRow(real: Float64Array, imaginary: Float64Array, at: number): void {
    const { side } = this;
    const [cos, sin, swaps] = [this.#cos, this.#sin, this.#swaps];
    for (let i = 0; i < side; i++) {
      const j = swaps[i]!;
      if (j <= i) continue;
      const [re, im] = [real[at + i]!, imaginary[at + i]!];
      real[at + i] = real[at + j]!;
      imaginary[at + i] = imaginary[at + j]!;
      real[at + j] = re;
      imaginary[at + j] = im;
    }
    for (let half = 1, step = side >> 1; half < side; half <<= 1, step >>= 1) {
      for (let k = 0; k < half; k++) {
        const c = cos[k * step]!;
        const s = sin[k * step]!;
        for (let a = at + k; a < at + side; a += 2 * half) {
          const b = a + half;
          const re = real[b]! * c - imaginary[b]! * s;
          const im = real[b]! * s + imaginary[b]! * c;
          real[b] = real[a]! - re;
          imaginary[b] = imaginary[a]! - im;
          real[a]! += re;
          imaginary[a]! += im;
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

function transpose(data: Float64Array, side: number): void {
  for (let y = 1; y < side; y++) {
    for (let x = 0; x < y; x++) {
      const value = data[y * side + x]!;
      data[y * side + x] = data[x * side + y]!;
      data[x * side + y] = value;
    }
  }
}
