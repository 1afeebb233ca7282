import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { fitPicture, mostPictureBytes } from "../../src/bedrock/fit-picture.ts";
import type { PictureTier } from "../../src/bedrock/model-capabilities.ts";
import { pictureTokens } from "../../src/bedrock/picture-tokens.ts";
import { greyJpeg, noisyJpeg } from "./subjects.ts";

const fitJpeg = async (bytes: Uint8Array, tier: PictureTier = "standard", mostBytes?: number) => {
  const { width, height } = await sharp(bytes).metadata();
  return await fitPicture({ bytes, width, height }, tier, mostBytes);
};

describe("a picture", () => {
  it("that fits is sent as it is, to the byte", async () => {
    const bytes = await greyJpeg(1568, 1000);
    const fitted = await fitJpeg(bytes);
    expect(fitted).toMatchObject({ width: 1568, height: 1000, untouched: true });
    expect(fitted.bytes).toBe(bytes);
  });

  it.each([
    ["standard", 2048, 1536, 1568, 1176],
    ["standard", 1000, 2000, 784, 1568],
    ["high-resolution", 2576, 1000, 2576, 1000],
    ["high-resolution", 4000, 3000, 2576, 1932],
    ["standard", 9000, 20, 1568, 3],
  ] as const)("of the %s tier with %i × %i px becomes %i × %i", async (tier, width, height, toWidth, toHeight) => {
    const fitted = await fitJpeg(await greyJpeg(width, height), tier);
    expect([fitted.width, fitted.height]).toEqual([toWidth, toHeight]);
    const { format, width: real, height: realHeight } = await sharp(fitted.bytes).metadata();
    expect([format, real, realHeight]).toEqual(["jpeg", toWidth, toHeight]);
  });

  it("of too many bytes is shrunk until it has few enough", async () => {
    const bytes = await noisyJpeg(2400, 2400);
    expect(bytes.length).toBeGreaterThan(mostPictureBytes);
    const fitted = await fitJpeg(bytes, "high-resolution");
    expect(fitted.bytes.length).toBeLessThanOrEqual(mostPictureBytes);
    expect(fitted.bytes.length, "not smaller than it has to be").toBeGreaterThan(mostPictureBytes / 3);
  });

  it("that cannot be made small enough is refused after a bounded number of rounds", async () => {
    await expect(fitJpeg(await greyJpeg(100, 100), "standard", 10)).rejects.toMatchObject({
      code: "vision.image-too-large",
      details: { limit: 10 },
    });
  });

  it("that is none is refused", async () => {
    const bytes = new Uint8Array(mostPictureBytes + 1);
    const call = fitPicture({ bytes, width: 10, height: 10 }, "standard");
    await expect(call).rejects.toMatchObject({ code: "image.undecodable" });
  });
});

/** Width, height and what Anthropic documents for it: about width · height / 750, after the longest side was fitted. */
const sizes: readonly (readonly [number, number])[] = [
  ...([
    [400, 300],
    [640, 480],
    [800, 600],
    [1000, 1000],
    [1024, 768],
    [1092, 1092],
    [1200, 800],
  ] as const),
  ...([
    [1280, 720],
    [1280, 1024],
    [1440, 900],
    [1568, 1176],
    [1600, 1200],
    [1920, 1080],
    [2048, 1152],
  ] as const),
  ...([
    [2048, 1365],
    [2048, 1536],
    [2048, 2048],
    [768, 1024],
    [1080, 1920],
    [1536, 2048],
  ] as const),
];
const limits = { standard: { side: 1568, tokens: 1568 }, "high-resolution": { side: 2576, tokens: 4784 } };

describe("the tokens of a picture", () => {
  it.each(["standard", "high-resolution"] as const)("are within 10 %% of the documented formula: %s", (tier) => {
    const { side, tokens } = limits[tier];
    const differences = sizes.map(([width, height]) => {
      const scale = Math.min(1, side / Math.max(width, height));
      const documented = Math.min(tokens, (width * scale * height * scale) / 750);
      const counted = pictureTokens({ width, height }, tier);
      return { size: `${width} × ${height}`, documented, counted, difference: counted / documented - 1 };
    });
    expect(differences).toHaveLength(20);
    for (const { size, difference } of differences) expect(Math.abs(difference), size).toBeLessThanOrEqual(0.1);
  });

  it.each(["standard", "high-resolution"] as const)("are so for every size of 400 to 2048 px a side: %s", (tier) => {
    const { side, tokens } = limits[tier];
    const worst = { size: "", difference: 0 };
    for (let width = 400; width <= 2048; width++)
      for (let height = 400; height <= 2048; height += 7) {
        const scale = Math.min(1, side / Math.max(width, height));
        const documented = Math.min(tokens, (width * scale * height * scale) / 750);
        const difference = Math.abs(pictureTokens({ width, height }, tier) / documented - 1);
        if (difference > worst.difference) Object.assign(worst, { size: `${width} × ${height}`, difference });
      }
    expect(worst.difference, worst.size).toBeLessThan(0.1);
    // Below, whole tiles count for more.
    expect(pictureTokens({ width: 309, height: 309 }, tier) / (309 ** 2 / 750)).toBeGreaterThan(1.1);
  });

  it("are those of the measured tiles", () => {
    expect(pictureTokens({ width: 28, height: 28 }, "standard")).toBe(1);
    expect(pictureTokens({ width: 29, height: 28 }, "standard")).toBe(2);
    expect(pictureTokens({ width: 1000, height: 1000 }, "standard")).toBe(36 * 36);
    expect(pictureTokens({ width: 2048, height: 1536 }, "standard")).toBe(1568);
    expect(pictureTokens({ width: 2048, height: 1536 }, "high-resolution")).toBe(74 * 55);
  });
});
