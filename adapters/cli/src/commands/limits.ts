import { defaultImageLimits } from "@artguard/core/image";
import type { Call } from "../command-line/declare-command.ts";
import type { limitsCommand } from "../declarations/images.ts";

/** `artguard limits`: what an image may ask for before it is decoded. @returns the exit status. */
export function limits({ values: { json } }: Call<typeof limitsCommand>): number {
  const { maxBytes, maxPixels, maxFrames, maxMetadataBytes } = defaultImageLimits;
  const fields = {
    max_bytes: maxBytes,
    max_pixels: maxPixels,
    max_frames: maxFrames,
    max_metadata_bytes: maxMetadataBytes,
  };
  const lines = [
    `file size      ${maxBytes / 2 ** 20} MiB`,
    `pixels         ${maxPixels / 1e6} megapixels`,
    `frames         ${maxFrames}, of which the first is analysed`,
    `metadata       ${maxMetadataBytes / 2 ** 20} MiB`,
  ];
  process.stdout.write(`${json ? JSON.stringify(fields) : lines.join("\n")}\n`);
  return 0;
}
