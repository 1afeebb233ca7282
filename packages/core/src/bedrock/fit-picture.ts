import { ArtGuardError } from "../errors/artguard-error.ts";
import type { PictureTier } from "./model-capabilities.ts";
import { fittedSize, type PictureSize } from "./picture-tokens.ts";

/** Most bytes of a picture: Bedrock's 5 MB count its base64. Source: quota "image size" of Converse. */
export const mostPictureBytes = 3_932_160;

/** Most pictures in a request; beyond, Bedrock allows only 2,000 px a side. */
export const mostPictures = 20;

/** A JPEG that Bedrock takes. Its longest side is far below Bedrock's own limit of 8,000 px. */
export interface FittedPicture extends PictureSize {
  readonly bytes: Uint8Array;
  /** True when it is the given file, untouched. */
  readonly untouched: boolean;
}

const mostRounds = 6;

/**
 * Makes a JPEG fit a model: untouched when it does, else shrunk to the tier's longest side, and further until its bytes
 * are few enough.
 *
 * @param mostBytes Default Bedrock's limit.
 * @throws ArtGuardError `vision.image-too-large` when six rounds do not make it small enough; `image.undecodable`
 */
export async function fitPicture(
  { bytes, width, height }: PictureSize & { readonly bytes: Uint8Array },
  tier: PictureTier,
  mostBytes = mostPictureBytes,
): Promise<FittedPicture> {
  const target = fittedSize({ width, height }, tier);
  if (bytes.length <= mostBytes && target.width === width && target.height === height)
    return { bytes, width, height, untouched: true };
  let side = Math.max(target.width, target.height);
  let size = bytes.length;
  for (let round = 0; round < mostRounds; round++) {
    const shrunk = await encode(bytes, side);
    if (shrunk.bytes.length <= mostBytes) return shrunk;
    size = shrunk.bytes.length;
    // Bytes go with the area; a little less, because small pictures have more detail in each pixel.
    side = Math.max(1, Math.floor(side * Math.sqrt(mostBytes / size) * 0.95));
  }
  throw new ArtGuardError("vision.image-too-large", `the picture still has ${size} bytes, allowed are ${mostBytes}`, {
    details: { bytes: size, limit: mostBytes },
  });
}

async function encode(bytes: Uint8Array, side: number): Promise<FittedPicture> {
  const { default: sharp } = await import("sharp");
  try {
    const { data, info } = await sharp(bytes, { failOn: "error", pages: 1 })
      .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
      .jpeg({ quality: 90 })
      .toBuffer({ resolveWithObject: true });
    const file = new Uint8Array(data.buffer, data.byteOffset, data.length);
    return { bytes: file, width: info.width, height: info.height, untouched: false };
  } catch (error) {
    throw new ArtGuardError("image.undecodable", "the copy for the vision model cannot be decoded", { cause: error });
  }
}
