import { createHash } from "node:crypto";
import sharp from "sharp";
import type { ForensicImage } from "../detection/detector.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ImageFormat, ImageInfo } from "./image-info.ts";

/** Decodes an image in this process into what detectors see: original bytes and the unscaled, unoriented raster. */
export async function openForensicImage(bytes: Uint8Array): Promise<ForensicImage> {
  const metadata = await sharp(bytes).metadata();
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 1 && info.channels !== 3)
    throw new ArtGuardError("image.undecodable", `unexpected ${info.channels} channels`);
  const imageInfo: ImageInfo = {
    format: (metadata.format === "heif" ? "avif" : metadata.format) as ImageFormat,
    content_type: `image/${metadata.format}`,
    size_bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    width: info.width,
    height: info.height,
    frames: metadata.pages ?? 1,
    orientation: (metadata.orientation ?? 1) as ImageInfo["orientation"],
    metadata_bytes: (metadata.exif?.length ?? 0) + (metadata.xmp?.length ?? 0),
    has_exif: metadata.exif !== undefined,
    has_icc: metadata.icc !== undefined,
  };
  return {
    bytes,
    info: imageInfo,
    raster: {
      width: info.width,
      height: info.height,
      channels: info.channels,
      data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    },
  };
}
