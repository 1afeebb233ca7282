import type { Plane } from "../raster/plane.ts";
import { mapX, mapY } from "./affine.ts";
import { pixelStates, tileSide } from "./compare-tile.ts";
import type { GrownCopy } from "./grow-copy.ts";

/** Pixels of the region that are compared. */
const samples = 3000;
/** How far the copy is moved off its place, pixels: weaves and other fine patterns recur at one of them. */
const offsets = [4, 6, 9, 12];
const directions = [
  [1, 0],
  [0.71, 0.71],
  [0, 1],
  [-0.71, 0.71],
  [-1, 0],
  [-0.71, -0.71],
  [0, -1],
  [0.71, -0.71],
] as const;

/**
 * How well the quieter half of a region agrees with what lies beside its copy, over how well it agrees with the copy:
 * near 1 along edges, stripes and gradients, which have no one place.
 *
 * @param band A plane whose local mean has been taken out.
 */
export function sideCorrelation(band: Plane, copy: GrownCopy): number {
  const points = quietPoints(copy);
  const correlation = correlationAt(band, copy, points, 0, 0);
  const beside = offsets.flatMap((offset) =>
    directions.map(([u, v]) => correlationAt(band, copy, points, offset * u, offset * v)),
  );
  return Math.max(0, ...beside) / Math.max(1e-6, correlation);
}

/** Evenly chosen pixels that agree, those whose windows hold the least. */
function quietPoints({ tiles, area }: GrownCopy): Int32Array {
  const every = Math.max(1, Math.floor(area / samples));
  const chosen: { x: number; y: number; energy: number }[] = [];
  let count = 0;
  for (const { x, y, states, energies } of tiles) {
    for (let i = 0; i < states.length; i++) {
      if (states[i] !== pixelStates.agrees || count++ % every !== 0) continue;
      chosen.push({ x: x + (i % tileSide), y: y + Math.floor(i / tileSide), energy: energies[i]! });
    }
  }
  chosen.sort((a, b) => a.energy - b.energy);
  return Int32Array.from(chosen.slice(0, Math.ceil(chosen.length / 2)).flatMap(({ x, y }) => [x, y]));
}

function correlationAt(
  { width, height, data }: Plane,
  { map }: GrownCopy,
  points: Int32Array,
  u: number,
  v: number,
): number {
  let [here, there, product] = [0, 0, 0];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    const [tx, ty] = [Math.round(mapX(map, x, y) + u), Math.round(mapY(map, x, y) + v)];
    if (tx < 0 || ty < 0 || tx >= width || ty >= height) continue;
    const [a, b] = [data[y * width + x]!, data[ty * width + tx]!];
    here += a * a;
    there += b * b;
    product += a * b;
  }
  return product / Math.sqrt(here * there + 1e-9);
}
