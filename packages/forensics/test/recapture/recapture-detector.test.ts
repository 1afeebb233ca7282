import { developmentData } from "@artguard/development-data";
import { recaptureDetector } from "@artguard/forensics";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe } from "../pictures.ts";
import { randomSource } from "../textured-rgb.ts";

const data = developmentData();
const detector = recaptureDetector();
const [width, height] = [512, 384];

/** Discs of many sizes and noise: a picture without any wave in it. */
function scene(seed: number): Uint8Array {
  const random = randomSource(seed);
  const grey = new Float64Array(width * height).fill(120);
  for (let disc = 0; disc < 80; disc++) {
    const [cx, cy, radius, level] = [random() * width, random() * height, 5 + 50 * random(), 80 * (random() - 0.5)];
    for (let i = 0; i < grey.length; i++)
      if (Math.hypot((i % width) - cx, Math.floor(i / width) - cy) < radius) grey[i]! += level;
  }
  return Uint8Array.from({ length: 3 * grey.length }, (_, i) =>
    Math.max(20, Math.min(235, grey[Math.floor(i / 3)]! + 10 * (random() - 0.5))),
  );
}

function drawn(seed: number, render: (value: number, x: number, y: number) => number): Sharp {
  const pixels = scene(seed).map((value, i) => {
    const at = Math.floor(i / 3);
    return Math.max(0, Math.min(255, render(value, at % width, Math.floor(at / width))));
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

function wave(x: number, y: number, period: number, degrees: number): number {
  const angle = (degrees * Math.PI) / 180;
  return Math.cos((2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / period);
}

function plain(wide: number, high: number): Sharp {
  return sharp({ create: { width: wide, height: high, channels: 3, background: "#888" } });
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
    const { findings } = await observe(
      detector,
      await drawn(5, (value) => value)
        .jpeg({ quality })
        .toBuffer(),
    );
    expect(findings).toEqual([]);
  });

  it.each([
    ["smaller than 256", plain(64, 64)],
    ["smaller than 256", plain(900, 1)],
    ["contrast", plain(400, 400)],
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
