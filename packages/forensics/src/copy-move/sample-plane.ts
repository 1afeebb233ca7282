import type { Plane } from "../raster/plane.ts";

/** The plane at a fractional position inside it, bilinear. */
export function sampleLinear({ width, data }: Plane, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - left, y - top];
  const i = top * width + left;
  const upper = data[i]! + u * (data[i + 1]! - data[i]!);
  const lower = data[i + width]! + u * (data[i + width + 1]! - data[i + width]!);
  return upper + v * (lower - upper);
}

/** The plane at a fractional position at least 2 px inside it: cubic convolution, a = −½ (Keys 1981). */
export function sampleCubic({ width, data }: Plane, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - left, y - top];
  const [u0, u1, u2, u3] = [
    ((-0.5 * u + 1) * u - 0.5) * u,
    (1.5 * u - 2.5) * u * u + 1,
    ((-1.5 * u + 2) * u + 0.5) * u,
    (0.5 * u - 0.5) * u * u,
  ];
  let i = (top - 1) * width + left;
  const r0 = u0 * data[i - 1]! + u1 * data[i]! + u2 * data[i + 1]! + u3 * data[i + 2]!;
  i += width;
  const r1 = u0 * data[i - 1]! + u1 * data[i]! + u2 * data[i + 1]! + u3 * data[i + 2]!;
  i += width;
  const r2 = u0 * data[i - 1]! + u1 * data[i]! + u2 * data[i + 1]! + u3 * data[i + 2]!;
  i += width;
  const r3 = u0 * data[i - 1]! + u1 * data[i]! + u2 * data[i + 1]! + u3 * data[i + 2]!;
  return (
    ((-0.5 * v + 1) * v - 0.5) * v * r0 +
    ((1.5 * v - 2.5) * v * v + 1) * r1 +
    ((-1.5 * v + 2) * v + 0.5) * v * r2 +
    (0.5 * v - 0.5) * v * v * r3
  );
}
