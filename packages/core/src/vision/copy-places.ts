import type { Region } from "../detection/detection.ts";
import { orientedSize } from "../image/frame.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";

type Size = { readonly width: number; readonly height: number };
type Copy = Pick<PreprocessedImage, "width" | "height">;

/** A place of the oriented original in pixels of the copy, without its outline. */
export function onCopy(region: Region, copy: Copy, info: ImageInfo): Region {
  return scaled(region, orientedSize(info), copy);
}

/** A place of the copy in pixels of the oriented original. */
export function onOriginal(region: Region, copy: Copy, info: ImageInfo): Region {
  return scaled(region, copy, orientedSize(info));
}

/** The smallest rectangle of whole pixels that holds the place, inside the picture. */
function scaled({ x, y, width, height, confidence }: Region, from: Size, to: Size): Region {
  const [left, right] = span(x, width, to.width / from.width, to.width);
  const [top, bottom] = span(y, height, to.height / from.height, to.height);
  return { x: left, y: top, width: right - left, height: bottom - top, confidence };
}

function span(start: number, length: number, factor: number, most: number): [number, number] {
  const first = Math.min(most - 1, Math.floor(start * factor));
  return [first, Math.min(most, Math.max(first + 1, Math.ceil((start + length) * factor)))];
}
