import { inspectImage, preprocessedSide, preprocessImage } from "@artguard/core/image";
import sharp, { type Colour } from "sharp";
import { describe, expect, it } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";

const preprocessed = (bytes: Uint8Array) => preprocessImage(bytes, inspectImage(bytes));
const plain = (width: number, height: number, background: Colour) =>
  sharp({ create: { width, height, channels: 4, background } });

/** Mean of each channel. */
async function meansOf(bytes: Uint8Array): Promise<number[]> {
  return (await sharp(bytes).stats()).channels.map(({ mean }) => mean);
}

describe("preprocessImage", () => {
  it("fits the longest side and tells how to map back", async () => {
    const wide = await preprocessed(await encoded(plain(4096, 1000, "#345").png()));
    expect(wide).toMatchObject({ width: preprocessedSide, height: 500, scale: 2, content_type: "image/jpeg" });
    const tall = await preprocessed(await encoded(plain(10, 2049, "#345").png()));
    expect(tall).toMatchObject({ width: 10, height: preprocessedSide, scale: 2049 / 2048 });
  });

  it("does not enlarge", async () => {
    for (const [width, height] of [
      [1, 1],
      [2048, 2048],
    ] as const)
      expect(await preprocessed(await encoded(plain(width, height, "#345").png()))).toMatchObject({
        width,
        height,
        scale: 1,
      });
  });

  it("turns the picture upright, and the result says nothing of an orientation", async () => {
    const redAbove = plain(40, 20, "#00f").composite([
      { input: await plain(40, 10, "#f00").png().toBuffer(), top: 0, left: 0 },
    ]);
    const upright = await encoded(
      sharp(await encoded(redAbove.png()))
        .jpeg()
        .withMetadata({ orientation: 8 }),
    );
    const { bytes, width, height } = await preprocessed(upright);
    expect([width, height]).toEqual([20, 40]);
    expect((await sharp(bytes).metadata()).orientation).toBeUndefined();
    const left = await meansOf(await encoded(sharp(bytes).extract({ left: 1, top: 1, width: 6, height: 30 })));
    expect(left[0]).toBeGreaterThan(200);
    expect(left[2]).toBeLessThan(50);
  });

  it("lays transparent pictures on white", async () => {
    const { bytes } = await preprocessed(await encoded(plain(16, 16, { r: 0, g: 0, b: 0, alpha: 0 }).png()));
    expect(await meansOf(bytes)).toEqual([255, 255, 255]);
  });

  it("does not stretch the contrast", async () => {
    const { bytes } = await preprocessed(await encoded(gradient(64, 64).linear(0.1, 100).png()));
    const { channels } = await sharp(bytes).stats();
    for (const { min, max } of channels) expect([min > 90, max < 136]).toEqual([true, true]);
  });

  it("converts to sRGB and drops profile and metadata", async () => {
    const exif = { IFD0: { Artist: "Nobody" } };
    const p3 = await encoded(plain(16, 16, "#c86432").removeAlpha().withIccProfile("p3").withExif(exif).png());
    const { bytes } = await preprocessed(p3);
    const metadata = await sharp(bytes).metadata();
    expect([metadata.icc, metadata.exif, metadata.space]).toEqual([undefined, undefined, "srgb"]);
    // The profile was made from this colour; back in sRGB it is what it was, while its numbers in P3 differ.
    const [red, green, blue] = await meansOf(bytes);
    expect([Math.abs(red! - 200) < 4, Math.abs(green! - 100) < 4, Math.abs(blue! - 50) < 4]).toEqual([
      true,
      true,
      true,
    ]);
    const stored = await meansOf(await encoded(sharp(p3, { ignoreIcc: true })));
    expect(Math.abs(stored[2]! - 50)).toBeGreaterThan(4);
  });

  it("refuses what it cannot decode", async () => {
    const png = await encoded(gradient(64, 64).png());
    const info = inspectImage(png);
    await expect(preprocessImage(png.subarray(0, png.length >> 1), info)).rejects.toMatchObject({
      code: "image.undecodable",
    });
  });
});
