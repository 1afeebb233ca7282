import type { Raster } from "@artguard/core";
import type { Plane } from "../raster/plane.ts";
import { areaPlane, type Placement } from "../raster/resample.ts";
import { refinePlacement } from "./refine-placement.ts";

/** BT.601 luma. */
export const lumaMix = [0.299, 0.587, 0.114] as const;
/** Longest side at which every placement is tried, and sides at which the best ones are refined. */
const searchSide = 96;
const templateSide = 384;
const refineSides = [128, 256, 512, 1024] as const;
/** Smallest share of the original's side that a cut copy may show, and the step between tried shares. */
const [leastShare, shareStep] = [0.3, 0.93];
/** Relative difference of the aspects up to which the whole image is also tried as the whole original. */
const mostStretch = 0.15;
/** Correlation after refinement from which on no other placement is tried. */
const sureCorrelation = 0.97;
/** Placements that are refined, and the correlation that one needs for it. */
const [mostCandidates, leastCorrelation] = [4, 0.35];

interface Candidate {
  readonly place: Placement;
  readonly correlation: number;
}

/**
 * Finds the part of the original that an image shows: the scale and place of the largest zero-mean normalised
 * cross-correlation of reduced lumas, refined from coarse to fine (`refinePlacement`). Turned and skewed copies are not
 * found.
 *
 * Lewis, "Fast normalized cross-correlation", 1995, equation 2, computed directly on the reduced pictures.
 */
export function findPlacement(image: Raster, original: Raster): Placement | undefined {
  const small = fitted(original, searchSide);
  const shrunk = small.width / original.width;
  const candidates = [...wholePlacements(image, original, small), ...cutPlacements(image, original, small, shrunk)]
    .filter(({ correlation }) => correlation >= leastCorrelation)
    .sort((a, b) => b.correlation - a.correlation)
    .slice(0, mostCandidates);
  const [first, ...finer] = refineSides;
  let best: Candidate | undefined;
  for (const { place } of candidates) {
    const refined = refineAt(image, original, place, first);
    if (refined.correlation > (best?.correlation ?? -1)) best = refined;
    if (best && best.correlation >= sureCorrelation) break;
  }
  if (!best) return undefined;
  for (const side of finer) {
    if (side / 2 < Math.max(image.width, image.height)) best = refineAt(image, original, best.place, side);
  }
  return best.place;
}

function fitted({ width, height, ...rest }: Raster, side: number): Plane {
  const scale = side / Math.max(width, height);
  const [w, h] = [Math.max(8, Math.round(width * scale)), Math.max(8, Math.round(height * scale))];
  return areaPlane({ width, height, ...rest }, lumaMix, w, h);
}

/** The whole image as the whole original, also a little stretched. */
function wholePlacements(image: Raster, original: Raster, small: Plane): Candidate[] {
  const [scaleX, scaleY] = [original.width / image.width, original.height / image.height];
  if (Math.abs(scaleX / scaleY - 1) > mostStretch) return [];
  const template = areaPlane(image, lumaMix, small.width, small.height);
  if (template.width !== small.width || template.height !== small.height) return [];
  return [
    {
      place: { scaleX, scaleY, offsetX: 0, offsetY: 0 },
      correlation: correlationAt(small, statisticsOf(template), 0, 0),
    },
  ];
}

/** The image as a part of the original, without stretching: the best place at each scale. */
function cutPlacements(image: Raster, original: Raster, small: Plane, shrunk: number): Candidate[] {
  const reduced = grey(image, templateSide);
  const largest = Math.min(original.width / image.width, original.height / image.height);
  const candidates: Candidate[] = [];
  for (let share = 1; share >= leastShare; share *= shareStep) {
    const scale = largest * share;
    const width = Math.floor(image.width * scale * shrunk);
    const height = Math.floor(image.height * scale * shrunk);
    if (Math.min(width, height) < 12 || width > reduced.width || height > reduced.height) continue;
    const template = statisticsOf(areaPlane(reduced, lumaMix, width, height));
    const found = bestPlace(small, template);
    const [offsetX, offsetY] = [found.x / shrunk, found.y / shrunk];
    candidates.push({ place: { scaleX: scale, scaleY: scale, offsetX, offsetY }, correlation: found.correlation });
  }
  return candidates;
}

/** The luma of a picture with its longest side at most `side`, so that every template need not read all of it. */
function grey(raster: Raster, side: number): Raster {
  const scale = Math.min(1, side / Math.max(raster.width, raster.height));
  const size = (length: number) => Math.max(1, Math.round(length * scale));
  const { width, height, data } = areaPlane(raster, lumaMix, size(raster.width), size(raster.height));
  return { width, height, channels: 1, data: Uint8Array.from(data, Math.round) };
}

interface Template {
  readonly plane: Plane;
  /** Values less their mean, and the root of the sum of their squares. */
  readonly centred: Float32Array;
  readonly norm: number;
}

function statisticsOf(plane: Plane): Template {
  const mean = plane.data.reduce((sum, value) => sum + value, 0) / plane.data.length;
  const centred = plane.data.map((value) => value - mean);
  return { plane, centred, norm: Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0)) };
}

function bestPlace(small: Plane, template: Template): { x: number; y: number; correlation: number } {
  let best = { x: 0, y: 0, correlation: -1 };
  for (let y = 0; y <= small.height - template.plane.height; y++) {
    for (let x = 0; x <= small.width - template.plane.width; x++) {
      const correlation = correlationAt(small, template, x, y);
      if (correlation > best.correlation) best = { x, y, correlation };
    }
  }
  return best;
}

function correlationAt(small: Plane, { plane, centred, norm }: Template, left: number, top: number): number {
  let [sum, squares, product] = [0, 0, 0];
  for (let y = 0, i = 0; y < plane.height; y++) {
    for (let j = (top + y) * small.width + left, end = j + plane.width; j < end; j++, i++) {
      const value = small.data[j]!;
      sum += value;
      squares += value * value;
      product += value * centred[i]!;
    }
  }
  const deviation = Math.sqrt(Math.max(0, squares - sum ** 2 / centred.length));
  return deviation * norm === 0 ? 0 : product / (deviation * norm);
}

/** Refines a placement on copies reduced so that both have about the same detail. */
function refineAt(image: Raster, original: Raster, place: Placement, side: number): Candidate {
  const reduction = Math.min(1, side / Math.max(image.width, image.height));
  const size = (length: number, factor: number) => Math.max(8, Math.round(length * factor));
  const a = areaPlane(image, lumaMix, size(image.width, reduction), size(image.height, reduction));
  const b = areaPlane(
    original,
    lumaMix,
    size(original.width, reduction / place.scaleX),
    size(original.height, reduction / place.scaleY),
  );
  const [ax, ay] = [a.width / image.width, a.height / image.height];
  const [bx, by] = [b.width / original.width, b.height / original.height];
  const reducedPlace = {
    scaleX: (place.scaleX * bx) / ax,
    scaleY: (place.scaleY * by) / ay,
    offsetX: place.offsetX * bx,
    offsetY: place.offsetY * by,
  };
  const refined = refinePlacement(a, b, reducedPlace);
  return {
    correlation: refined.correlation,
    place: {
      scaleX: (refined.place.scaleX * ax) / bx,
      scaleY: (refined.place.scaleY * ay) / by,
      offsetX: refined.place.offsetX / bx,
      offsetY: refined.place.offsetY / by,
    },
  };
}
