import type { ForensicImage } from "../detection/detector.ts";
import { decodeRaster } from "./decode-raster.ts";
import { type ImageLimits, resolveLimits } from "./image-limits.ts";
import { inspectImage } from "./inspect-image.ts";

/**
 * Inspects and decodes an image in this process into what detectors see: original bytes and the unscaled raster. For
 * trusted images, tests and benchmarks; `createArtGuard` does it in a child process.
 *
 * @throws ArtGuardError `image.*`
 */
export async function openForensicImage(bytes: Uint8Array, limits: Partial<ImageLimits> = {}): Promise<ForensicImage> {
  const info = inspectImage(bytes, resolveLimits(limits));
  return { bytes, info, raster: await decodeRaster(bytes, info) };
}
