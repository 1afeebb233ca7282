import { developmentData } from "@artguard/development-data";
import { doubleQuantizationDetector } from "@artguard/forensics";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, overlap, part, pasted, picture } from "../pictures.ts";

const data = developmentData();
const detector = doubleQuantizationDetector();
const square = { left: 128, top: 96, side: 160 };

/** `host` saved at `first`, a square of an uncompressed picture pasted in, saved at `second`. */
async function spliced(host: Sharp, donor: Uint8Array, first: number, second: number): Promise<Buffer> {
  const patch = await part(donor, 8, 8, square.side);
  const edited = await pasted(await host.jpeg({ quality: first }).toBuffer(), patch, square.left, square.top);
  return await sharp(edited).jpeg({ quality: second }).toBuffer();
}

describe("doubleQuantizationDetector", () => {
  it.each([
    [50, 70],
    [60, 90],
    [70, 95],
    [90, 100],
  ])("finds the square that lacks the first of the qualities %d and %d", async (first, second) => {
    const donor = await picture(512, 384, 8).png().toBuffer();
    const observation = await observe(detector, await spliced(picture(512, 384, 7), donor, first, second));
    expect(overlap(observation, square)).toBeGreaterThan(0.7);
    expect(observation.decisive).toBe("single-quantized-region");
    expect(Math.abs((observation.measurements?.["first_quality"] as number) - first)).toBeLessThanOrEqual(2);
  });

  it.each([60, 75, 90, 98])("is silent on a JPEG saved once, at quality %d", async (quality) => {
    const observation = await observe(detector, await picture(512, 384, 9).jpeg({ quality }).toBuffer());
    expect(observation).toMatchObject({ statistic: 0, regions: [], findings: [] });
  });

  it("calls a JPEG that was saved twice as a whole history, not forgery", async () => {
    const once = await picture(512, 384, 10).jpeg({ quality: 60 }).toBuffer();
    const observation = await observe(detector, await sharp(once).jpeg({ quality: 90 }).toBuffer());
    expect(observation).toMatchObject({ statistic: 0, regions: [] });
    expect(observation.findings).toMatchObject([{ code: "saved-twice", direction: "neutral" }]);
  });

  it.each([
    ["cropped off its grid", (image: Sharp) => image.extract({ left: 3, top: 5, width: 480, height: 360 })],
    ["resized", (image: Sharp) => image.resize(400)],
    ["blurred in one half", (image: Sharp) => image.blur(1.2)],
  ])("is silent on a JPEG that was %s and saved again", async (_, change) => {
    const once = await picture(512, 384, 11).jpeg({ quality: 70 }).toBuffer();
    const observation = await observe(detector, await change(sharp(once)).jpeg({ quality: 90 }).toBuffer());
    expect(observation.regions).toEqual([]);
  });

  it("does not take blocks that overhang the image for a region", async () => {
    const once = await picture(515, 389, 13).jpeg({ quality: 60 }).toBuffer();
    const observation = await observe(detector, await sharp(once).jpeg({ quality: 90 }).toBuffer());
    expect(observation).toMatchObject({ statistic: 0, regions: [] });
  });

  it("keeps its map below even odds wherever it reports no region", async () => {
    const once = await picture(512, 384, 12).jpeg({ quality: 60 }).toBuffer();
    const { heatmap } = await observe(detector, await sharp(once).jpeg({ quality: 85 }).toBuffer());
    expect(Math.max(...heatmap!.data)).toBeLessThan(0.5);
  });

  it.each([
    ["not a JPEG", picture(256, 256, 1).png(), "not a JPEG"],
    ["too small", picture(120, 120, 1).jpeg(), "too few"],
    ["CMYK", picture(256, 256, 1).toColourspace("cmyk").jpeg(), "CMYK"],
  ])("does not apply to an image that is %s", async (_, image, reason) => {
    const result = await detect(detector, await image.toBuffer());
    expect(result).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  it.skipIf(!data)("finds squares pasted into photographs, and nothing in the photographs themselves", async () => {
    const originals = data!.rows.filter(({ set }) => set === "kodak24").slice(0, 8);
    const overlaps: number[] = [];
    for (const [index, row] of originals.entries()) {
      const host = data!.read(row);
      const donor = data!.read(originals[(index + 1) % originals.length]!);
      overlaps.push(overlap(await observe(detector, await spliced(sharp(host), donor, 65, 90)), square));
      const untouched = await observe(detector, await sharp(host).jpeg({ quality: 90 }).toBuffer());
      expect([row.path, untouched.regions]).toEqual([row.path, []]);
    }
    expect(Math.min(...overlaps)).toBeGreaterThan(0.3);
    expect(overlaps.reduce((sum, value) => sum + value) / overlaps.length).toBeGreaterThan(0.75);
  });
});
