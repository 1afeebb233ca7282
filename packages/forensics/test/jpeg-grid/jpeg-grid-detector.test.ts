import { developmentData } from "@artguard/development-data";
import { jpegGridDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, overlap, part, pasted, picture } from "../pictures.ts";

const data = developmentData();
const detector = jpegGridDetector();
const square = { left: 150, top: 101, side: 128 };

/** A picture without compression into which a square of a JPEG was pasted, its grid off by (dx, dy). */
async function withForeignSquare(quality: number, dx: number, dy: number): Promise<Buffer> {
  const donor = await picture(384, 320, 2).jpeg({ quality }).toBuffer();
  const patch = await part(donor, square.left + dx, square.top + dy, square.side);
  return await pasted(await picture(384, 320, 1).png().toBuffer(), patch, square.left, square.top);
}

describe("jpegGridDetector", () => {
  it.each([
    [60, 3, 5],
    [75, 7, 1],
    [90, 4, 4],
  ])("finds a square pasted from a JPEG of quality %d, %d and %d pixels off", async (quality, dx, dy) => {
    const observation = await observe(detector, await withForeignSquare(quality, dx, dy));
    expect(observation.statistic).toBeGreaterThan(5);
    expect(overlap(observation, square)).toBeGreaterThan(0.6);
    expect(observation.findings[0]).toMatchObject({ code: "foreign-jpeg-grid", direction: "forged" });
  });

  it("names the origin of the foreign grid and that of the rest", async () => {
    const host = await picture(384, 320, 1).jpeg({ quality: 80 }).toBuffer();
    const patch = await part(await picture(384, 320, 2).jpeg({ quality: 60 }).toBuffer(), 3, 5, square.side);
    const observation = await observe(detector, await pasted(host, patch, 152, 104));
    // The patch starts 3 and 5 pixels into a block and lies on a corner of the host's grid.
    expect(observation.findings[0]?.claim).toContain("starts at (5, 3), while that of the rest starts at (0, 0)");
    expect(observation.decisive).toBe("foreign-jpeg-grid");
  });

  it.each([50, 75, 95])("is silent on a whole JPEG of quality %d", async (quality) => {
    const observation = await observe(detector, await picture(384, 320, 3).jpeg({ quality }).toBuffer());
    expect(observation).toMatchObject({ statistic: 0, regions: [] });
    expect(Math.max(...observation.heatmap!.data)).toBe(0);
  });

  it("is silent on a picture that never was a JPEG", async () => {
    const observation = await observe(detector, await picture(384, 320, 4).png().toBuffer());
    expect(observation).toMatchObject({ statistic: 0, regions: [], findings: [] });
  });

  it("calls a JPEG that was cropped and saved without loss history, not forgery", async () => {
    const jpeg = await picture(384, 320, 5).jpeg({ quality: 75 }).toBuffer();
    const cropped = await sharp(jpeg).extract({ left: 3, top: 6, width: 320, height: 256 }).png().toBuffer();
    const observation = await observe(detector, cropped);
    expect(observation.statistic).toBe(0);
    expect(observation.findings).toMatchObject([{ code: "shifted-jpeg-grid", direction: "neutral" }]);
    expect(observation.measurements?.["main_grid"]).toBe("(5, 2)");
  });

  it("does not take a pattern that repeats every 8 pixels for a grid", async () => {
    const host = await picture(384, 320, 6).png().toBuffer();
    const pixels = new Uint8Array(128 * 128).map((_, i) => ((i % 8) + (Math.floor(i / 128) % 8)) * 16);
    const pattern = await sharp(pixels, { raw: { width: 128, height: 128, channels: 1 } })
      .png()
      .toBuffer();
    expect((await observe(detector, await pasted(host, pattern, 101, 99))).regions).toEqual([]);
  });

  const plain = (width: number, height: number, level: number) =>
    sharp({ create: { width, height, channels: 3, background: { r: level, g: level, b: level } } });
  const dot = Buffer.from(`<svg width="4" height="4"><rect width="4" height="4" fill="#000"/></svg>`);

  it.each([
    ["smaller than 64 px", plain(63, 100, 100)],
    ["nearly constant", plain(128, 128, 100)],
    ["saturated", plain(128, 128, 255).composite([{ input: dot, left: 9, top: 9 }])],
  ])("does not apply to an image that is %s", async (reason, image) => {
    const result = await detect(detector, await image.png().toBuffer());
    expect(result).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  const originals = data?.rows.filter(({ set }) => set === "kodak24" || set === "ucid") ?? [];
  it.skipIf(!data)(`raises no alarm on ${originals.length} pictures that never were JPEGs`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const result = await detect(detector, data!.read(row));
      if (result.applicable && result.regions.length > 0) alarms.push(row.path);
    }
    expect(alarms).toEqual([]);
  });
});
