import { openForensicImage } from "@artguard/core/image";
import { developmentData } from "@artguard/development-data";
import { syntheticImageDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import operation from "../../src/synthetic-image/operation.json" with { type: "json" };
import { detect, observe, picture } from "../pictures.ts";

const data = developmentData();
const detector = syntheticImageDetector();

describe("syntheticImageDetector", () => {
  it("gives finite log odds and makes a finding exactly above its threshold", async () => {
    const { statistic, findings } = await observe(
      detector,
      await picture(400, 300, 1).jpeg({ quality: 90 }).toBuffer(),
    );
    expect(Number.isFinite(statistic)).toBe(true);
    expect(findings.length).toBe(statistic > operation.threshold ? 1 : 0);
  });

  it.each([
    ["grey", picture(300, 260, 4).greyscale().png()],
    ["with alpha", picture(300, 260, 4).ensureAlpha(0.5).png()],
    ["a long strip", picture(9000, 224, 4).png()],
    ["large", picture(5000, 3000, 4).jpeg({ quality: 90 })],
  ])("gives finite log odds for a picture that is %s", async (_, image) => {
    expect(Number.isFinite((await observe(detector, await image.toBuffer())).statistic)).toBe(true);
  });

  it("ends with the reason of its signal", async () => {
    const image = await openForensicImage(await picture(300, 260, 5).png().toBuffer());
    const gone = AbortSignal.abort(new Error("gone"));
    await expect(detector.detect(image, { signal: gone })).rejects.toThrow("gone");
  });

  it("gives the same log odds twice", async () => {
    const bytes = await picture(300, 300, 2).png().toBuffer();
    expect((await observe(detector, bytes)).statistic).toBe((await observe(detector, bytes)).statistic);
  });

  it.each([
    ["smaller than 224 px", picture(223, 400, 3).png()],
    ["below 60", picture(400, 300, 3).jpeg({ quality: 50 })],
    ["flat graphic", sharp({ create: { width: 300, height: 300, channels: 3, background: "#3366aa" } }).png()],
  ])("does not apply to a picture that is %s", async (reason, image) => {
    expect(await detect(detector, await image.toBuffer())).toMatchObject({
      applicable: false,
      reason: expect.stringContaining(reason),
    });
  });

  it.skipIf(!data)("gives Stable Diffusion pictures higher log odds than Dutch paintings saved alike", async () => {
    const median = async (set: string) => {
      const rows = data!.rows.filter((row) => row.set === set).slice(0, 6);
      const odds = await Promise.all(
        rows.map(async (row) => {
          const alike = sharp(data!.read(row)).resize(384, 384, { fit: "inside" }).jpeg({ quality: 90 });
          return (await observe(detector, await alike.toBuffer())).statistic;
        }),
      );
      return odds.sort((a, b) => a - b)[odds.length >> 1]!;
    };
    expect(await median("supagruen-tiles")).toBeGreaterThan(await median("paintings-nga"));
  });
});
