import { developmentData } from "@artguard/development-data";
import { recaptureDetector } from "@artguard/forensics";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, picture } from "../pictures.ts";
import { texturedRgb } from "../textured-rgb.ts";

const data = developmentData();
const detector = recaptureDetector();
const [width, height] = [512, 384];

function drawn(seed: number, render: (value: number, x: number, y: number) => number): Sharp {
  const pixels = texturedRgb(width, height, seed).map((value, i) => {
    const at = Math.floor(i / 3);
    return Math.max(0, Math.min(255, render(value, at % width, Math.floor(at / width))));
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

function wave(x: number, y: number, period: number, degrees: number): number {
  const angle = (degrees * Math.PI) / 180;
  return Math.cos((2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / period);
}

/** Black dots whose size follows the picture. */
function halftone(value: number, x: number, y: number): number {
  const dots = 0.5 + 0.25 * (wave(x, y, 5, 45) + wave(x, y, 5, -45));
  return 255 / (1 + Math.exp(6 * (dots - value / 255)));
}

describe("recaptureDetector", () => {
  it("measures period and directions of a halftone", async () => {
    const { findings, measurements, statistic } = await observe(detector, await drawn(1, halftone).png().toBuffer());
    expect(findings).toMatchObject([{ code: "regular-pattern", direction: "neutral" }]);
    expect(findings[0]!.claim).toContain("lattice");
    const periods = measurements!["pattern_periods_px"] as number[];
    const directions = measurements!["pattern_directions_deg"] as number[];
    for (const expected of [45, -45]) {
      const at = directions.findIndex((direction) => Math.abs(direction - expected) < 4);
      expect(Math.abs(periods[at]! - 5)).toBeLessThan(0.3);
    }
    expect(statistic).toBe(0);
  });

  it("finds the pixels of a screen, after JPEG", async () => {
    const screen = drawn(2, (value, x, y) => value * (0.8 + 0.1 * (wave(x, y, 3.7, 0) + wave(x, y, 3.7, 90))));
    const { findings } = await observe(detector, await screen.jpeg({ quality: 85 }).toBuffer());
    expect(findings[0]?.claim).toContain("lattice");
  });

  it("calls a pattern in one direction lines", async () => {
    const moire = drawn(3, (value, x, y) => value * (1 + 0.06 * wave(x, y, 7, 20)));
    const { findings } = await observe(detector, await moire.png().toBuffer());
    expect(findings[0]?.claim).toContain("lines");
  });

  it("does not take a patterned part for the whole", async () => {
    const part = drawn(4, (value, x, y) => (x < 180 && y < 180 ? halftone(value, x, y) : value));
    expect((await observe(detector, await part.png().toBuffer())).findings).toEqual([]);
  });

  it.each([60, 90])("does not take the grid of a JPEG of quality %d for a pattern", async (quality) => {
    const { findings } = await observe(detector, await picture(width, height, 5).jpeg({ quality }).toBuffer());
    expect(findings).toEqual([]);
  });

  it.each([
    ["smaller than 256", picture(64, 64, 6)],
    ["smaller than 256", picture(900, 1, 6)],
    ["contrast", sharp({ create: { width: 400, height: 400, channels: 3, background: "#888" } })],
  ])("does not apply: %s", async (reason, image) => {
    const result = await detect(detector, await image.png().toBuffer());
    expect(result).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  const originals = data?.rows.filter(({ set }) => set === "kodak24" || set === "ucid") ?? [];
  it.skipIf(!data)(`is silent on ${originals.length} photographs`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const result = await detect(detector, data!.read(row));
      if (result.applicable && result.findings.length > 0) alarms.push(row.path);
    }
    expect(alarms).toEqual([]);
  });
});
