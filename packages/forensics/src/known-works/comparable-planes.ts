import type { Raster } from "@artguard/core";
import type { Plane } from "../raster/plane.ts";
import { areaPlane, binomial, type Placement, warped } from "../raster/resample.ts";
import { lumaMix } from "./find-placement.ts";

/** Luma and, where both pictures have colours, the two colour differences of JFIF (without their offset of 128). */
const mixes = [lumaMix, [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]] as const;
/** Pixels on which pictures are compared; larger ones are reduced by a whole number first. */
const mostPixels = 4e6;
/** An image enlarged beyond this is reduced to the detail that its original has. */
const enlarged = 1.25;

/** An image and what its original has in the same place, plane by plane on one grid. */
export interface ComparablePlanes {
  /** Pixels of the image per pixel of the planes. */
  readonly reduction: number;
  readonly image: readonly Plane[];
  /** NaN outside the original. */
  readonly original: readonly Plane[];
}

/** Brings both pictures to the coarser of their resolutions and softens them alike, so that resizing explains little. */
export function comparablePlanes(image: Raster, original: Raster, place: Placement): ComparablePlanes {
  const reduction = reductionOf(image, place);
  const width = Math.ceil(image.width / reduction);
  const height = Math.ceil(image.height / reduction);
  const used = image.channels === 3 && original.channels === 3 ? mixes : [lumaMix];
  return {
    reduction,
    image: used.map((mix) => binomial(onGrid(image, mix, reduction, width, height))),
    original: used.map((mix) => binomial(seen(original, mix, place, reduction, width, height))),
  };
}

function reductionOf({ width, height }: Raster, { scaleX, scaleY }: Placement): number {
  const enlargement = 1 / Math.min(scaleX, scaleY);
  const forDetail = enlargement > enlarged ? Math.ceil(enlargement) : 1;
  return Math.max(forDetail, Math.ceil(Math.sqrt((width * height) / mostPixels)));
}

/** The image on a grid whose last cells may overhang it. */
function onGrid(image: Raster, mix: readonly number[], reduction: number, width: number, height: number): Plane {
  const plane = areaPlane(image, mix, Math.round(image.width / reduction), Math.round(image.height / reduction));
  const place = {
    scaleX: (reduction * plane.width) / image.width,
    scaleY: (reduction * plane.height) / image.height,
    offsetX: 0,
    offsetY: 0,
  };
  return reduction === 1 ? plane : warped(plane, place, width, height);
}

function seen(
  original: Raster,
  mix: readonly number[],
  place: Placement,
  reduction: number,
  width: number,
  height: number,
): Plane {
  // Averaged to about one sample per sample of the grid first: a point in between would alias.
  const reducedWidth = Math.max(1, Math.round(original.width / (place.scaleX * reduction)));
  const reducedHeight = Math.max(1, Math.round(original.height / (place.scaleY * reduction)));
  const plane = areaPlane(original, mix, reducedWidth, reducedHeight);
  const [fx, fy] = [plane.width / original.width, plane.height / original.height];
  return warped(
    plane,
    {
      scaleX: place.scaleX * reduction * fx,
      scaleY: place.scaleY * reduction * fy,
      offsetX: place.offsetX * fx,
      offsetY: place.offsetY * fy,
    },
    width,
    height,
  );
}
