import type { Corner } from "./trace-outline.ts";

/** An outline with more corners is thinned first: the worst case of the simplification is quadratic. */
const maximumCorners = 4096;

/**
 * The closed polygon without the corners that lie within `tolerance` of it (Douglas & Peucker 1973), cut first at its
 * start and the corner farthest from there. What shrinks to a line comes back as it was.
 */
export function simplifyPolygon(outline: readonly Corner[], tolerance: number): Corner[] {
  const every = Math.ceil(outline.length / maximumCorners);
  const corners = outline.filter((_, index) => index % every === 0);
  const far = farthest(corners, 0, corners.length, (corner) => distance(corner, corners[0]!)).index;
  const ring = [...corners, corners[0]!];
  const kept = new Uint8Array(ring.length);
  kept[0] = kept[far] = 1;
  const pending: [number, number][] = [
    [0, far],
    [far, ring.length - 1],
  ];
  for (let part = pending.pop(); part; part = pending.pop()) {
    const [from, to] = part;
    const worst = farthest(ring, from + 1, to, (corner) => distanceToLine(corner, ring[from]!, ring[to]!));
    if (worst.distance <= tolerance) continue;
    kept[worst.index] = 1;
    pending.push([from, worst.index], [worst.index, to]);
  }
  const simple = corners.filter((_, index) => kept[index] === 1);
  return simple.length >= 3 ? simple : [...corners];
}

function farthest(corners: readonly Corner[], from: number, to: number, distanceOf: (corner: Corner) => number) {
  const worst = { index: from, distance: 0 };
  for (let index = from; index < to; index++) {
    const distance = distanceOf(corners[index]!);
    if (distance > worst.distance) Object.assign(worst, { index, distance });
  }
  return worst;
}

function distance([x, y]: Corner, [u, v]: Corner): number {
  return Math.hypot(x - u, y - v);
}

/** Distance to the segment between two corners; to the corner where they are one. */
function distanceToLine(corner: Corner, from: Corner, to: Corner): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((corner[0] - from[0]) * dx + (corner[1] - from[1]) * dy) / length;
  const share = Math.min(1, Math.max(0, along));
  return distance(corner, [from[0] + share * dx, from[1] + share * dy]);
}
