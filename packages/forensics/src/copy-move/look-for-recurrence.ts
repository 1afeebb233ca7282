import type { Plane } from "../raster/plane.ts";
import { mapX, mapY } from "./affine.ts";
import { pixelStates, tileSide } from "./compare-tile.ts";
import type { GrownCopy } from "./grow-copy.ts";

/** Pixels of the region that are compared. */
const samples = 120;
/** As far from the middle of the region pixels are taken, and as far from it the region is looked for, pixels. */
const mostRadius = 32;
const mostDistance = 320;
/** Nearer to a known place than this is that place. */
const samePlace = 10;
/** Half a side of the box whose mean is taken out: light and shade do not count. */
const boxRadius = 5;
/**
 * Whether the motif of a region occurs at a further place, unturned, besides the region and its copy: then the scene
 * repeats itself, as lattices, fabrics, façades and letters do.
 *
 * @param leastCorrelation At a whole-pixel shift, from which on a place shows the same motif.
 */
export function recursElsewhere(plane: Plane, copy: GrownCopy, leastCorrelation = 0.6): boolean {
  const motif = motifOf(plane, copy);
  if (!motif) return false;
  const target = { x: mapX(copy.map, motif.x, motif.y), y: mapY(copy.map, motif.x, motif.y) };
  return (
    occursAround(plane, motif, motif, target, leastCorrelation) ||
    occursAround(plane, motif, target, motif, leastCorrelation, motif)
  );
}

interface Motif {
  /** Middle of the region. */
  readonly x: number;
  readonly y: number;
  /** Offsets from there. */
  readonly offsets: Int32Array;
  /** Values less their mean, of length 1. */
  readonly values: Float64Array;
}

/** Pixels of the region around its middle, evenly chosen. Undefined when they are flat. */
function motifOf(plane: Plane, copy: GrownCopy): Motif | undefined {
  let [sumX, sumY, count] = [0, 0, 0];
  const visit = (use: (x: number, y: number) => void) => {
    for (const tile of copy.tiles) {
      for (let i = 0; i < tile.states.length; i++) {
        if (tile.states[i] === pixelStates.agrees) use(tile.x + (i % tileSide), tile.y + Math.floor(i / tileSide));
      }
    }
  };
  visit((px, py) => {
    [sumX, sumY, count] = [sumX + px, sumY + py, count + 1];
  });
  const [x, y] = [Math.round(sumX / count), Math.round(sumY / count)];
  const near: number[] = [];
  visit((px, py) => {
    if (Math.max(Math.abs(px - x), Math.abs(py - y)) <= mostRadius) near.push(px - x, py - y);
  });
  const step = Math.max(1, Math.floor(near.length / 2 / samples));
  const offsets = Int32Array.from(near.filter((_, i) => (i >> 1) % step === 0));
  const values = new Float64Array(offsets.length / 2);
  for (let i = 0; i < values.length; i++) values[i] = residualAt(plane, x + offsets[2 * i]!, y + offsets[2 * i + 1]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const length = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  if (!(length > 0)) return undefined;
  return { x, y, offsets, values: values.map((value) => (value - mean) / length) };
}

function residualAt({ width, height, data }: Plane, x: number, y: number): number {
  let [sum, count] = [0, 0];
  for (let v = Math.max(0, y - boxRadius); v <= Math.min(height - 1, y + boxRadius); v++) {
    for (let u = Math.max(0, x - boxRadius); u <= Math.min(width - 1, x + boxRadius); u++, count++)
      sum += data[v * width + u]!;
  }
  return data[y * width + x]! - sum / count;
}

/** Looks around one place, leaving out both known ones and what lies around `seen`, if given. */
function occursAround(
  plane: Plane,
  motif: Motif,
  place: Point,
  other: Point,
  leastCorrelation: number,
  seen?: Point,
): boolean {
  const [x, y] = [Math.round(place.x), Math.round(place.y)];
  const field = residualField(plane, x, y, mostDistance + mostRadius);
  for (let py = Math.max(0, y - mostDistance); py <= y + mostDistance; py++) {
    for (let px = Math.max(0, x - mostDistance); px <= x + mostDistance; px++) {
      if (seen && isWithin(mostDistance, px, py, seen)) continue;
      if (isWithin(samePlace, px, py, place) || isWithin(samePlace, px, py, other)) continue;
      if (correlationAt(field, motif, px, py) >= leastCorrelation) return true;
    }
  }
  return false;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function isWithin(distance: number, x: number, y: number, place: Point): boolean {
  return Math.max(Math.abs(x - place.x), Math.abs(y - place.y)) < distance;
}

interface Field extends Plane {
  readonly x: number;
  readonly y: number;
}

/** The plane less its local mean, in a square around a place. */
function residualField(plane: Plane, x: number, y: number, reach: number): Field {
  const [x0, y0] = [Math.max(0, x - reach), Math.max(0, y - reach)];
  const [width, height] = [Math.min(plane.width, x + reach + 1) - x0, Math.min(plane.height, y + reach + 1) - y0];
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let v = 0; v < height; v++) {
    let row = 0;
    for (let u = 0; u < width; u++) {
      row += plane.data[(y0 + v) * plane.width + x0 + u]!;
      sums[(v + 1) * (width + 1) + u + 1] = sums[v * (width + 1) + u + 1]! + row;
    }
  }
  const data = new Float32Array(width * height);
  for (let v = 0, i = 0; v < height; v++) {
    const [above, below] = [Math.max(0, v - boxRadius), Math.min(height, v + boxRadius + 1)];
    for (let u = 0; u < width; u++, i++) {
      const [left, right] = [Math.max(0, u - boxRadius), Math.min(width, u + boxRadius + 1)];
      const sum =
        sums[below * (width + 1) + right]! -
        sums[above * (width + 1) + right]! -
        sums[below * (width + 1) + left]! +
        sums[above * (width + 1) + left]!;
      data[i] = plane.data[(y0 + v) * plane.width + x0 + u]! - sum / ((below - above) * (right - left));
    }
  }
  return { x: x0, y: y0, width, height, data };
}

/** Correlation of the motif with the field at a place; −1 where it does not fit in. */
function correlationAt(field: Field, { offsets, values }: Motif, x: number, y: number): number {
  const [u0, v0] = [x - field.x, y - field.y];
  let [sum, squares, product] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const [u, v] = [u0 + offsets[2 * i]!, v0 + offsets[2 * i + 1]!];
    if (u < 0 || v < 0 || u >= field.width || v >= field.height) return -1;
    const value = field.data[v * field.width + u]!;
    sum += value;
    squares += value * value;
    product += value * values[i]!;
    // Nothing alike in the first quarter: leave.
    if (i === values.length >> 2 && product < 0) return -1;
  }
  const variance = squares - (sum * sum) / values.length;
  return variance <= 0 ? -1 : product / Math.sqrt(variance);
}
