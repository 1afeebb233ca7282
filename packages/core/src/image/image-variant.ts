import sharp from "sharp";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { firstLine } from "./decode-raster.ts";
import { orientedSize } from "./frame.ts";
import type { ImageInfo } from "./image-info.ts";

/** What may happen to an image on its way: cut, then resized, then saved as JPEG. Metadata is lost, it stands upright. */
export interface ImageVariant {
  /** Share of the width and height that is cut off at each side, below ½; default 0. */
  readonly crop?: number;
  /** Factor of the size, above 0; default 1. */
  readonly resize?: number;
  /** JPEG quality, 1–100. */
  readonly quality: number;
}

/**
 * A variant of an image as a JPEG file. Cuts start at odd pixels, so that they move the JPEG grid.
 *
 * @throws ArtGuardError `image.undecodable`
 */
export async function encodeVariant(bytes: Uint8Array, info: ImageInfo, variant: ImageVariant): Promise<Uint8Array> {
  const upright = orientedSize(info);
  const [left, width] = cut(upright.width, variant.crop ?? 0);
  const [top, height] = cut(upright.height, variant.crop ?? 0);
  const resized = (side: number) => Math.max(1, Math.round(side * (variant.resize ?? 1)));
  const options = { failOn: "error", limitInputPixels: info.width * info.height, pages: 1, ignoreIcc: true } as const;
  try {
    const jpeg = await sharp(bytes, options)
      .autoOrient()
      .extract({ left, top, width, height })
      .resize({ width: resized(width), height: resized(height), fit: "fill" })
      .flatten({ background: "#ffffff" })
      .jpeg({ quality: variant.quality })
      .toBuffer();
    return new Uint8Array(jpeg.buffer, jpeg.byteOffset, jpeg.length);
  } catch (error) {
    throw new ArtGuardError("image.undecodable", `the image cannot be decoded: ${firstLine(error)}`, { cause: error });
  }
}

/** Where a cut begins and how much it leaves. */
function cut(side: number, share: number): [start: number, length: number] {
  const margin = Math.floor(side * share);
  if (margin === 0) return [0, side];
  const start = margin | 1;
  return [start, Math.max(1, side - margin - start)];
}
