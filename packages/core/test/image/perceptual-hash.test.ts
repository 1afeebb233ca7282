import { hammingDistance, lumaGrid, orientHash, perceptualHash, type Raster } from "@artguard/core/image";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";

/** A picture of soft spots; deterministic in its seed. */
function spots(width: number, height: number, seed: number): Raster {
  let state = seed * 7919 + 13;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const all = Array.from({ length: 12 }, () => ({
    x: random() * width,
    y: random() * height,
    r: (0.05 + 0.2 * random()) * width,
    d: 160 * random() - 80,
  }));
  const data = new Uint8Array(3 * width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const value = all.reduce((sum, s) => sum + s.d * Math.exp(-((x - s.x) ** 2 + (y - s.y) ** 2) / s.r ** 2), 120);
      data.fill(Math.max(0, Math.min(255, value)), i, i + 3);
    }
  }
  return { width, height, channels: 3, data };
}

const open = ({ width, height, channels, data }: Raster) => sharp(data, { raw: { width, height, channels } });

async function raster(image: Sharp): Promise<Raster> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels as 1 | 3, data: new Uint8Array(data) };
}

const picture = spots(400, 300, 1);
const hash = perceptualHash(picture)!;

describe("perceptualHash", () => {
  it("has 16 hexadecimal digits, about half of whose bits differ between pictures", () => {
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    const distances = Array.from({ length: 20 }, (_, i) =>
      hammingDistance(hash, perceptualHash(spots(400, 300, i + 2))!),
    );
    expect(Math.min(...distances)).toBeGreaterThan(14);
  });

  it.each([
    ["JPEG of quality 50", async () => raster(sharp(await open(picture).jpeg({ quality: 50 }).toBuffer()))],
    ["three tenths of the size", () => raster(open(picture).resize(120, 90))],
    ["another brightness", () => raster(open(picture).linear(0.8, 30))],
    ["no colours", () => raster(open(picture).greyscale().toColourspace("b-w"))],
  ])("recognises a copy with %s", async (_, copy) => {
    expect(hammingDistance(hash, perceptualHash(await copy())!)).toBeLessThanOrEqual(4);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)("follows EXIF orientation %d without the picture", async (orientation) => {
    const jpeg = await open(picture).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer();
    const upright = perceptualHash(await raster(sharp(jpeg).autoOrient()))!;
    expect(hammingDistance(upright, orientHash(hash, orientation))).toBeLessThanOrEqual(2);
  });

  it("has none for a flat picture, and one for the smallest others", () => {
    expect(
      perceptualHash({ width: 64, height: 64, channels: 1, data: new Uint8Array(64 * 64).fill(200) }),
    ).toBeUndefined();
    expect(perceptualHash({ width: 1, height: 1, channels: 1, data: Uint8Array.of(3) })).toBeUndefined();
    expect(perceptualHash({ width: 5, height: 1, channels: 1, data: Uint8Array.of(0, 90, 10, 200, 255) })).toMatch(
      /^.{16}$/,
    );
  });
});

it("lumaGrid gives the means of cells that a plain sum gives", () => {
  const { width, channels, data } = picture;
  let sum = 0;
  for (let y = 75; y < 150; y++) {
    for (let x = 100; x < 200; x++) {
      const i = (y * width + x) * channels;
      sum += 0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!;
    }
  }
  expect(lumaGrid(picture, 4, 4)[5]).toBeCloseTo(sum / 7500, 6);
});

it("hammingDistance counts bits and refuses what is no hash", () => {
  expect(hammingDistance("0000000000000000", "ffffffffffffffff")).toBe(64);
  expect(hammingDistance("8000000000000001", "0000000000000003")).toBe(2);
  expect(() => hammingDistance("12", "0000000000000000")).toThrow(
    expect.objectContaining({ code: "analysis.invalid-input" }),
  );
});
