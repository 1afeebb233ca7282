import { mapX, mapY } from "./affine.ts";
import { type GrownCopy, pixelStates, tileSide } from "./grow-copy.ts";
import { type CopyMeasures, measureCopy } from "./measure-copy.ts";

/** A copy and how much it looks like a clone rather than a repetition of the scene. */
export interface JudgedCopy {
  readonly copy: GrownCopy;
  readonly measures: CopyMeasures;
  /** Other places of the image that are like the same region. */
  readonly otherPlaces: number;
  /** 1 and above: a clone. Continuous below, for ranking. */
  readonly score: number;
}

const leastSolidity = 0.85;
const largestOverlap = 0.2;
const largestAnisotropy = 1.35;
/** Share of the region that another copy has to hold to count as another place. */
const sharedPart = 0.3;

/** Judges all copies of an image together: a repetition seldom comes alone. Best first. */
export function judgeCopies(copies: readonly GrownCopy[], quality: number): JudgedCopy[] {
  const judged = copies.map((copy) => judgeCopy(copy, copies, quality));
  return judged.sort((a, b) => b.score - a.score);
}

function judgeCopy(copy: GrownCopy, all: readonly GrownCopy[], quality: number): JudgedCopy {
  const measures = measureCopy(copy);
  const otherPlaces = all.filter((other) => other !== copy && isAnotherPlace(copy, other)).length;
  const leastQuiet = quality > 100 ? 0.96 : 0.9;
  const margins = [
    (measures.quietCorrelation - leastQuiet) / (1 - leastQuiet),
    Math.log2(measures.area / 500) / 3,
    (measures.solidity - leastSolidity) / (1 - leastSolidity),
    (largestOverlap - measures.overlap) / largestOverlap,
    (largestAnisotropy - measures.anisotropy) / (largestAnisotropy - 1),
    otherPlaces === 0 ? 1 : -0.2 * otherPlaces,
  ];
  const worst = Math.min(...margins);
  return { copy, measures, otherPlaces, score: Math.max(0, 1 + worst / 2) };
}

/** Whether `other` leads from a good part of the region of `copy`, or of its target, to a third place. */
function isAnotherPlace(copy: GrownCopy, other: GrownCopy): boolean {
  let [shared, seen] = [0, 0];
  for (const tile of copy.tiles) {
    for (let i = 0; i < tile.states.length; i += 7) {
      if (tile.states[i] !== pixelStates.agrees) continue;
      seen++;
      const [x, y] = [tile.x + (i % tileSide), tile.y + Math.floor(i / tileSide)];
      const [tx, ty] = [mapX(copy.map, x, y), mapY(copy.map, x, y)];
      if (leadsElsewhere(other, x, y, tx, ty) || leadsElsewhere(other, tx, ty, x, y)) shared++;
    }
  }
  return shared >= sharedPart * seen;
}

/** Whether a copy holds (x, y) and takes it neither there nor anywhere near (tx, ty). */
function leadsElsewhere(copy: GrownCopy, x: number, y: number, tx: number, ty: number): boolean {
  const tile = copy.tiles.find((one) => x >= one.x && y >= one.y && x < one.x + tileSide && y < one.y + tileSide);
  if (!tile) return false;
  const state = tile.states[Math.floor(y - tile.y) * tileSide + Math.floor(x - tile.x)];
  if (state !== pixelStates.agrees) return false;
  return Math.hypot(mapX(copy.map, x, y) - tx, mapY(copy.map, x, y) - ty) > 12;
}
