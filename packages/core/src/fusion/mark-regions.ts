import type { Heatmap, Region } from "../detection/detection.ts";
import type { HeatmapPolicy } from "./policy.ts";
import { simplifyPolygon } from "./simplify-polygon.ts";
import { type Corner, traceOutline } from "./trace-outline.ts";

/** Records stay small: this many regions, strongest first. */
const maximumRegions = 32;

/** Cells that hang together: their box in cells, and how much they speak for forgery. */
interface Patch {
  readonly first: Corner;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly cells: number;
  /** Sum of the cells' probabilities. */
  readonly total: number;
}

/**
 * The regions of a fused map above 0.5 (four-connected), strongest first: by the sum of their cells' excess over 0.5.
 * In pixels of the stored raster, each with its box and outline; `confidence` is the mean of its cells.
 *
 * @param size Stored pixels of the image.
 * @example
 * const heatmap = fuseHeatmaps(analysis.detections, info);
 * const marks = { minimum_region_pixels: 64, polygon_tolerance: 2 };
 * if (heatmap) for (const { x, y } of markRegions(heatmap, info, marks)) console.log(x, y);
 */
export function markRegions(
  map: Heatmap,
  size: { width: number; height: number },
  { minimum_region_pixels, polygon_tolerance }: Pick<HeatmapPolicy, "minimum_region_pixels" | "polygon_tolerance">,
): Region[] {
  const isMarked = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < map.width && y < map.height && map.data[y * map.width + x]! > 0.5;
  return patchesOf(map)
    .filter(({ cells }) => cells * map.scale ** 2 >= minimum_region_pixels)
    .sort((a, b) => excess(b) - excess(a))
    .slice(0, maximumRegions)
    .map((patch) => {
      const outline = simplifyPolygon(traceOutline(isMarked, patch.first), polygon_tolerance);
      return regionOf(patch, outline, map.scale, size);
    });
}

function excess({ total, cells }: Patch): number {
  return total - cells / 2;
}

function regionOf(patch: Patch, outline: readonly Corner[], scale: number, size: { width: number; height: number }) {
  const across = (cell: number) => Math.min(size.width, cell * scale);
  const down = (cell: number) => Math.min(size.height, cell * scale);
  const [x, y] = [across(patch.left), down(patch.top)];
  return {
    x,
    y,
    width: across(patch.right + 1) - x,
    height: down(patch.bottom + 1) - y,
    confidence: Math.min(1, patch.total / patch.cells),
    polygon: outline.map(([cx, cy]): [number, number] => [across(cx), down(cy)]),
  };
}

function patchesOf(map: Heatmap): Patch[] {
  const seen = new Uint8Array(map.data.length);
  const patches: Patch[] = [];
  for (let cell = 0; cell < seen.length; cell++)
    if (seen[cell] === 0 && map.data[cell]! > 0.5) patches.push(flood(cell, map, seen));
  return patches;
}

function flood(start: number, { width, height, data }: Heatmap, seen: Uint8Array): Patch {
  const queue = [start];
  seen[start] = 1;
  let [left, right, top, bottom, total] = [width, 0, height, 0, 0];
  const reach = (cell: number) => {
    if (seen[cell] !== 0 || !(data[cell]! > 0.5)) return;
    seen[cell] = 1;
    queue.push(cell);
  };
  for (let head = 0; head < queue.length; head++) {
    const cell = queue[head]!;
    const x = cell % width;
    const y = (cell - x) / width;
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    total += data[cell]!;
    if (x > 0) reach(cell - 1);
    if (x + 1 < width) reach(cell + 1);
    if (y > 0) reach(cell - width);
    if (y + 1 < height) reach(cell + width);
  }
  const x = start % width;
  return { first: [x, (start - x) / width], left, top, right, bottom, cells: queue.length, total };
}
