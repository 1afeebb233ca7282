import type { Region } from "../detection/detection.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { onCopy } from "./copy-places.ts";
import type { VisionCrop } from "./vision-model.ts";

const mostCrops = 3;
/** Pixels of the longer side at most, reached by enlarging at most so many times. */
const [longestSide, mostEnlargement] = [768, 4];
/** What is shown around a place, as a share of its longer side, and in pixels of the copy at least. */
const [marginShare, leastMargin] = [0.25, 16];
/** A place that overlaps one before it by more is shown by that. */
const sameOverlap = 0.5;
/** A place of more of the picture is shown by the picture. */
const nearlyAll = 0.8;

/**
 * Cuts the marked places out of the copy, with a margin, as JPEG: the first three that are no part of each other and not
 * nearly the whole picture.
 *
 * @param regions In pixels of the oriented original, strongest first.
 * @throws ArtGuardError `image.undecodable`
 * @example
 * const crops = await cropRegions(copy, analysis.regions ?? [], info);
 */
export async function cropRegions(
  image: PreprocessedImage,
  regions: readonly Region[],
  info: ImageInfo,
): Promise<VisionCrop[]> {
  const places: Region[] = [];
  for (const region of regions) {
    if (places.length === mostCrops) break;
    const place = onCopy(region, image, info);
    const isLarge = areaOf(place) > nearlyAll * image.width * image.height;
    if (!isLarge && !places.some((other) => overlapOf(place, other) > sameOverlap)) places.push(place);
  }
  return await Promise.all(
    places.map(async (region, i) => ({ id: `R${i + 1}`, bytes: await cut(image, region), region })),
  );
}

async function cut({ bytes, width, height }: PreprocessedImage, region: Region): Promise<Uint8Array> {
  const margin = Math.max(leastMargin, Math.round(marginShare * Math.max(region.width, region.height)));
  const [left, top] = [Math.max(0, region.x - margin), Math.max(0, region.y - margin)];
  const area = {
    left,
    top,
    width: Math.min(width, region.x + region.width + margin) - left,
    height: Math.min(height, region.y + region.height + margin) - top,
  };
  const side = Math.min(longestSide, mostEnlargement * Math.max(area.width, area.height));
  try {
    const { default: sharp } = await import("sharp");
    const data = await sharp(bytes)
      .extract(area)
      .resize(side, side, { fit: "inside" })
      .jpeg({ quality: 90 })
      .toBuffer();
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  } catch (error) {
    throw new ArtGuardError("image.undecodable", "a marked place cannot be cut out of the copy", { cause: error });
  }
}

function areaOf({ width, height }: Region): number {
  return width * height;
}

/** Shared area by that of the smaller one. */
function overlapOf(a: Region, b: Region): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return (Math.max(0, width) * Math.max(0, height)) / Math.min(areaOf(a), areaOf(b));
}
