/** Twiddle factors and scratch space of a transform of one length, which is a power of two. */
export interface FourierPlan {
  readonly length: number;
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
  readonly reversed: Uint16Array;
}

/** Prepares transforms of `length` complex values, a power of two. */
export function fourierPlan(length: number): FourierPlan {
  const angles = Array.from({ length: length / 2 }, (_, k) => (-2 * Math.PI * k) / length);
  const bits = Math.log2(length);
  const reversed = Uint16Array.from({ length }, (_, i) => {
    let [value, rest] = [0, i];
    for (let bit = 0; bit < bits; bit++, rest >>= 1) value = (value << 1) | (rest & 1);
    return value;
  });
  return {
    length,
    cosines: Float64Array.from(angles, Math.cos),
    sines: Float64Array.from(angles, Math.sin),
    reversed,
  };
}

/**
 * Discrete Fourier transform in place of the `length` complex values at `offset`, `stride` apart (Cooley and Tukey,
 * 1965, radix 2, unnormalised).
 */
export function transform(
  { length, cosines, sines, reversed }: FourierPlan,
  real: Float64Array,
  imaginary: Float64Array,
  offset: number,
  stride: number,
): void {
  for (let i = 0; i < length; i++) {
    const j = reversed[i]!;
    if (j <= i) continue;
    const [a, b] = [offset + i * stride, offset + j * stride];
    const [re, im] = [real[a]!, imaginary[a]!];
    real[a] = real[b]!;
    imaginary[a] = imaginary[b]!;
    real[b] = re;
    imaginary[b] = im;
  }
  for (let half = 1; half < length; half *= 2) {
    const step = length / (2 * half);
    for (let start = 0; start < length; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [a, b] = [offset + (start + k) * stride, offset + (start + k + half) * stride];
        const [c, s] = [cosines[k * step]!, sines[k * step]!];
        const re = real[b]! * c - imaginary[b]! * s;
        const im = real[b]! * s + imaginary[b]! * c;
        real[b] = real[a]! - re;
        imaginary[b] = imaginary[a]! - im;
        real[a] = real[a]! + re;
        imaginary[a] = imaginary[a]! + im;
      }
    }
  }
}
