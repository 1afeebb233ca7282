import { developmentData } from "@artguard/development-data";
import { blockingDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, overlap, part, pasted, picture } from "../pictures.ts";

const data = developmentData();
const detector = blockingDetector();
const square = { left: 144, top: 128, side: 160 };
const jpeg = (image: Uint8Array, quality: number) => sharp(image).jpeg({ quality }).toBuffer();
const host = await picture(640, 448, 1).jpeg({ quality: 70 }).toBuffer();
const paste = (patch: Uint8Array) => pasted(host, patch, square.left, square.top);
const smoothed = async () =>
  await paste(
    await sharp(await part(host, square.left, square.top, square.side))
      .blur(1.2)
      .png()
      .toBuffer(),
  );
/** A patch of another JPEG whose grid begins at (3, 5) where it is pasted. */
const shifted = async () =>
  await paste(await part(await picture(400, 400, 2).jpeg({ quality: 70 }).toBuffer(), 61, 67, square.side));
const enlarged = async () =>
  await paste(await part(await picture(400, 400, 3).resize(480).png().toBuffer(), 60, 60, 160));

/** Share of the square in the box of a finding and of the box in the square, the smaller. */
function agreement(box: { x: number; y: number; width: number; height: number } | undefined): number {
  if (!box) return 0;
  const width = Math.min(box.x + box.width, square.left + square.side) - Math.max(box.x, square.left);
  const height = Math.min(box.y + box.height, square.top + square.side) - Math.max(box.y, square.top);
  const both = Math.max(0, width) * Math.max(0, height);
  return Math.min(both / square.side ** 2, both / (box.width * box.height));
}

describe("blockingDetector", () => {
  it("accuses a region whose blocks begin elsewhere, and says where", async () => {
    const observation = await observe(detector, await shifted());
    expect(observation.findings[0]).toMatchObject({ code: "shifted-block-boundaries", direction: "forged" });
    expect(observation.findings[0]!.claim).toContain("starts at (3, 5), while that of the rest starts at (0, 0)");
    expect(overlap(observation, square)).toBeGreaterThan(0.5);
    expect(observation.statistic).toBeGreaterThan(2);
  });

  it.each([
    ["smoothed, saved as PNG", smoothed],
    ["enlarged, saved as PNG", enlarged],
    ["enlarged, saved at JPEG 90", async () => await jpeg(await enlarged(), 90)],
  ])("tells a region without the blocks of the rest, but does not accuse it: %s", async (_, make) => {
    const observation = await observe(detector, await make());
    const missing = observation.findings.find(({ code }) => code === "missing-block-boundaries");
    expect(missing).toMatchObject({ direction: "neutral" });
    expect(agreement(missing?.region)).toBeGreaterThan(0.5);
    expect(observation.statistic).toBeGreaterThan(2.5);
    expect(observation.regions).toEqual([]);
    expect(Math.max(...observation.heatmap!.data)).toBeLessThanOrEqual(0.5);
  });

  it.each([
    ["never compressed", async () => await picture(512, 384, 7).png().toBuffer()],
    ["saved once", async () => await picture(512, 384, 7).jpeg({ quality: 80 }).toBuffer()],
    ["saved twice", async () => await jpeg(host, 90)],
    ["cropped off its grid", async () => await part(host, 33, 21, 400)],
    ["enlarged as a whole", async () => await sharp(host).resize(900).png().toBuffer()],
  ])("is silent on a picture with one history: %s", async (_, make) => {
    const observation = await observe(detector, await make());
    expect(observation).toMatchObject({ regions: [], findings: [] });
    expect(observation.statistic).toBeLessThan(2);
    expect(Math.max(...observation.heatmap!.data)).toBe(0);
  });

  it("does not take an ornament that repeats every eight pixels for a grid", async () => {
    const size = { width: square.side, height: square.side };
    const teeth = Uint8Array.from({ length: 3 * square.side ** 2 }, (_, i) => 100 + 5 * ((Math.floor(i / 3) + 5) % 8));
    const tiles = await sharp(teeth, { raw: { ...size, channels: 3 } })
      .png()
      .toBuffer();
    expect((await observe(detector, await paste(tiles))).regions).toEqual([]);
  });

  it.each([
    ["smaller than 128", picture(100, 300, 8)],
    ["smaller than 128", picture(800, 1, 8)],
    ["below 75", picture(300, 300, 8).jpeg({ quality: 60 })],
    ["flat", sharp({ create: { width: 300, height: 300, channels: 3, background: "#888" } })],
    ["palette", picture(300, 300, 8).gif()],
  ])("does not apply: %s", async (reason, image) => {
    const bytes = ["below 75", "palette"].includes(reason) ? await image.toBuffer() : await image.png().toBuffer();
    expect(await detect(detector, bytes)).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  it.each([
    ["grey", picture(301, 257, 9).greyscale().jpeg({ quality: 90 })],
    ["with alpha", picture(301, 257, 9).ensureAlpha(0.5).png()],
    ["16 bits", picture(301, 257, 9).toColourspace("rgb16").png()],
    ["CMYK", picture(301, 257, 9).toColourspace("cmyk").jpeg({ quality: 96 })],
  ])("covers the whole image with its heat map: %s, no multiple of 8", async (_, image) => {
    const { heatmap, statistic } = await observe(detector, await image.toBuffer());
    expect(heatmap).toMatchObject({ width: 38, height: 33, scale: 8 });
    expect(heatmap!.data).toHaveLength(38 * 33);
    expect(statistic).toBeLessThan(2);
  });

  const originals = data?.rows.filter(({ set }) => set === "ucid" || set === "kodak24") ?? [];
  it.skipIf(!data)(`finds nothing in ${originals.length} photographs that never were JPEGs`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const result = await detect(detector, data!.read(row));
      if (result.applicable && result.findings.length > 0) alarms.push(row.path);
    }
    expect(originals.length).toBeGreaterThan(40);
    expect(alarms).toEqual([]);
  });
});
