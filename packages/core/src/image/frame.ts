import type { Region } from "../detection/detection.ts";
import type { ImageInfo } from "./image-info.ts";

type Size = { width: number; height: number };
/** Size of a raster and how a viewer turns it. */
export type Oriented = Pick<ImageInfo, "width" | "height" | "orientation">;

/**
 * Size of the image as a viewer shows it: EXIF orientations 5–8 swap width and height.
 *
 * @example
 * const { width, height } = orientedSize(info);
 */
export function orientedSize({ width, height, orientation }: Oriented): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/**
 * Moves a region from the stored raster to the oriented image (EXIF 2.32, tag 0x0112).
 *
 * @example
 * const seen = (analysis.regions ?? []).map((region) => orientRegion(region, info));
 */
export function orientRegion(region: Region, { width, height, orientation }: Oriented): Region {
  const right = width - region.x - region.width;
  const bottom = height - region.y - region.height;
  const swapped = { width: region.height, height: region.width };
  const placed = {
    1: { x: region.x, y: region.y },
    2: { x: right, y: region.y },
    3: { x: right, y: bottom },
    4: { x: region.x, y: bottom },
    5: { x: region.y, y: region.x, ...swapped },
    6: { x: bottom, y: region.x, ...swapped },
    7: { x: bottom, y: right, ...swapped },
    8: { x: region.y, y: right, ...swapped },
  }[orientation];
  const polygon = region.polygon?.map((corner) => orientCorner(corner, { width, height, orientation }));
  return { ...region, ...placed, ...(polygon && { polygon }) };
}

/** Moves a region of the oriented image back to the stored raster. */
export function storedRegion(region: Region, stored: Oriented): Region {
  return orientRegion(region, { ...orientedSize(stored), orientation: inverses[stored.orientation] });
}

const inverses = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6 } as const;

/** Moves a place between pixels, from 0 to the width or height itself, from the stored raster to the oriented image. */
export function orientCorner([x, y]: [number, number], { width, height, orientation }: Oriented): [number, number] {
  const [right, bottom] = [width - x, height - y];
  const placed: Record<Oriented["orientation"], [number, number]> = {
    1: [x, y],
    2: [right, y],
    3: [right, bottom],
    4: [x, bottom],
    5: [y, x],
    6: [bottom, x],
    7: [bottom, right],
    8: [y, right],
  };
  return placed[orientation];
}
