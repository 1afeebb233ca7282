/** Mean, variance, skewness and excess-free kurtosis (3 for a normal distribution) of a plane's inner pixels. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly skewness: number;
  readonly kurtosis: number;
}

/** Moments of all values. */
export function momentsOf(values: Float32Array): Moments {
  const count = values.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  const mean = sum / count;
  let [second, third, fourth] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const difference = values[i]! - mean;
    const square = difference * difference;
    second += square;
    third += square * difference;
    fourth += square * square;
  }
  const variance = second / count;
  return {
    mean,
    variance,
    skewness: third / count / (variance ** 1.5 + 1e-6),
    kurtosis: fourth / count / (variance * variance + 1e-6),
  };
}

/** Pearson correlation of two planes of equal length; 0 when either is constant. */
export function correlation(a: Float32Array, b: Float32Array): number {
  let [sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [u, v] = [a[i]!, b[i]!];
    sumA += u;
    sumB += v;
    squareA += u * u;
    squareB += v * v;
    product += u * v;
  }
  const n = a.length;
  const varianceA = squareA / n - (sumA / n) ** 2;
  const varianceB = squareB / n - (sumB / n) ** 2;
  if (varianceA < 1e-4 || varianceB < 1e-4) return 0;
  return (product / n - (sumA / n) * (sumB / n)) / Math.sqrt(varianceA * varianceB);
}
