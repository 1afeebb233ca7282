/** Share of the variance that lies between the two classes, from which on a region counts as ink on paper. */
const leastSeparability = 0.8;
/** Ink and paper are far apart: standard deviation, grey values. */
const leastDeviation = 50;

/**
 * Whether grey values fall into two classes far apart, as letters and line drawings do: the between-class variance of
 * the best threshold (Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 9(1), 1979).
 *
 * @param values Grey values, 0–255.
 */
export function isTwoTone(values: Float32Array): boolean {
  const histogram = new Float64Array(256);
  let [total, squares] = [0, 0];
  for (const value of values) {
    histogram[Math.max(0, Math.min(255, Math.round(value)))]! += 1 / values.length;
    total += value / values.length;
    squares += (value * value) / values.length;
  }
  const variance = squares - total * total;
  return variance >= leastDeviation ** 2 && betweenClasses(histogram) >= leastSeparability * variance;
}

function betweenClasses(histogram: Float64Array): number {
  const mean = histogram.reduce((sum, share, value) => sum + share * value, 0);
  let [best, dark, sum] = [0, 0, 0];
  for (let threshold = 0; threshold < 255; threshold++) {
    dark += histogram[threshold]!;
    sum += threshold * histogram[threshold]!;
    if (dark > 0 && dark < 1) best = Math.max(best, (mean * dark - sum) ** 2 / (dark * (1 - dark)));
  }
  return best;
}
