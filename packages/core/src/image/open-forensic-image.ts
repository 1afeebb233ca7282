import type { ForensicImage } from "../detection/detector.ts";
import { decodeRaster } from "./decode-raster.ts";
import type { ExaminationOptions } from "./examiner.ts";
import type { ImageInfo } from "./image-info.ts";
import { type ImageLimits, resolveLimits } from "./image-limits.ts";
import { encodeVariant } from "./image-variant.ts";
import { inspectImage } from "./inspect-image.ts";

/**
 * Inspects and decodes an image in this process into what detectors see: original bytes and the unscaled raster. For
 * trusted images, tests and benchmarks; `createArtGuard` does it in a child process.
 *
 * @throws ArtGuardError `image.*`
 * @example
 * const { info, raster } = await openForensicImage(await readFile("own-scan.tif"));
 */
export async function openForensicImage(bytes: Uint8Array, limits: Partial<ImageLimits> = {}): Promise<ForensicImage> {
  const info = inspectImage(bytes, resolveLimits(limits));
  return { bytes, info, raster: await decodeRaster(bytes, info) };
}

/** The image, or its variant, as detectors see it. */
export async function openImage(
  bytes: Uint8Array,
  info: ImageInfo,
  { variant, limits }: Pick<ExaminationOptions, "variant" | "limits">,
): Promise<ForensicImage> {
  if (!variant) return { bytes, info, raster: await decodeRaster(bytes, info) };
  const saved = await encodeVariant(bytes, info, variant);
  const savedInfo = inspectImage(saved, limits);
  return { bytes: saved, info: savedInfo, raster: await decodeRaster(saved, savedInfo) };
}
