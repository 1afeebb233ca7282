import { viewOf } from "./container-facts.ts";
import type { ImageInfo } from "./image-info.ts";

const orientationTag = 0x0112;

/** Orientation in IFD0 of a TIFF-structured EXIF block (EXIF 2.32, 4.6.4 A); 1 when absent or invalid. */
export function exifOrientation(tiff: Uint8Array): ImageInfo["orientation"] {
  if (tiff.length < 14) return 1;
  const view = viewOf(tiff);
  const littleEndian = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, littleEndian);
  for (let i = 0, entry = directory + 2; i < count && entry + 12 <= tiff.length; i++, entry += 12) {
    if (view.getUint16(entry, littleEndian) === orientationTag)
      return asOrientation(view.getUint16(entry + 8, littleEndian));
  }
  return 1;
}

/** A number as an orientation; 1 when it is none. */
export function asOrientation(value: number): ImageInfo["orientation"] {
  return value >= 1 && value <= 8 ? (value as ImageInfo["orientation"]) : 1;
}
