import sharp, { type SharpOptions } from "sharp";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ImageInfo } from "./image-info.ts";
import type { Raster } from "./raster.ts";

/** How hostile bytes are opened: one frame, no more pixels than inspected, no colour management, errors are final. */
function openOptions(info: ImageInfo): SharpOptions {
  return {
    failOn: "error",
    limitInputPixels: info.width * info.height,
    pages: 1,
    ignoreIcc: true,
    sequentialRead: true,
  };
}

/**
 * Switches every libvips loader off except those of the supported formats, from memory only. It holds for the whole
 * process, so it is called in decoding children, not in a host that may use sharp for its own ends.
 */
export function allowOnlyKnownLoaders(): void {
  sharp.block({ operation: ["VipsForeignLoad"] });
  const loaders = ["Jpeg", "Png", "Webp", "Tiff", "Heif", "Nsgif"];
  sharp.unblock({ operation: loaders.map((name) => `VipsForeignLoad${name}Buffer`) });
  sharp.concurrency(1);
  sharp.cache(false);
}

/**
 * Decodes the first frame as stored: orientation not applied, alpha removed, CMYK and other spaces converted to RGB,
 * 16 bits reduced to 8, embedded colour profiles ignored; grey images keep one channel.
 *
 * @throws ArtGuardError `image.undecodable` also when the pixels are not of the inspected size.
 */
export async function decodeRaster(bytes: Uint8Array, info: ImageInfo): Promise<Raster> {
  const { data, info: decoded } = await decode(bytes, info);
  const { width, height, channels } = decoded;
  if (width !== info.width || height !== info.height) {
    throw new ArtGuardError(
      "image.undecodable",
      `the header says ${info.width}×${info.height} pixels, the data ${width}×${height}`,
    );
  }
  if (channels !== 1 && channels !== 3) throw new ArtGuardError("image.undecodable", `unexpected ${channels} channels`);
  return { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}

async function decode(bytes: Uint8Array, info: ImageInfo) {
  try {
    const image = sharp(bytes, openOptions(info));
    const { channels, space } = await image.metadata();
    const isGrey = (channels ?? 3) <= 2 && (space === "b-w" || space === "grey16");
    return await image
      .removeAlpha()
      .toColourspace(isGrey ? "b-w" : "srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new ArtGuardError("image.undecodable", `the image cannot be decoded: ${firstLine(error)}`, { cause: error });
  }
}

/** The decoder's message without its list of follow-up warnings. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!.slice(0, 200);
}
