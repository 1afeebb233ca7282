import { defaultImageLimits } from "@artguard/core/image";

/** `artguard limits`: what an image may ask for before it is decoded. @returns the exit status. */
export function limits(): number {
  const { maxBytes, maxPixels, maxFrames, maxMetadataBytes } = defaultImageLimits;
  process.stdout.write(
    [
      `file size      ${maxBytes / 2 ** 20} MiB`,
      `pixels         ${maxPixels / 1e6} megapixels`,
      `frames         ${maxFrames}, of which the first is analysed`,
      `metadata       ${maxMetadataBytes / 2 ** 20} MiB`,
      "",
    ].join("\n"),
  );
  return 0;
}
