import { readFile } from "node:fs/promises";
import { createArtGuard } from "@artguard/core";
import { learnedDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, picture } from "../pictures.ts";

const detector = learnedDetector();

describe("learnedDetector", () => {
  it.each([
    ["RGB", picture(333, 210, 1)],
    ["grey", picture(333, 210, 1).greyscale()],
    ["a strip", picture(1400, 96, 1)],
  ])("gives a map of 8×8 pixels and a probability: %s", async (_, image) => {
    const bytes = await image.png().toBuffer();
    const { width, height } = await sharp(bytes).metadata();
    const { statistic, heatmap } = await observe(detector, bytes);
    expect(statistic).toBeGreaterThanOrEqual(0);
    expect(statistic).toBeLessThanOrEqual(1);
    expect(heatmap).toMatchObject({ scale: 8, width: Math.ceil(width / 8), height: Math.ceil(height / 8) });
    expect(heatmap!.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it.each([
    ["smaller than 96", picture(300, 64, 1).png()],
    ["smaller than 96", picture(1, 300, 1).png()],
    ["texture", sharp({ create: { width: 200, height: 200, channels: 3, background: "#a33" } }).png()],
    ["quality of about 40", picture(300, 200, 1).jpeg({ quality: 40 })],
  ])("does not apply: %s", async (reason, image) => {
    const result = await detect(detector, await image.toBuffer());
    expect(result).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  it("keeps its regions inside the image", async () => {
    const { regions } = await observe(detector, await picture(333, 211, 4).jpeg({ quality: 90 }).toBuffer());
    for (const { x, y, width, height } of regions) {
      expect(x + width).toBeLessThanOrEqual(333);
      expect(y + height).toBeLessThanOrEqual(211);
    }
  });

  it.each([
    ["spliced", { x: 720, y: 232 }],
    ["copy-move", { x: 730, y: 590 }],
  ])("marks what was pasted into the example, and hardly anything else: %s", async (name, inside) => {
    const bytes = await readFile(new URL(`../../../../examples/images/${name}.jpg`, import.meta.url));
    const { statistic, regions, heatmap } = await observe(detector, bytes);
    expect(statistic).toBeGreaterThan(0.9);
    expect(regions).toHaveLength(1);
    const { x, y, width, height } = regions[0]!;
    expect(inside.x > x && inside.x < x + width && inside.y > y && inside.y < y + height).toBe(true);
    expect(heatmap!.data.filter((value) => value > 0.5).length / heatmap!.data.length).toBeLessThan(0.06);
  });

  it("runs in an isolated child process", async () => {
    const artguard = await createArtGuard({ detectors: [detector], storage: "memory", concurrency: 1 });
    try {
      const { detections } = await artguard.analyze(await picture(320, 240, 2).jpeg({ quality: 90 }).toBuffer());
      expect(detections).toMatchObject([{ id: "learned", status: "ok" }]);
    } finally {
      await artguard[Symbol.asyncDispose]();
    }
  });
});
