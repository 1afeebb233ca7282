import type { Raster, Region } from "@artguard/core";
import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import { pixelRegion } from "../raster/pixel-region.ts";
import type { Placement } from "../raster/resample.ts";
import { comparablePlanes } from "./comparable-planes.ts";
import { findPlacement } from "./find-placement.ts";
import { cellSide, type LocalDifference, localDifference } from "./local-difference.ts";

/** Cells with a pattern, and the share of them that has to agree, from which on two pictures are surely the same. */
const [fewestPatterns, leastAgreement] = [24, 0.5];
/** Quarters of the picture of which at least three have to agree by themselves. */
const leastQuarters = 3;
/** Fewest neighbouring cells that make a region. */
const fewestCells = 4;
/**
 * A region decides alone from this many cells and this mean excess on, while most of the picture is the original's and
 * its tones were kept: what a strong change of tones does to detail is not explained well enough to decide.
 */
const [decisiveCells, decisiveExcess, mostDiffering] = [9, 2.5, 0.5];
/** Log-likelihood ratios: the strongest, that of any region, and the most where the tones were changed strongly. */
const [strongestRatio, regionRatio, changedTonesRatio] = [4, 0.5, 1];

/** A place where the image differs, and by how much. */
interface DifferingRegion {
  readonly region: Region;
  readonly cells: number;
  /** Mean multiple of what re-encoding explains. */
  readonly excess: number;
}

/** An image laid over its original. */
export interface ComparedWork {
  readonly place: Placement;
  /** Pixels of the image per pixel of the comparison. */
  readonly reduction: number;
  readonly difference: LocalDifference;
  /** Per cell, 0–1: above 0.5 only inside regions. */
  readonly marks: Float32Array;
  /** Largest excess first. */
  readonly regions: readonly DifferingRegion[];
  /** Log-likelihood ratio by rule, −4…4: above 0 only where there are regions. */
  readonly logLikelihoodRatio: number;
  readonly decisive: boolean;
  /** Shares of the original that the image shows, of patterns that agree, and of shared cells that differ; 0–1. */
  readonly shownShare: number;
  readonly agreeingShare: number;
  readonly differingShare: number;
}

/** Lays an image over an original and compares them; undefined when they are not surely the same picture. */
export function compareWithOriginal(image: Raster, original: Raster): ComparedWork | undefined {
  const place = findPlacement(image, original);
  if (!place) return undefined;
  const planes = comparablePlanes(image, original, place);
  const difference = localDifference(planes);
  const agreeingShare = agreementOf(difference);
  if (agreeingShare === undefined) return undefined;
  const { reduction } = planes;
  const found = connectedRegions(
    Uint8Array.from(difference.excess, (excess) => (excess >= 1 ? 1 : 0)),
    difference.width,
    difference.height,
  ).filter(({ area }) => area >= fewestCells);
  const regions = found.map((region) => differingRegion(region, difference, reduction * cellSide, image));
  const shared = difference.shared.reduce((sum, cell) => sum + cell, 0);
  const differingShare = found.reduce((sum, { area }) => sum + area, 0) / Math.max(1, shared);
  return {
    place,
    reduction,
    difference,
    marks: marksOf(difference, found),
    regions: regions.sort((a, b) => b.excess * b.cells - a.excess * a.cells),
    logLikelihoodRatio: logLikelihoodRatio(difference, found.length > 0),
    decisive:
      difference.keepsTones &&
      differingShare <= mostDiffering &&
      regions.some(({ cells, excess }) => cells >= decisiveCells && excess >= decisiveExcess),
    shownShare: shownShareOf(place, image, original),
    agreeingShare,
    differingShare,
  };
}

/** Share of the patterns that agree, or undefined when they do not prove that the pictures are the same. */
function agreementOf({ width, height, patterns }: LocalDifference): number | undefined {
  const agreeing = new Float64Array(4);
  const all = new Float64Array(4);
  for (const [i, pattern] of patterns.entries()) {
    if (pattern === 0) continue;
    const quarter = (i % width < width / 2 ? 0 : 1) + (i < (width * height) / 2 ? 0 : 2);
    all[quarter]!++;
    if (pattern === 1) agreeing[quarter]!++;
  }
  const total = all.reduce((sum, count) => sum + count, 0);
  const share = agreeing.reduce((sum, count) => sum + count, 0) / Math.max(1, total);
  const quarters = all.filter((count, quarter) => agreeing[quarter]! >= leastAgreement * count).length;
  return total >= fewestPatterns && share >= leastAgreement && quarters >= leastQuarters ? share : undefined;
}

function differingRegion(
  region: ConnectedRegion,
  { excess }: LocalDifference,
  scale: number,
  image: Raster,
): DifferingRegion {
  const { area, cells } = region;
  const mean = cells.reduce((sum, cell) => sum + excess[cell]!, 0) / area;
  return {
    cells: area,
    excess: mean,
    region: pixelRegion(region, scale, image, confidenceOf(mean)),
  };
}

/** 0.5 at an excess of 1, towards 1 above it. Not a probability. */
function confidenceOf(excess: number): number {
  return 1 - 0.5 / Math.max(1, excess);
}

function marksOf({ excess }: LocalDifference, regions: readonly ConnectedRegion[]): Float32Array {
  const marks = excess.map((value) => 0.5 * Math.min(1, value) ** 2);
  for (const { cells } of regions) for (const cell of cells) marks[cell] = Math.max(0.51, confidenceOf(excess[cell]!));
  return marks;
}

/**
 * −4 where nothing differs, 0 at the point of indifference, 4 at an excess that decides. A region alone says 0.5; what is
 * marked in a copy whose tones were changed strongly says at most 1.
 */
function logLikelihoodRatio(difference: LocalDifference, hasRegion: boolean): number {
  const excess = largestMean(difference);
  const ratio =
    excess < 1
      ? -strongestRatio * (1 - excess ** 4)
      : strongestRatio * Math.min(1, (excess - 1) / (decisiveExcess - 1));
  if (!hasRegion) return Math.min(0, ratio);
  return Math.max(regionRatio, difference.keepsTones ? ratio : Math.min(changedTonesRatio, ratio));
}

/** The largest mean excess of 3 × 3 cells. */
function largestMean({ width, height, excess }: LocalDifference): number {
  let largest = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      let sum = 0;
      for (let v = -1; v <= 1; v++) for (let u = -1; u <= 1; u++) sum += excess[(y + v) * width + x + u]!;
      largest = Math.max(largest, sum / 9);
    }
  }
  return largest;
}

function shownShareOf({ scaleX, scaleY }: Placement, image: Raster, original: Raster): number {
  return Math.min(1, (image.width * scaleX * image.height * scaleY) / (original.width * original.height));
}
