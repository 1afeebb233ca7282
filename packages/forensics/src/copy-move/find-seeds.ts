import type { Plane } from "../raster/plane.ts";
import { type Affine, affineParts, frameSimilarity, inverse, mapX, mapY } from "./affine.ts";
import { type Alignment, alignPatch } from "./align-patch.ts";
import type { Keypoint, Keypoints } from "./find-keypoints.ts";
import { type KeypointMatch, matchKeypoints } from "./match-keypoints.ts";
import { pseudoRandom } from "./pseudo-random.ts";

/** A place that looks like another one, with the map that leads there. */
export interface Seed {
  readonly x: number;
  readonly y: number;
  readonly map: Affine;
  readonly correlation: number;
  /** How many other seeds nearby follow the same map. */
  readonly support: number;
}

const leastCorrelation = 0.8;
const largestScale = 2.2;
const largestAnisotropy = 1.6;
/** Patch around a keypoint that is aligned, in units of its blur, and its limits in pixels. */
const patchSize = 5;
const leastRadius = 8;
const mostRadius = 28;
const samplesPerRadius = 10;
/** Matches that are aligned at most, nearest descriptors first. */
const mostAligned = 3000;
const supportDistance = 96;
const supportError = 4;

/**
 * Seeds from matching keypoints whose surroundings agree after alignment. The map leads from the smaller of the two
 * places to the larger, so that following it never magnifies.
 */
export function findSeeds(plane: Plane, keypoints: Keypoints, leastShift: number): Seed[] {
  const matches = matchKeypoints(keypoints, leastShift, pseudoRandom());
  matches.sort((a, b) => a.distance - b.distance);
  const seeds: Seed[] = [];
  const done = new Set<string>();
  for (const match of matches) {
    if (done.size >= mostAligned) break;
    const key = `${Math.min(match.from, match.to)} ${Math.max(match.from, match.to)} ${match.mirrored}`;
    if (done.has(key)) continue;
    done.add(key);
    const seed = seedOf(plane, keypoints.points, match);
    if (seed) seeds.push(seed);
  }
  return withSupport(seeds);
}

function seedOf(plane: Plane, points: readonly Keypoint[], match: KeypointMatch): Seed | undefined {
  const [a, b] = [points[match.from]!, points[match.to]!];
  const [from, to] = a.scale <= b.scale ? [a, b] : [b, a];
  const start = frameSimilarity(from, to, match.mirrored);
  const aligned = alignPatch(plane, patchAround(plane, from), start);
  if (!aligned || aligned.correlation < leastCorrelation) return undefined;
  const [x, y] = [mapX(aligned.map, from.x, from.y), mapY(aligned.map, from.x, from.y)];
  if (Math.hypot(x - to.x, y - to.y) > 4 * to.scale + 2) return undefined;
  return seedFrom(from, aligned);
}

/** The seed at a point that was aligned, or at its image if the map would make it smaller. */
export function seedFrom({ x, y }: { x: number; y: number }, { map, correlation }: Alignment): Seed | undefined {
  const { scale, anisotropy } = affineParts(map);
  if (scale > largestScale || scale < 1 / largestScale || anisotropy > largestAnisotropy) return undefined;
  return scale >= 0.97
    ? { x, y, map, correlation, support: 0 }
    : { x: mapX(map, x, y), y: mapY(map, x, y), map: inverse(map), correlation, support: 0 };
}

/** A square grid of whole pixels inside the image. */
function patchAround({ width, height }: Plane, { x, y, scale }: Keypoint): Int32Array {
  const radius = Math.max(leastRadius, Math.min(mostRadius, patchSize * scale));
  const step = Math.max(1, Math.round(radius / samplesPerRadius));
  const reach = Math.round(radius / step);
  const points = new Int32Array(2 * (2 * reach + 1) ** 2);
  let count = 0;
  for (let v = -reach; v <= reach; v++) {
    for (let u = -reach; u <= reach; u++) {
      const [px, py] = [Math.round(x) + u * step, Math.round(y) + v * step];
      if (px < 1 || py < 1 || px >= width - 1 || py >= height - 1) continue;
      points[count++] = px;
      points[count++] = py;
    }
  }
  return points.subarray(0, count);
}

/** Counts for each seed those nearby whose map agrees with its own, in either direction; most support first. */
export function withSupport(seeds: readonly Seed[]): Seed[] {
  const supported = seeds.map((seed) => {
    const support = seeds.filter(
      (other) =>
        other !== seed &&
        Math.abs(other.x - seed.x) < supportDistance &&
        Math.abs(other.y - seed.y) < supportDistance &&
        Math.abs(mapX(seed.map, other.x, other.y) - mapX(other.map, other.x, other.y)) < supportError &&
        Math.abs(mapY(seed.map, other.x, other.y) - mapY(other.map, other.x, other.y)) < supportError,
    ).length;
    return { ...seed, support };
  });
  return supported.sort((a, b) => b.support - a.support || b.correlation - a.correlation);
}
