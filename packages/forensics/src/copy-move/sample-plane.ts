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

/**
 * Row-major pixels at a fractional position, 1 px from the left and upper and 2 px from the right and lower edge:
 * cubic convolution, a = −½ (Keys 1981).
 */
export function sampleCubic(data: Float32Array, width: number, x: number, y: number): number {
  const left = x | 0;
  const top = y | 0;
  const u = x - left;
  const v = y - top;
  const u0 = ((-0.5 * u + 1) * u - 0.5) * u;
  const u1 = (1.5 * u - 2.5) * u * u + 1;
  const u2 = ((-1.5 * u + 2) * u + 0.5) * u;
  const u3 = (0.5 * u - 0.5) * u * u;
  const i0 = (top - 1) * width + left;
  const i1 = i0 + width;
  const i2 = i1 + width;
  const i3 = i2 + width;
  const r0 = u0 * data[i0 - 1]! + u1 * data[i0]! + u2 * data[i0 + 1]! + u3 * data[i0 + 2]!;
  const r1 = u0 * data[i1 - 1]! + u1 * data[i1]! + u2 * data[i1 + 1]! + u3 * data[i1 + 2]!;
  const r2 = u0 * data[i2 - 1]! + u1 * data[i2]! + u2 * data[i2 + 1]! + u3 * data[i2 + 2]!;
  const r3 = u0 * data[i3 - 1]! + u1 * data[i3]! + u2 * data[i3 + 1]! + u3 * data[i3 + 2]!;
  return (
    ((-0.5 * v + 1) * v - 0.5) * v * r0 +
    ((1.5 * v - 2.5) * v * v + 1) * r1 +
    ((-1.5 * v + 2) * v + 0.5) * v * r2 +
    (0.5 * v - 0.5) * v * v * r3
  );
}
