import { histogramSize } from "./cell-statistics.ts";
import type { WindowFeatures } from "./window-features.ts";

/** Share of a window that must have kept its noise. */
const leastValid = 0.6;
const rounds = 10;

/** How far the residual of each window is from that of the majority. */
export interface BackgroundDistance {
  /**
   * Squared distance per dimension, row-major: 1 is what the windows of one picture differ by on average; NaN where the
   * window has lost its noise.
   */
  readonly squared: Float32Array;
  /** Windows that could be judged. */
  readonly judged: number;
}

/**
 * Projects the features on process discriminants and measures the distance to the centre of the majority: the location
 * of a multivariate Cauchy distribution, by expectation maximisation, to which a minority hardly matters. What belongs
 * to the majority is never called a forgery, whatever it looks like.
 *
 * Kent, Tyler, Vardi, "A curious likelihood identity for the multivariate t-distribution", 1994.
 *
 * @param discriminants Rows of `histogramSize` numbers.
 */
export function backgroundDistance(
  windows: WindowFeatures,
  discriminants: readonly (readonly number[])[],
): BackgroundDistance {
  const judged = Int32Array.from([...windows.valid.keys()].filter((i) => windows.valid[i]! >= leastValid));
  const points = projected(windows.features, judged, discriminants);
  const centre = medians(points, discriminants.length);
  let squared = squaredDistances(points, centre);
  for (let round = 0; round < rounds; round++) {
    moveCentre(centre, points, squared);
    squared = squaredDistances(points, centre);
  }
  const out = new Float32Array(windows.valid.length).fill(Number.NaN);
  for (let i = 0; i < judged.length; i++) out[judged[i]!] = squared[i]!;
  return { squared: out, judged: judged.length };
}

function projected(features: Float32Array, judged: Int32Array, discriminants: readonly (readonly number[])[]) {
  const size = discriminants.length;
  const points = new Float32Array(judged.length * size);
  for (let i = 0; i < judged.length; i++) {
    const from = judged[i]! * histogramSize;
    for (let d = 0; d < size; d++) {
      const row = discriminants[d]!;
      let sum = 0;
      for (let k = 0; k < histogramSize; k++) sum += row[k]! * features[from + k]!;
      points[i * size + d] = sum;
    }
  }
  return points;
}

function medians(points: Float32Array, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, d) => {
    const values = new Float32Array(points.length / size);
    for (let i = 0; i < values.length; i++) values[i] = points[i * size + d]!;
    return values.sort()[values.length >> 1] ?? 0;
  });
}

/** Per dimension, to the centre. */
function squaredDistances(points: Float32Array, centre: Float64Array): Float32Array {
  const size = centre.length;
  const squared = new Float32Array(points.length / size);
  for (let i = 0; i < squared.length; i++) {
    let sum = 0;
    for (let d = 0; d < size; d++) sum += (points[i * size + d]! - centre[d]!) ** 2;
    squared[i] = sum / size;
  }
  return squared;
}

/** To the mean weighted by closeness. */
function moveCentre(centre: Float64Array, points: Float32Array, squared: Float32Array): void {
  const size = centre.length;
  centre.fill(0);
  let total = 0;
  for (let i = 0; i < squared.length; i++) {
    const weight = 1 / (1 + squared[i]!);
    total += weight;
    for (let d = 0; d < size; d++) centre[d]! += weight * points[i * size + d]!;
  }
  for (let d = 0; d < size; d++) centre[d]! /= Math.max(total, Number.MIN_VALUE);
}
