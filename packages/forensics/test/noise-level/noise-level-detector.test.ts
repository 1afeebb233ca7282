import { developmentData } from "@artguard/development-data";
import { noiseLevelDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { windowNoise } from "../../src/noise-level/window-noise.ts";
import type { Plane } from "../../src/raster/plane.ts";
import { detect, observe, overlap, picture } from "../pictures.ts";
import { randomSource } from "../textured-rgb.ts";

const data = developmentData();
const detector = noiseLevelDetector();
const square = { left: 160, top: 128, side: 192 };

/** Numbers of a standard normal distribution (Box–Muller). */
function gaussianSource(seed: number): () => number {
  const random = randomSource(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A slope of brightness with noise; inside the square with another noise. */
function slope(width: number, height: number, outside: number, inside: number): Plane {
  const gaussian = gaussianSource(width);
  const { left, top, side } = square;
  const data = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const isInside = x >= left && x < left + side && y >= top && y < top + side;
    return 60 + (120 * x) / width + gaussian() * (isInside ? inside : outside);
  });
  return { width, height, data };
}

function png({ width, height, data }: Plane): Promise<Buffer> {
  const pixels = Uint8Array.from(data, (value) => Math.max(0, Math.min(255, Math.round(value))));
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

describe("windowNoise", () => {
  it.each([1, 3, 8])("measures white noise of %d grey levels on a slope", (deviation) => {
    const measured = windowNoise(slope(512, 512, deviation, deviation)).deviation;
    const mean = measured.reduce((sum, value) => sum + value, 0) / measured.length;
    // The lower quartile of the blocks lies a little below the mean.
    expect(mean / deviation).toBeGreaterThan(0.75);
    expect(mean / deviation).toBeLessThan(1);
  });

  it("measures nothing where the scene hides the noise", async () => {
    const stripes = {
      width: 66,
      height: 66,
      data: Float32Array.from({ length: 66 * 66 }, (_, i) => (i & 16 ? 200 : 50)),
    };
    expect([...windowNoise(stripes).deviation].every(Number.isNaN)).toBe(true);
  });
});

describe("noiseLevelDetector", () => {
  it.each([
    ["less", 4, 1.5],
    ["more", 2, 6],
  ])("finds a square with %s noise", async (_, outside, inside) => {
    const observation = await observe(detector, await png(slope(640, 512, outside, inside)));
    expect(overlap(observation, square)).toBeGreaterThan(0.6);
    expect(observation.findings).toMatchObject([{ code: "noise-inconsistent", direction: "forged" }]);
  });

  it("is silent on even noise", async () => {
    expect(await observe(detector, await png(slope(640, 512, 3, 3)))).toMatchObject({ regions: [], findings: [] });
  });

  it.each([
    ["below 95", picture(300, 300, 1).jpeg({ quality: 90 })],
    ["smaller than 256", picture(250, 300, 1).png()],
    ["palette", picture(300, 300, 1).gif()],
    ["smooth enough", sharp({ create: { width: 300, height: 300, channels: 3, background: "#fff" } }).png()],
  ])("does not apply: %s", async (reason, image) => {
    const result = await detect(detector, await image.toBuffer());
    expect(result).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  const originals = data?.rows.filter(({ set }) => set === "kodak24" || set === "ucid") ?? [];
  it.skipIf(!data)(`raises no alarm on ${originals.length} photographs`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const result = await detect(detector, data!.read(row));
      if (result.applicable && result.regions.length > 0) alarms.push(row.path);
    }
    expect(alarms).toEqual([]);
  });
});
