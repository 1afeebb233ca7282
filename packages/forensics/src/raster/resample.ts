import type { Raster } from "@artguard/core";
import type { Plane } from "./plane.ts";

/** Where a picture lies in another one: `x' = scaleX·x + offsetX`, in pixels from the top left corner (centres at +0.5). */
export interface Placement {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/** Which source samples a target sample is the mean of: from `first` on, with these weights. */
interface Footprint {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Shrinks one weighted channel mix of a raster by exact area means; a target that is not smaller keeps its source's size. */
export function areaPlane(raster: Raster, mix: readonly number[], width: number, height: number): Plane {
  const across = footprints(raster.width, Math.min(width, raster.width));
  const down = footprints(raster.height, Math.min(height, raster.height));
  const out = new Float32Array(across.length * down.length);
  const row = new Float64Array(raster.width);
  for (const [y, { first, weights }] of down.entries()) {
    row.fill(0);
    for (const [i, weight] of weights.entries()) addRow(raster, mix, first + i, weight, row);
    for (const [x, footprint] of across.entries()) {
      let sum = 0;
      for (let i = 0; i < footprint.weights.length; i++) sum += footprint.weights[i]! * row[footprint.first + i]!;
      out[y * across.length + x] = sum;
    }
  }
  return { width: across.length, height: down.length, data: out };
}

function addRow(
  { width, channels, data }: Raster,
  mix: readonly number[],
  y: number,
  weight: number,
  row: Float64Array,
) {
  const start = y * width * channels;
  if (channels === 1) {
    const whole = weight * mix.reduce((sum, part) => sum + part, 0);
    for (let x = 0; x < width; x++) row[x]! += whole * data[start + x]!;
    return;
  }
  const [red, green, blue] = [weight * mix[0]!, weight * mix[1]!, weight * mix[2]!];
  for (let x = 0, i = start; x < width; x++, i += 3)
    row[x]! += red * data[i]! + green * data[i + 1]! + blue * data[i + 2]!;
}

function footprints(source: number, target: number): Footprint[] {
  const ratio = source / target;
  return Array.from({ length: target }, (_, i) => {
    const [from, to] = [i * ratio, Math.min(source, (i + 1) * ratio)];
    const first = Math.floor(from);
    const count = Math.max(1, Math.ceil(to - 1e-9) - first);
    const weights = Float64Array.from({ length: count }, (_, k) =>
      Math.max(0, Math.min(to, first + k + 1) - Math.max(from, first + k)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** A plane seen through a placement, on a grid of `width` × `height`; NaN where it lies outside. Bilinear. */
export function warped(plane: Plane, place: Placement, width: number, height: number): Plane {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const v = place.scaleY * (y + 0.5) + place.offsetY - 0.5;
    for (let x = 0; x < width; x++) {
      out[y * width + x] = bilinear(plane, place.scaleX * (x + 0.5) + place.offsetX - 0.5, v);
    }
  }
  return { width, height, data: out };
}

function bilinear({ width, height, data }: Plane, x: number, y: number): number {
  if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) return Number.NaN;
  const u = Math.min(width - 1, Math.max(0, x));
  const v = Math.min(height - 1, Math.max(0, y));
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const [wx, wy] = [u - left, v - top];
  const upper = data[top * width + left]! * (1 - wx) + data[top * width + right]! * wx;
  const lower = data[bottom * width + left]! * (1 - wx) + data[bottom * width + right]! * wx;
  return upper * (1 - wy) + lower * wy;
}

/** A plane after the binomial filter (1 2 1)/4 in both directions; edges are repeated, NaN spreads. */
export function binomial({ width, height, data }: Plane): Plane {
  const rows = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      rows[i] = (data[x > 0 ? i - 1 : i]! + 2 * data[i]! + data[x < width - 1 ? i + 1 : i]!) / 4;
    }
  }
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const [above, below] = [y > 0 ? -width : 0, y < height - 1 ? width : 0];
    for (let i = y * width; i < (y + 1) * width; i++) out[i] = (rows[i + above]! + 2 * rows[i]! + rows[i + below]!) / 4;
  }
  return { width, height, data: out };
}
