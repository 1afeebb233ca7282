import { isArtGuardError } from "@artguard/core";
import type { ImageInfo } from "@artguard/core/image";
import { readJpegStructure } from "@artguard/forensics";

/** What a file is like without a look at its pixels, as numbers around 0–10. */
export type FormatFeatures = readonly number[];

const containers = ["jpeg", "png", "webp", "tiff"] as const;

/** Container, size, compression, tables and EXIF presence: all that a detector could learn without learning anything. */
export function formatFeatures(bytes: Uint8Array, info: ImageInfo): FormatFeatures {
  return [
    ...containers.map((container) => Number(info.format === container)),
    Math.log2(info.width) - 9,
    Math.log2(info.height) - 9,
    Math.log2((8 * info.size_bytes) / (info.width * info.height)),
    Number(info.has_exif),
    Number(info.has_icc),
    Math.log2(1 + info.metadata_bytes) / 8,
    ...jpegFeatures(bytes, info),
  ];
}

function jpegFeatures(bytes: Uint8Array, { format }: ImageInfo): number[] {
  const none = [0, 0, 0, 0];
  if (format !== "jpeg") return none;
  try {
    const { quality, process, components, markers } = readJpegStructure(bytes);
    const subsampling = (components[0]?.horizontalSampling ?? 1) * (components[0]?.verticalSampling ?? 1);
    return [
      quality.estimate / 20,
      Number(quality.exact),
      subsampling,
      Number(process === "progressive") + markers.length / 10,
    ];
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return none;
    throw error;
  }
}
