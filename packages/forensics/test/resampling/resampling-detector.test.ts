import { developmentData } from "@artguard/development-data";
import { resamplingDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, overlap, part, pasted, picture } from "../pictures.ts";

const data = developmentData();
const detector = resamplingDetector();
const square = { left: 144, top: 128, side: 160 };

async function enlarged(seed: number, factor: number): Promise<Buffer> {
  return await picture(400, 400, seed)
    .resize(Math.round(400 * factor))
    .png()
    .toBuffer();
}

async function withPatch(source: Uint8Array, seed: number): Promise<Buffer> {
  const patch = await part(source, 60, 60, square.side);
  return await pasted(await picture(640, 448, seed).png().toBuffer(), patch, square.left, square.top);
}

describe("resamplingDetector", () => {
  it.each([1.2, 1.5])("finds a region that was enlarged by %d, and accuses", async (factor) => {
    const observation = await observe(detector, await withPatch(await enlarged(1, factor), 2));
    expect(observation.findings).toMatchObject([{ code: "region-resampled", direction: "forged" }]);
    expect(overlap(observation, square)).toBeGreaterThan(0.5);
    expect(observation.statistic).toBeGreaterThan(6);
  });

  it("finds a region that was turned", async () => {
    const turned = await picture(400, 400, 3).rotate(10).png().toBuffer();
    const observation = await observe(detector, await withPatch(turned, 4));
    expect(overlap(observation, square)).toBeGreaterThan(0.5);
  });

  it("calls a resize of the whole image history: neutral, no region, nothing in the statistic", async () => {
    const observation = await observe(detector, await enlarged(5, 1.2));
    expect(observation).toMatchObject({ statistic: 0, regions: [] });
    expect(observation.findings).toMatchObject([{ code: "image-resampled", direction: "neutral" }]);
    expect(Math.max(...observation.heatmap!.data)).toBe(0);
  });

  it("tells the same of a part of an enlarged image: a cropping does not make a region of it", async () => {
    const observation = await observe(detector, await part(await enlarged(6, 1.5), 33, 47, 400));
    expect(observation.regions).toEqual([]);
    expect(observation.findings).toMatchObject([{ code: "image-resampled" }]);
  });

  it("is silent on a picture that never was interpolated", async () => {
    const observation = await observe(detector, await picture(512, 384, 7).png().toBuffer());
    expect(observation).toMatchObject({ regions: [], findings: [] });
    expect(observation.statistic).toBeLessThan(6);
  });

  it.each([
    ["smaller than 200", picture(64, 64, 8)],
    ["smaller than 200", picture(800, 1, 8)],
    ["below 90", picture(300, 300, 8).jpeg({ quality: 80 })],
    ["flat", sharp({ create: { width: 300, height: 300, channels: 3, background: "#888" } })],
  ])("does not apply: %s", async (reason, image) => {
    const bytes = reason === "below 90" ? await image.toBuffer() : await image.png().toBuffer();
    expect(await detect(detector, bytes)).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  const originals = data?.rows.filter(({ set }) => set === "ucid") ?? [];
  it.skipIf(!data)(`accuses none of ${originals.length} photographs, nor calls them resized`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const result = await detect(detector, data!.read(row));
      if (result.applicable && result.findings.length > 0) alarms.push(row.path);
    }
    expect(alarms).toEqual([]);
  });
});
