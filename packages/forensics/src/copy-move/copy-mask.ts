import type { Plane } from "../raster/plane.ts";
import { type Affine, inverse, mapX, mapY } from "./affine.ts";
import { pixelStates, tileSide } from "./compare-tile.ts";
import type { GrownCopy } from "./grow-copy.ts";
import { PixelSet } from "./pixel-set.ts";

/** A rectangle of the image with one number per pixel. */
export interface MaskedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Half a side of the window in which the density of agreeing pixels is taken. */
const densityRadius = 7;
/** As far from pixels that agree, single pixels are compared: a window at the rim reaches beyond the clone. */
const rim = 5;

/** The states of all tiles over their bounding box. */
export function statesOf({ tiles }: GrownCopy): MaskedBox {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (const { x, y } of tiles) {
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x + tileSide), Math.max(bottom, y + tileSide)];
  }
  const [width, height] = [right - left, bottom - top];
  const data = new Uint8Array(width * height);
  for (const tile of tiles) {
    for (let y = 0; y < tileSide; y++) {
      const row = tile.states.subarray(y * tileSide, (y + 1) * tileSide);
      data.set(row, (tile.y - top + y) * width + tile.x - left);
    }
  }
  return { x: left, y: top, width, height, data };
}

/** The value at a pixel of the image; 0 outside the box. */
export function valueAt({ x, y, width, height, data }: MaskedBox, px: number, py: number): number {
  const [u, v] = [px - x, py - y];
  return u < 0 || v < 0 || u >= width || v >= height ? 0 : data[v * width + u]!;
}

/** For every pixel, the number of pixels in the given state in a square around it. */
export function densities({ width, height, data }: MaskedBox, state: number, radius = densityRadius): Int32Array {
  const sums = new Int32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === state) row++;
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row;
    }
  }
  const counts = new Int32Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    const above = Math.max(0, y - radius) * (width + 1);
    const below = Math.min(height, y + radius + 1) * (width + 1);
    for (let x = 0; x < width; x++, i++) {
      const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
      counts[i] = sums[below + right]! - sums[above + right]! - sums[below + left]! + sums[above + left]!;
    }
  }
  return counts;
}

/** From this density on, at least half of the window agrees. */
export const halfDense = (2 * densityRadius + 1) ** 2 / 2;

/**
 * The region pixel by pixel: what agrees, holes, and the rim as far as single pixels are alike.
 *
 * @param difference Largest mean difference of 3 × 3 pixels at the rim, grey values.
 */
export function outlineOf(plane: Plane, copy: GrownCopy, difference: number): PixelSet {
  const states = padded(statesOf(copy), rim, plane);
  const dense = densities(states, pixelStates.agrees);
  const near = densities(states, pixelStates.agrees, rim);
  const data = states.data.map((state, i) => {
    if (state === pixelStates.agrees || dense[i]! >= halfDense) return 1;
    if (near[i] === 0) return 0;
    const [x, y] = [states.x + (i % states.width), states.y + Math.floor(i / states.width)];
    return meanDifference(plane, copy.map, x, y) <= difference ? 1 : 0;
  });
  const kept = densities({ ...states, data }, 1, 1);
  const outline = new PixelSet(plane.width, plane.height);
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 1 && kept[i]! >= 5)
      outline.add(states.x + (i % states.width), states.y + Math.floor(i / states.width));
  }
  return outline;
}

function padded(box: MaskedBox, by: number, { width, height }: Plane): MaskedBox {
  const [x, y] = [Math.max(0, box.x - by), Math.max(0, box.y - by)];
  const w = Math.min(width, box.x + box.width + by) - x;
  const h = Math.min(height, box.y + box.height + by) - y;
  const data = new Uint8Array(w * h);
  for (let v = 0; v < h; v++) for (let u = 0; u < w; u++) data[v * w + u] = valueAt(box, x + u, y + v);
  return { x, y, width: w, height: h, data };
}

function meanDifference({ width, height, data }: Plane, map: Affine, x: number, y: number): number {
  let [sum, count] = [0, 0];
  for (let v = y - 1; v <= y + 1; v++) {
    for (let u = x - 1; u <= x + 1; u++) {
      const [p, q] = [Math.round(mapX(map, u, v)), Math.round(mapY(map, u, v))];
      if (u < 0 || v < 0 || u >= width || v >= height || p < 0 || q < 0 || p >= width || q >= height) continue;
      sum += Math.abs(data[v * width + u]! - data[q * width + p]!);
      count++;
    }
  }
  return count === 0 ? Infinity : sum / count;
}

/** Where a map takes a set of pixels, clipped to the image. */
export function mapped(set: PixelSet, map: Affine): PixelSet {
  const result = new PixelSet(set.width, set.height);
  const box = set.bounds();
  if (!box) return result;
  const corners = [box.x - 1, box.x + box.width].flatMap((x) => [box.y - 1, box.y + box.height].map((y) => [x, y]));
  const xs = corners.map(([x, y]) => mapX(map, x!, y!));
  const ys = corners.map(([x, y]) => mapY(map, x!, y!));
  const [left, top] = [Math.max(0, Math.floor(Math.min(...xs))), Math.max(0, Math.floor(Math.min(...ys)))];
  const [right, bottom] = [Math.min(set.width - 1, Math.max(...xs)), Math.min(set.height - 1, Math.max(...ys))];
  const back = inverse(map);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      if (set.has(Math.round(mapX(back, x, y)), Math.round(mapY(back, x, y)))) result.add(x, y);
    }
  }
  return result;
}
