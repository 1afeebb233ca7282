import { developmentData } from "@artguard/development-data";
import { shiftedDoubleCompressionDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, overlap, part, pasted, picture } from "../pictures.ts";

const data = developmentData();
const detector = shiftedDoubleCompressionDetector();
const square = { left: 144, top: 96, side: 176 };

/** A picture with a square of a JPEG whose grid lies 3 px right of and 5 px below that of the whole. */
async function withForeignSquare(seed: number, first: number): Promise<Buffer> {
  const donor = await picture(400, 400, seed + 10)
    .jpeg({ quality: first })
    .toBuffer();
  return await pasted(
    await picture(512, 384, seed).png().toBuffer(),
    await part(donor, 8 - 3, 8 - 5, square.side),
    square.left,
    square.top,
  );
}

describe("shiftedDoubleCompressionDetector", () => {
  it.each([
    [60, 90],
    [60, 80],
    [75, 95],
  ])("finds the square of a JPEG of quality %d in one of quality %d", async (first, last) => {
    const image = sharp(await withForeignSquare(1, first)).jpeg({ quality: last });
    const observation = await observe(detector, await image.toBuffer());
    expect(observation.findings).toMatchObject([{ code: "shifted-compression", direction: "forged" }]);
    expect(observation.measurements).toMatchObject({ region_grid: "(3, 5)" });
    expect(overlap(observation, square)).toBeGreaterThan(0.4);
  });

  it("finds it in a file without loss, with the step of the earlier table", async () => {
    const observation = await observe(detector, await withForeignSquare(2, 75));
    // T.81 table K.1 begins with 16; quality 75 halves it.
    expect(observation.measurements).toMatchObject({ region_grid: "(3, 5)", region_dc_step: 8 });
    expect(overlap(observation, square)).toBeGreaterThan(0.4);
  });

  it("calls a picture that was cropped and saved again history", async () => {
    const once = await picture(520, 392, 3).jpeg({ quality: 70 }).toBuffer();
    const cropped = sharp(once).extract({ left: 5, top: 3, width: 512, height: 384 }).jpeg({ quality: 90 });
    const observation = await observe(detector, await cropped.toBuffer());
    expect(observation.regions).toEqual([]);
    expect(observation.findings).toMatchObject([{ code: "image-cropped-resaved", direction: "neutral" }]);
    expect(observation.measurements).toMatchObject({ whole_image_grid: "(3, 5)" });
  });

  it.each([75, 90])("is silent on a JPEG saved once, at quality %d", async (quality) => {
    const observation = await observe(detector, await picture(512, 384, 4).jpeg({ quality }).toBuffer());
    expect(observation).toMatchObject({ regions: [], findings: [] });
    expect(Math.max(...observation.heatmap!.data)).toBe(0);
  });

  it("says nothing of an image of one colour", async () => {
    const plain = sharp({ create: { width: 300, height: 300, channels: 3, background: "#345" } });
    expect(await observe(detector, await plain.png().toBuffer())).toMatchObject({ regions: [], findings: [] });
  });

  it.each([
    ["smaller than 200", picture(64, 64, 5)],
    ["smaller than 200", picture(1, 900, 5)],
    ["below 70", picture(300, 300, 5).jpeg({ quality: 50 })],
  ])("does not apply: %s", async (reason, image) => {
    const bytes = reason === "below 70" ? await image.toBuffer() : await image.png().toBuffer();
    expect(await detect(detector, bytes)).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  const originals = data?.rows.filter(({ set }) => set === "ucid") ?? [];
  it.skipIf(!data)(`accuses none of ${originals.length} photographs without loss and as JPEG`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const bytes = data!.read(row);
      for (const image of [bytes, await sharp(bytes).jpeg({ quality: 85 }).toBuffer()]) {
        const result = await detect(detector, image);
        if (result.applicable && result.findings.length > 0) alarms.push(row.path);
      }
    }
    expect(alarms).toEqual([]);
  });
});
