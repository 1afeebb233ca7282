import { developmentData } from "@artguard/development-data";
import { jpegGhostDetector } from "@artguard/forensics";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, overlap, part, pasted, picture } from "../pictures.ts";

const data = developmentData();
const detector = jpegGhostDetector();
const square = { left: 128, top: 96, side: 144 };

/** A picture in which a square was compressed at `quality` on the grid of the whole. */
async function withGhost(host: Uint8Array, quality: number): Promise<Sharp> {
  const compressed = await sharp(host).jpeg({ quality }).toBuffer();
  const patch = await part(compressed, square.left, square.top, square.side);
  return sharp(await pasted(host, patch, square.left, square.top));
}

describe("jpegGhostDetector", () => {
  it.each([
    [55, 80],
    [65, 90],
    [80, 95],
  ])("finds the square of quality %d in a JPEG of quality %d", async (first, last) => {
    const ghost = await withGhost(await picture(512, 384, 1).png().toBuffer(), first);
    const observation = await observe(detector, await ghost.jpeg({ quality: last }).toBuffer());
    expect(overlap(observation, square)).toBeGreaterThan(0.6);
    expect(Math.abs((observation.measurements?.["ghost_quality"] as number) - first)).toBeLessThanOrEqual(4);
  });

  it("finds the square in a file without loss", async () => {
    const ghost = await withGhost(await picture(512, 384, 2).png().toBuffer(), 70);
    expect(overlap(await observe(detector, await ghost.png().toBuffer()), square)).toBeGreaterThan(0.6);
  });

  it.each([75, 85, 95])("is silent on a JPEG saved once, at quality %d", async (quality) => {
    const observation = await observe(detector, await picture(512, 384, 3).jpeg({ quality }).toBuffer());
    expect(observation).toMatchObject({ statistic: 0, regions: [], findings: [] });
    expect(Math.max(...observation.heatmap!.data)).toBe(0);
  });

  it("calls a compression of the whole image history", async () => {
    const once = await picture(512, 384, 4).jpeg({ quality: 60 }).toBuffer();
    const observation = await observe(detector, await sharp(once).jpeg({ quality: 90 }).toBuffer());
    expect(observation.regions).toEqual([]);
    expect(String(observation.measurements?.["earlier_qualities"]).split(" ")).toContain("60");
  });

  it.each([
    ["below 75", picture(512, 384, 5).jpeg({ quality: 60 })],
    ["smaller than 192", picture(150, 300, 5).jpeg({ quality: 90 })],
    ["texture", sharp({ create: { width: 300, height: 300, channels: 3, background: "#888" } }).png()],
  ])("does not apply: %s", async (reason, image) => {
    const result = await detect(detector, await image.toBuffer());
    expect(result).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  const originals = data?.rows.filter(({ set }) => set === "kodak24" || set === "ucid") ?? [];
  it.skipIf(!data)(`raises no alarm on ${originals.length} photographs without loss and as JPEG`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const bytes = data!.read(row);
      for (const image of [bytes, await sharp(bytes).jpeg({ quality: 90 }).toBuffer()]) {
        const result = await detect(detector, image);
        if (result.applicable && result.regions.length > 0) alarms.push(row.path);
      }
    }
    expect(alarms).toEqual([]);
  });
});
