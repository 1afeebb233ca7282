import { openForensicImage } from "@artguard/core/image";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { encoded, gradient, pngChunk, withPngChunks } from "../fixtures/synthetic-images.ts";

const rasterOf = async (bytes: Uint8Array) => (await openForensicImage(bytes)).raster;
const pixelsOf = async (image: Sharp) => new Uint8Array(await image.raw().toBuffer());

describe("openForensicImage", () => {
  for (const format of ["png", "webp", "tiff", "gif"] as const) {
    it(`gives the pixels of a ${format} file without loss as they were written`, async () => {
      const few = gradient(31, 17).png({ palette: true, colours: 16, dither: 0 });
      const picture = sharp(await encoded(few)).removeAlpha();
      const options = { png: {}, webp: { lossless: true }, tiff: { compression: "lzw" }, gif: {} }[format];
      const raster = await rasterOf(await encoded(picture.clone().toFormat(format, options)));
      expect(raster).toMatchObject({ width: 31, height: 17, channels: 3 });
      expect(raster.data).toEqual(await pixelsOf(picture));
    });
  }

  it("leaves the stored orientation alone, so that JPEG blocks keep their place", async () => {
    const jpeg = await encoded(gradient(32, 16).jpeg().withMetadata({ orientation: 6 }));
    const { width, height, data } = await rasterOf(jpeg);
    expect([width, height]).toEqual([32, 16]);
    expect(data).toEqual(await pixelsOf(sharp(jpeg)));
  });

  it("keeps grey pictures at one channel", async () => {
    const grey = gradient(9, 5, 1).toColourspace("b-w");
    for (const format of ["png", "jpeg"] as const)
      expect((await rasterOf(await encoded(grey.clone().toFormat(format)))).channels).toBe(1);
  });

  it("drops alpha and keeps the colours below it", async () => {
    const { channels, data } = await rasterOf(await encoded(gradient(9, 5, 4).png()));
    expect(channels).toBe(3);
    expect(data).toEqual(await pixelsOf(gradient(9, 5, 4).removeAlpha()));
  });

  it("gives RGB of 8 bits for CMYK and for 16 bits a sample", async () => {
    const cmyk = await encoded(gradient(9, 5).toColourspace("cmyk").jpeg());
    expect((await sharp(cmyk).metadata()).space).toBe("cmyk");
    const deep = await encoded(gradient(9, 5).toColourspace("rgb16").png());
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    for (const bytes of [cmyk, deep])
      expect(await rasterOf(bytes)).toMatchObject({ width: 9, height: 5, channels: 3, data: { length: 135 } });
  });

  it("ignores an embedded colour profile: detectors see the stored numbers", async () => {
    const plain = gradient(9, 5);
    const profiled = await encoded(plain.clone().withIccProfile("p3").png());
    expect((await rasterOf(profiled)).data).toEqual(await pixelsOf(sharp(profiled, { ignoreIcc: true })));
  });

  it("takes the first of several frames", async () => {
    const frames = await Promise.all(["#ff0000", "#0000ff"].map((background) => encoded(single(background))));
    const gif = await encoded(sharp(frames, { join: { animated: true } }).gif());
    const { height, data } = await rasterOf(gif);
    expect(height).toBe(4);
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  it("refuses pixels that end too early, and a size that is not that of the header", async () => {
    const png = await encoded(gradient(64, 64).png());
    await expect(openForensicImage(png.subarray(0, png.length >> 1))).rejects.toMatchObject({
      code: "image.undecodable",
    });
    const twoHeaders = withPngChunks(png, pngChunk("IHDR", Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 9, 8, 2, 0, 0, 0)));
    await expect(openForensicImage(twoHeaders)).rejects.toMatchObject({ code: "image.undecodable" });
  });
});

function single(background: string): Sharp {
  return sharp({ create: { width: 4, height: 4, channels: 3, background } }).png();
}
