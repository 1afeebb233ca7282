import type { Observation } from "@artguard/core";
import type { Square } from "../synthetic-cases.ts";

/** Intersection over union of the pixels that the map marks (above 0.5) and the square. */
export function overlapOf({ heatmap }: Observation, { left, top, side }: Square): number {
  if (!heatmap) return 0;
  const { width, scale, data } = heatmap;
  let [both, either] = [0, 0];
  for (const [i, value] of data.entries()) {
    const [x, y] = [((i % width) + 0.5) * scale, (Math.floor(i / width) + 0.5) * scale];
    const inside = x >= left && x < left + side && y >= top && y < top + side;
    if (inside && value > 0.5) both++;
    if (inside || value > 0.5) either++;
  }
  return both / either;
}
