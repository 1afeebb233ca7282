import { createArtGuard } from "@artguard/core";
import { defaultImageLimits } from "@artguard/core/image";
import { forensicDetectors } from "@artguard/forensics";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largestChild } from "./child-memory.ts";
import { picture } from "./pictures.ts";
import { cleanPage, encoded, scanned } from "./text-edit/page-picture.ts";
import { expectTypedOutcomes } from "./typed-outcomes.ts";

/** Images at the edges of what detectors are made for; each detector must answer for each of them. */
const images: Record<string, () => Sharp | Promise<Buffer>> = {
  "1 × 1": () => picture(1, 1, 1).png(),
  "7 × 5": () => picture(7, 5, 2).png(),
  "1 × 500": () => picture(1, 500, 3).png(),
  "700 × 9, JPEG": () => picture(700, 9, 4).jpeg({ quality: 90 }),
  "64 × 64, JPEG": () => picture(64, 64, 5).jpeg({ quality: 90 }),
  "64 × 64, PNG": () => picture(64, 64, 5).png(),
  "257 × 301, no multiple of 8": () => picture(257, 301, 6).jpeg({ quality: 95 }),
  "grey JPEG": () => picture(320, 288, 7).greyscale().jpeg({ quality: 92 }),
  "grey PNG": () => picture(320, 288, 7).greyscale().png(),
  "with alpha": () => picture(320, 288, 8).ensureAlpha(0.5).png(),
  "16 bits": () => picture(320, 288, 9).toColourspace("rgb16").png(),
  "CMYK JPEG": () => picture(320, 288, 10).toColourspace("cmyk").jpeg({ quality: 96 }),
  "palette GIF": () => picture(320, 288, 11).gif(),
  "progressive JPEG, 4:4:4": () => picture(320, 288, 12).jpeg({ progressive: true, chromaSubsampling: "4:4:4" }),
  "black JPEG": () => colour(0).jpeg({ quality: 98 }),
  "white PNG": () => colour(255).png(),
  "grey WebP": () => colour(128).webp(),
  "two halves of one colour each": async () =>
    await colour(40)
      .composite([{ input: await colour(200, 160).png().toBuffer(), left: 160, top: 0 }])
      .png()
      .toBuffer(),
  "coarsest JPEG": () => picture(320, 288, 13).jpeg({ quality: 1 }),
  "finest JPEG": () => picture(320, 288, 14).jpeg({ quality: 100, chromaSubsampling: "4:4:4" }),
  "a page of text": async () => await encoded(await scanned(cleanPage(203, 171))),
  "a page of text, light on dark, JPEG": async () => await encoded(cleanPage(261, 147, { ink: 230, paper: 20 }), 80),
  "saved three times": async () => {
    let bytes = await picture(320, 288, 15).jpeg({ quality: 70 }).toBuffer();
    for (const quality of [85, 95]) bytes = await sharp(bytes).jpeg({ quality }).toBuffer();
    return bytes;
  },
};

function colour(level: number, width = 320): Sharp {
  return sharp({ create: { width, height: 288, channels: 3, background: { r: level, g: level, b: level } } });
}

describe("every default detector", () => {
  let artguard: Awaited<ReturnType<typeof createArtGuard>>;
  beforeAll(async () => {
    artguard = await createArtGuard({
      detectors: forensicDetectors(),
      storage: "memory",
      isolation: "none",
      deadlineMs: 50_000,
    });
  });
  afterAll(() => artguard[Symbol.asyncDispose]());

  it.each(Object.entries(images))("answers for an image that is %s", async (_, make) => {
    const image = await make();
    const analysis = await artguard.analyze(image instanceof Uint8Array ? image : await image.toBuffer());
    expectTypedOutcomes(analysis);
  });

  it("says of one colour nothing suspicious", async () => {
    for (const level of [0, 128, 255]) {
      const { regions, forgery_score } = await artguard.analyze(await colour(level).png().toBuffer());
      expect(regions).toEqual([]);
      expect(forgery_score).toBeLessThanOrEqual(20);
    }
  });
});

describe("an image of 100 megapixels", () => {
  const side = 10_000;
  const gigabyte = 1e9;

  it("passes the limits, every detector ends by the deadline, and memory stays in proportion", async () => {
    expect(side * side).toBeLessThan(defaultImageLimits.maxPixels);
    const grey = sharp({ create: { width: side, height: side, channels: 3, background: "#555" } }).toColourspace("b-w");
    const bytes = await grey.png({ compressionLevel: 1 }).toBuffer();
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, largestChild());
    }, 50);
    await using artguard = await createArtGuard({
      detectors: forensicDetectors(),
      storage: "memory",
      concurrency: 1,
      deadlineMs: 20_000,
    });
    const { detections, width, height } = await artguard.analyze(bytes);
    clearInterval(watch);
    expect([width, height]).toEqual([side, side]);
    expect(detections.map(({ id }) => id)).toEqual(forensicDetectors().map(({ id }) => id));
    expect(detections.filter(({ status }) => status === "failed")).toEqual([]);
    // A byte a pixel for the raster, four for luma, four for the work of a detector, and the process itself.
    if (process.platform === "linux") expect(peak).toBeGreaterThan(0.5 * gigabyte);
    expect(peak).toBeLessThan(1.5 * gigabyte);
  }, 120_000);
});
