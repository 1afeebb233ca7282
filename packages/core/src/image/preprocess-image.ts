import sharp from "sharp";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { firstLine } from "./decode-raster.ts";
import type { ImageInfo } from "./image-info.ts";

/** Longest side of the preprocessed copy in pixels. */
export const preprocessedSide = 2048;

/** Lane 2: the copy that people and models see. Never an input of the forensic detectors. */
export interface PreprocessedImage {
  /** JPEG, quality 90, sRGB, no metadata. */
  readonly bytes: Uint8Array;
  readonly content_type: "image/jpeg";
  readonly width: number;
  readonly height: number;
  /** Oriented original pixels per pixel of this copy, ≥ 1: multiply a coordinate by it to map back. */
  readonly scale: number;
}

/**
 * Makes the copy for people and models: fits 2048 × 2048 (never enlarges), auto-oriented, sRGB, flattened on white, no
 * contrast stretch.
 *
 * @throws ArtGuardError `image.undecodable`
 * @example
 * const { width, height, bytes: reduced } = await preprocessImage(bytes, inspectImage(bytes));
 */
export async function preprocessImage(bytes: Uint8Array, info: ImageInfo): Promise<PreprocessedImage> {
  try {
    const { data, info: output } = await sharp(bytes, {
      failOn: "error",
      limitInputPixels: info.width * info.height,
      pages: 1,
    })
      .autoOrient()
      .resize({ width: preprocessedSide, height: preprocessedSide, fit: "inside", withoutEnlargement: true })
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .jpeg({ quality: 90 })
      .toBuffer({ resolveWithObject: true });
    return {
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.length),
      content_type: "image/jpeg",
      width: output.width,
      height: output.height,
      scale: Math.max(info.width, info.height) / Math.max(output.width, output.height),
    };
  } catch (error) {
    throw new ArtGuardError("image.undecodable", `the image cannot be decoded: ${firstLine(error)}`, { cause: error });
  }
}
