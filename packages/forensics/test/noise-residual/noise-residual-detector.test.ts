import { developmentData } from "@artguard/development-data";
import { noiseResidualDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, overlap, part, pasted, picture } from "../pictures.ts";
import { randomSource } from "../textured-rgb.ts";

const data = developmentData();
const detector = noiseResidualDetector();
const square = { left: 192, top: 128, side: 144 };

/** A picture with a square of another one that was enlarged to twice its size. */
async function splice(seed: number): Promise<Buffer> {
  const host = await picture(640, 448, seed).png().toBuffer();
  const donor = await picture(320, 224, seed + 1)
    .resize(640)
    .png()
    .toBuffer();
  return await pasted(host, await part(donor, 100, 100, square.side), square.left, square.top);
}

/** Pixels by a rule, as PNG. */
function drawn(width: number, height: number, value: (x: number, y: number) => number): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

describe("noiseResidualDetector", () => {
  it("finds a square that was enlarged before it was pasted", async () => {
    const observation = await observe(detector, await splice(1));
    expect(overlap(observation, square)).toBeGreaterThan(0.4);
    expect(observation.findings).toMatchObject([{ code: "noise-residual-foreign", direction: "forged" }]);
    expect(observation.findings[0]?.overturned_by).toBeTruthy();
  });

  it("ranks the splice above its host", async () => {
    const forged = await observe(detector, await splice(3));
    const authentic = await observe(detector, await picture(640, 448, 3).png().toBuffer());
    expect(forged.statistic).toBeGreaterThan(2 * authentic.statistic);
  });

  it("says the same when asked twice", async () => {
    const bytes = await splice(5);
    expect(await observe(detector, bytes)).toEqual(await observe(detector, bytes));
  });

  const random = randomSource(7);
  it.each([
    ["an even texture", picture(512, 384, 8).png().toBuffer()],
    ["a JPEG of it", picture(512, 384, 8).jpeg({ quality: 85 }).toBuffer()],
    ["a WebP of it", picture(512, 384, 8).webp({ quality: 80 }).toBuffer()],
    ["white noise", drawn(512, 384, () => 100 + 20 * random())],
    ["a noisy slope", drawn(512, 384, (x, y) => 40 + x / 4 + y / 8 + 4 * random())],
  ])("is silent on %s", async (_, image) => {
    const observation = await observe(detector, await image);
    expect(observation).toMatchObject({ regions: [], findings: [] });
    expect(Math.max(...observation.heatmap!.data)).toBeLessThanOrEqual(0.5);
  });

  it.each([
    ["below 75", picture(300, 300, 1).jpeg({ quality: 60 }).toBuffer()],
    ["smaller than 192", picture(150, 300, 1).png().toBuffer()],
    ["smaller than 192", drawn(1, 3000, () => 7)],
    ["palette", picture(300, 300, 1).gif().toBuffer()],
    ["flat", drawn(300, 300, () => 128)],
    ["clipped", drawn(300, 300, (x) => (x & 1 ? 255 : 254))],
  ])("does not apply: %s", async (reason, image) => {
    expect(await detect(detector, await image)).toEqual({
      applicable: false,
      reason: expect.stringContaining(reason),
    });
  });

  const originals = data?.rows.filter(({ set }) => set === "kodak24" || set === "ucid") ?? [];
  it.skipIf(!data)(`accuses at most one in fifty of ${originals.length} photographs`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const result = await detect(detector, data!.read(row));
      if (result.applicable && result.regions.length > 0) alarms.push(row.path);
    }
    expect(alarms.length).toBeLessThanOrEqual(originals.length / 50);
  });
});
