import { createHash } from "node:crypto";
import type { ContainerFacts } from "./container-facts.ts";
import type { ImageFormat, ImageInfo } from "./image-info.ts";
import { assertWithin, type ImageLimits, resolveLimits } from "./image-limits.ts";
import { inspectAvif } from "./inspect-avif.ts";
import { inspectGif } from "./inspect-gif.ts";
import { inspectJpeg } from "./inspect-jpeg.ts";
import { inspectPng } from "./inspect-png.ts";
import { inspectTiff } from "./inspect-tiff.ts";
import { inspectWebp } from "./inspect-webp.ts";
import { sniffFormat } from "./sniff-format.ts";

const inspectors: Readonly<Record<ImageFormat, (bytes: Uint8Array) => ContainerFacts>> = {
  jpeg: inspectJpeg,
  png: inspectPng,
  webp: inspectWebp,
  tiff: inspectTiff,
  avif: inspectAvif,
  gif: inspectGif,
};

/**
 * What can be said of an image without decoding its pixels: bounded parsing in plain TypeScript, no native code.
 *
 * @param limits Default: the default limits.
 * @throws ArtGuardError `image.empty`, `image.unsupported-format`, `image.undecodable` (headers that break the format),
 * `image.too-large`, `image.too-many-pixels`, `image.too-many-frames`, `image.metadata-too-large`
 * @example
 * const { format, width, height, sha256 } = inspectImage(bytes);
 */
export function inspectImage(bytes: Uint8Array, limits: ImageLimits = resolveLimits()): ImageInfo {
  assertWithin(limits, "maxBytes", bytes.length);
  const format = sniffFormat(bytes);
  const facts = inspectors[format](bytes);
  assertWithin(limits, "maxPixels", facts.width * facts.height);
  assertWithin(limits, "maxFrames", facts.frames);
  assertWithin(limits, "maxMetadataBytes", facts.metadata_bytes);
  return {
    format,
    content_type: `image/${format}`,
    size_bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    ...facts,
  };
}
