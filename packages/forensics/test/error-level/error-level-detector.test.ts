import { errorLevelDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, picture } from "../pictures.ts";

const detector = errorLevelDetector();

describe("errorLevelDetector", () => {
  it("draws a picture and has no opinion", async () => {
    const observation = await observe(detector, await picture(200, 120, 1).png().toBuffer());
    expect(detector.family).toBe("display");
    expect(observation).toMatchObject({ statistic: 0, regions: [], findings: [] });
    expect(observation.heatmap).toMatchObject({ width: 25, height: 15, scale: 8 });
    expect(Math.max(...observation.heatmap!.data)).toBe(1);
  });

  it("shows next to no change for what is at quality 90 already", async () => {
    const half = await picture(128, 128, 2).jpeg({ quality: 90 }).toBuffer();
    const both = await sharp(await picture(256, 128, 3).png().toBuffer())
      .composite([{ input: half, left: 0, top: 0 }])
      .png()
      .toBuffer();
    const { data, width } = (await observe(detector, both)).heatmap!;
    const mean = (side: number) =>
      data.filter((_, i) => Math.floor((2 * (i % width)) / width) === side).reduce((sum, value) => sum + value, 0);
    expect(mean(0)).toBeLessThan(mean(1) / 2);
  });

  it("does not apply below one block", async () => {
    expect((await detect(detector, await picture(7, 40, 1).png().toBuffer())).applicable).toBe(false);
  });
});
