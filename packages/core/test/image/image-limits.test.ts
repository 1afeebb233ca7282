import {
  defaultImageLimits,
  type ImageInfo,
  type ImageLimits,
  inspectImage,
  resolveLimits,
} from "@artguard/core/image";
import { describe, expect, it } from "vitest";
import {
  animation,
  encoded,
  gradient,
  pngChunk,
  withJpegSegment,
  withPngChunks,
} from "../fixtures/synthetic-images.ts";

const codes = {
  maxBytes: "image.too-large",
  maxPixels: "image.too-many-pixels",
  maxFrames: "image.too-many-frames",
  maxMetadataBytes: "image.metadata-too-large",
} as const satisfies Record<keyof ImageLimits, string>;

const asked = (info: ImageInfo): ImageLimits => ({
  maxBytes: info.size_bytes,
  maxPixels: info.width * info.height,
  maxFrames: info.frames,
  maxMetadataBytes: info.metadata_bytes,
});

const pictures: Record<string, () => Promise<Uint8Array>> = {
  "a JPEG file with a comment": async () =>
    withJpegSegment(await encoded(gradient(30, 20).jpeg()), 0xfe, new TextEncoder().encode("made by hand")),
  "an animated PNG file with text": async () =>
    withPngChunks(
      await encoded(gradient(30, 20).png()),
      pngChunk("acTL", Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 0)),
      pngChunk("tEXt", new TextEncoder().encode("Comment\0made by hand")),
    ),
  "an animated WebP file with EXIF": async () =>
    encoded((await animation(3)).withExif({ IFD0: { Artist: "Nobody" } }).webp()),
  "an animated GIF file": async () => encoded((await animation(3)).gif({ loop: 2 })),
  "a TIFF file with a profile": () => encoded(gradient(30, 20).withIccProfile("p3").tiff()),
  "an AVIF file with EXIF": () =>
    encoded(
      gradient(30, 20)
        .withExif({ IFD0: { Artist: "Nobody" } })
        .avif(),
    ),
};

describe("limits", () => {
  for (const [name, make] of Object.entries(pictures)) {
    for (const limit of Object.keys(codes) as (keyof ImageLimits)[]) {
      it(`${name} passes at a ${limit} of what it asks for and fails one above it`, async () => {
        const bytes = await make();
        const value = asked(inspectImage(bytes))[limit];
        expect(value).toBeGreaterThan(0);
        expect(inspectImage(bytes, { ...defaultImageLimits, [limit]: value })).toEqual(inspectImage(bytes));
        expect(() => inspectImage(bytes, { ...defaultImageLimits, [limit]: value - 1 })).toThrow(
          expect.objectContaining({
            code: codes[limit],
            details: { value, limit: value - 1 },
            message: expect.stringContaining(`the limit is ${value - 1}`),
            fix: expect.stringContaining(`limits.${limit}`),
          }),
        );
      });
    }
  }

  it("are 64 MiB, 128 megapixels, 10 000 frames and 4 MiB of metadata by default", () => {
    expect(resolveLimits()).toEqual({
      maxBytes: 67_108_864,
      maxPixels: 128_000_000,
      maxFrames: 10_000,
      maxMetadataBytes: 4_194_304,
    });
  });

  it("replace only what is named", () => {
    expect(resolveLimits({ maxFrames: 1 })).toEqual({ ...defaultImageLimits, maxFrames: 1 });
  });

  it("must be positive whole numbers", () => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "9" as unknown as number])
      expect(() => resolveLimits({ maxPixels: value })).toThrow(
        expect.objectContaining({
          code: "analysis.invalid-input",
          message: expect.stringContaining("limits.maxPixels"),
        }),
      );
  });

  it("are checked on the declared size before any pixel exists", () => {
    const header = new Uint8Array(8 + 25);
    header.set(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a));
    header.set(pngChunk("IHDR", Uint8Array.of(0, 0, 0x2f, 0x44, 0, 0, 0x2f, 0x44, 8, 2, 0, 0, 0)), 8);
    expect(() => inspectImage(header)).toThrow(expect.objectContaining({ code: "image.too-many-pixels" }));
  });
});
