import type { Plane } from "../raster/plane.ts";
import type { Affine } from "./affine.ts";
import { sampleLinear } from "./sample-plane.ts";

/** An affine map that was made to fit, and how well it does. */
export interface Alignment {
  readonly map: Affine;
  /** Normalised cross-correlation of the two patches, −1 to 1. */
  readonly correlation: number;
}

const iterations = 12;
/** Pixels of motion at a corner below which an iteration has converged. */
const converged = 0.02;
const least = 0.3;
const parameters = 6;

/**
 * Makes an affine map fit by the inverse compositional Lucas–Kanade algorithm on a set of points, brightness and
 * contrast taken out. Undefined where the patch leaves the image, is flat, or does not converge.
 *
 * Baker and Matthews, "Lucas-Kanade 20 years on", IJCV 56(3), 2004, section 3.2.
 *
 * @param points x and y of whole pixels in turn, each at least 1 px inside the image.
 */
export function alignPatch(plane: Plane, points: Int32Array, start: Affine): Alignment | undefined {
  const template = templateOf(plane, points);
  if (!template) return undefined;
  const values = room.current.subarray(0, points.length / 2);
  let map = start;
  let correlation = -1;
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (!warp(plane, points, map, values)) return undefined;
    const deviation = normalise(values);
    if (deviation < 1e-3) return undefined;
    correlation = 0;
    for (let i = 0; i < values.length; i++) correlation += (values[i]! * template.values[i]!) / values.length;
    if (iteration > 2 && correlation < least) return undefined;
    const step = template.step(values);
    map = composed(map, step, template);
    if (!isPlausible(map)) return undefined;
    if (largestMotion(step, template.radius) < converged) break;
  }
  if (!warp(plane, points, map, values) || normalise(values) < 1e-3) return undefined;
  correlation = 0;
  for (let i = 0; i < values.length; i++) correlation += (values[i]! * template.values[i]!) / values.length;
  return { map, correlation };
}

/** Reused from call to call: there are thousands of them. */
const room = { current: new Float64Array(0), template: new Float64Array(0), descent: new Float64Array(0) };

function makeRoom(count: number): void {
  if (room.current.length >= count) return;
  room.current = new Float64Array(count);
  room.template = new Float64Array(count);
  room.descent = new Float64Array(count * parameters);
}

interface Template {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Mean 0, deviation 1. */
  readonly values: Float64Array;
  /** The motion of the template that explains the difference to it, in coordinates around (x, y). */
  step(values: Float64Array): Float64Array;
}

function templateOf({ width, data }: Plane, points: Int32Array): Template | undefined {
  const count = points.length / 2;
  let [x, y] = [0, 0];
  for (let i = 0; i < count; i++) {
    x += points[2 * i]! / count;
    y += points[2 * i + 1]! / count;
  }
  let radius = 1;
  makeRoom(count);
  const values = room.template.subarray(0, count);
  const descent = room.descent;
  for (let i = 0; i < count; i++) {
    const at = points[2 * i + 1]! * width + points[2 * i]!;
    values[i] = data[at]!;
    radius = Math.max(radius, Math.abs(points[2 * i]! - x), Math.abs(points[2 * i + 1]! - y));
    const [gx, gy] = [(data[at + 1]! - data[at - 1]!) / 2, (data[at + width]! - data[at - width]!) / 2];
    const [u, v] = [points[2 * i]! - x, points[2 * i + 1]! - y];
    const k = i * parameters;
    descent[k] = gx * u;
    descent[k + 1] = gx * v;
    descent[k + 2] = gx;
    descent[k + 3] = gy * u;
    descent[k + 4] = gy * v;
    descent[k + 5] = gy;
  }
  const deviation = normalise(values);
  if (deviation < 0.2) return undefined;
  // Scaling the linear part by the radius keeps the equations well conditioned.
  const hessian = new Float64Array(parameters * parameters);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < parameters; k++) {
      const index = i * parameters + k;
      descent[index]! /= k % 3 === 2 ? deviation : deviation * radius;
    }
    for (let k = 0; k < parameters; k++) {
      const weight = descent[i * parameters + k]!;
      for (let l = 0; l <= k; l++) hessian[k * parameters + l]! += weight * descent[i * parameters + l]!;
    }
  }
  if (!factorise(hessian)) return undefined;
  const step = (current: Float64Array) => {
    const right = new Float64Array(parameters);
    for (let i = 0; i < count; i++) {
      const error = current[i]! - values[i]!;
      for (let k = 0; k < parameters; k++) right[k]! += error * descent[i * parameters + k]!;
    }
    solve(hessian, right);
    for (let k = 0; k < parameters; k++) if (k % 3 !== 2) right[k]! /= radius;
    return right;
  };
  return { x, y, radius, values, step };
}

