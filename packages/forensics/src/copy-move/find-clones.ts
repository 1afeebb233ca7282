import type { Raster } from "@artguard/core";
import { lumaPlane, type Plane } from "../raster/plane.ts";
import { type AffineParts, affineParts } from "./affine.ts";
import { TileComparison } from "./compare-tile.ts";
import { mapped, outlineOf } from "./copy-mask.ts";
import { findCopies } from "./find-copies.ts";
import { type ExactCopy, findExactCopies } from "./find-exact-copies.ts";
import { findKeypoints } from "./find-keypoints.ts";
import { findSeeds } from "./find-seeds.ts";
import { findSmoothCopies } from "./find-smooth-copies.ts";
import type { Growth } from "./grow-copy.ts";
import { type JudgedCopy, judgeCopies } from "./judge-copy.ts";
import type { PixelSet } from "./pixel-set.ts";

/** A region that occurs twice for no reason of the scene. */
export interface Clone {
  /** 1 and above. */
  readonly score: number;
  /** Whether the places are equal to the last digit. */
  readonly isExact: boolean;
  /** Pixels that were compared and hold texture. */
  readonly area: number;
  readonly parts: AffineParts;
  /** One of the two places; which of them is the original remains open. */
  readonly source: PixelSet;
  readonly target: PixelSet;
}

/** What the searches saw. */
export interface CloneReading {
  /** Strongest first. */
  readonly clones: readonly Clone[];
  /** 1 and above with a clone; below, how near the most similar repetition comes. */
  readonly score: number;
  /** Regions that were compared. */
  readonly candidates: number;
  /** The best candidate of the keypoints, or the clone that the dense search found instead. */
  readonly best: JudgedCopy | undefined;
}

/** Copies nearer than this are texture, pixels. */
const leastShift = 16;
/** Fewest textured pixels of an exact copy. Even where one pixel in two recurs by chance, 2⁻⁶⁴ is far below 1 / pairs. */
const fewestExact = 64;
const largestOverlap = 0.2;
/** As many exact copies with shifts of their own belong to a pattern that was drawn. */
const patternShifts = 7;
const mostClones = 8;

/**
 * Finds clones: exact ones first (files without loss), then those that were resampled or compressed. Smooth areas, which
 * have no keypoints, are searched densely when nothing else was found.
 *
 * @param quality Of the JPEG; above 100 for files without loss.
 */
export function findClones(raster: Raster, quality: number): CloneReading {
  const plane = lumaPlane(raster);
  const exact = quality > 100 ? exactClones(findExactCopies(raster, leastShift)) : [];
  const seeds = findSeeds(plane, findKeypoints(plane), leastShift);
  const judged = judgeCopies(plane, findCopies(plane, seeds, fineGrowth(quality)), quality);
  const isFound = exact.length > 0 || (judged[0]?.score ?? 0) >= 1;
  const smooth = isFound ? [] : findSmoothCopies(plane, quality, leastShift);
  const clones = withJudged(plane, exact, [...judged, ...smooth]);
  const isSmooth = (smooth[0]?.score ?? 0) >= 1;
  return {
    clones,
    // Below the bar, the dense search says little, and not on the scale of the regression.
    score: Math.max(clones[0]?.score ?? 0, judged[0]?.score ?? 0),
    candidates: judged.length + smooth.length + exact.length,
    best: isSmooth ? smooth[0] : judged[0],
  };
}

/** Exact clones and those that were judged to be some, each pair of places once, strongest first. */
function withJudged(plane: Plane, exact: readonly Clone[], judged: readonly JudgedCopy[]): Clone[] {
  const clones = [...exact];
  for (const { copy, measures, score } of judged.filter((one) => one.score >= 1).slice(0, mostClones)) {
    const source = outlineOf(plane, copy, 1 + 2 * measures.difference);
    const target = mapped(source, copy.map);
    if (!clones.some((clone) => isSame(clone, source, target)))
      clones.push({ score, isExact: false, area: measures.area, parts: measures, source, target });
  }
  return clones.sort((a, b) => b.score - a.score).slice(0, mostClones);
}

function exactClones(copies: readonly ExactCopy[]): Clone[] {
  const large = copies.filter(({ textured, overlap }) => textured >= fewestExact && overlap < largestOverlap);
  if (large.length >= patternShifts) return [];
  return large.map(({ dx, dy, region, textured }) => {
    const map = { a: 1, b: 0, c: dx, d: 0, e: 1, f: dy };
    const target = mapped(region, map);
    const score = 2 + Math.log10(textured / fewestExact) / 4;
    return { score, isExact: true, area: textured, parts: affineParts(map), source: region, target };
  });
}

/** Whether a clone has both places already. */
function isSame(clone: Clone, source: PixelSet, target: PixelSet): boolean {
  const isHeld = (place: PixelSet) =>
    sharedPixels(place, clone.source) + sharedPixels(place, clone.target) > 0.3 * place.size;
  return isHeld(source) && isHeld(target);
}

function sharedPixels(a: PixelSet, b: PixelSet): number {
  let shared = 0;
  a.forEach((x, y) => {
    if (b.has(x, y)) shared++;
  });
  return shared;
}

/** Noise and fine detail. */
const fine = new TileComparison({ boxRadius: 2, windowRadius: 4, isResidualDifference: false });

function fineGrowth(quality: number): Growth {
  const isLossless = quality > 100;
  const tolerance = {
    leastEnergy: isLossless ? 0.3 : 1,
    plainDifference: 2,
    leastCorrelation: isLossless ? 0.9 : 0.75,
    meanDifference: 4,
  };
  return { comparison: fine, tolerance, leastShift };
}