/** Cholesky factor in the lower triangle; false if the matrix is singular. */
function factorise(matrix: Float64Array): boolean {
  for (let i = 0; i < parameters; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * parameters + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * parameters + k]! * matrix[j * parameters + k]!;
      if (i !== j) matrix[i * parameters + j] = sum / matrix[j * parameters + j]!;
      else if (sum < 1e-4) return false;
      else matrix[i * parameters + i] = Math.sqrt(sum);
    }
  }
  return true;
}

function solve(factor: Float64Array, right: Float64Array): void {
  for (let i = 0; i < parameters; i++) {
    for (let k = 0; k < i; k++) right[i]! -= factor[i * parameters + k]! * right[k]!;
    right[i]! /= factor[i * parameters + i]!;
  }
  for (let i = parameters - 1; i >= 0; i--) {
    for (let k = i + 1; k < parameters; k++) right[i]! -= factor[k * parameters + i]! * right[k]!;
    right[i]! /= factor[i * parameters + i]!;
  }
}

function warp(plane: Plane, points: Int32Array, map: Affine, values: Float64Array): boolean {
  const [right, bottom] = [plane.width - 1.001, plane.height - 1.001];
  for (let i = 0; i < values.length; i++) {
    const [px, py] = [points[2 * i]!, points[2 * i + 1]!];
    const x = map.a * px + map.b * py + map.c;
    const y = map.d * px + map.e * py + map.f;
    if (!(x >= 0 && y >= 0 && x < right && y < bottom)) return false;
    values[i] = sampleLinear(plane, x, y);
  }
  return true;
}

/** Takes out the mean and the standard deviation; returns the latter. */
function normalise(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  for (let i = 0; i < values.length; i++) values[i] = deviation === 0 ? 0 : (values[i]! - mean) / deviation;
  return deviation;
}

/** `map` after the inverse of a small motion around the centre of the template. */
function composed(map: Affine, step: Float64Array, { x, y }: { x: number; y: number }): Affine {
  const [p, q, r, s, t, u] = [1 + step[0]!, step[1]!, step[2]!, step[3]!, 1 + step[4]!, step[5]!];
  const determinant = p * t - q * s;
  const [ip, iq, is, it] = [t / determinant, -q / determinant, -s / determinant, p / determinant];
  const [ir, iu] = [-(ip * r + iq * u), -(is * r + it * u)];
  // Back from coordinates around the centre.
  const [cx, cy] = [ir + x - ip * x - iq * y, iu + y - is * x - it * y];
  return {
    a: map.a * ip + map.b * is,
    b: map.a * iq + map.b * it,
    c: map.a * cx + map.b * cy + map.c,
    d: map.d * ip + map.e * is,
    e: map.d * iq + map.e * it,
    f: map.d * cx + map.e * cy + map.f,
  };
}

function largestMotion(step: Float64Array, radius: number): number {
  const x = radius * (Math.abs(step[0]!) + Math.abs(step[1]!)) + Math.abs(step[2]!);
  const y = radius * (Math.abs(step[3]!) + Math.abs(step[4]!)) + Math.abs(step[5]!);
  return Math.max(x, y);
}

function isPlausible({ a, b, d, e }: Affine): boolean {
  const area = Math.abs(a * e - b * d);
  return area > 0.15 && area < 6.5;
}
