import { developmentData } from "@artguard/development-data";
import { demosaicingDetector } from "@artguard/forensics";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { greenPrediction } from "../../src/demosaicing/green-prediction.ts";
import { detect, observe, overlap, part, pasted, picture } from "../pictures.ts";
import { texturedRgb } from "../textured-rgb.ts";

const data = developmentData();
const detector = demosaicingDetector();
const square = { left: 192, top: 128, side: 160 };

/** Pixels whose green was measured where x + y is `parity` (modulo 2) and is the mean of its neighbours elsewhere. */
function demosaicedRgb(width: number, height: number, seed: number, parity: 0 | 1): Uint8Array {
  const pixels = texturedRgb(width, height, seed);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      if (((x + y) & 1) === parity) continue;
      const at = 3 * (y * width + x) + 1;
      const sum = pixels[at - 3]! + pixels[at + 3]! + pixels[at - 3 * width]! + pixels[at + 3 * width]!;
      pixels[at] = Math.round(sum / 4);
    }
  }
  return pixels;
}

function photograph(seed: number, width = 640, height = 448): Sharp {
  return sharp(demosaicedRgb(width, height, seed, 0), { raw: { width, height, channels: 3 } });
}

describe("greenPrediction", () => {
  it.each([0, 1] as const)("is positive for cells measured where x + y is even: parity %d", (parity) => {
    const [width, height] = [98, 98];
    const image = { width, height, channels: 3 as const, data: demosaicedRgb(width, height, 1, parity) };
    const known = greenPrediction(image).logRatio.filter((value) => !Number.isNaN(value));
    expect(known.length).toBeGreaterThan(10);
    expect([...known].every((value) => (parity === 0 ? value > 0.3 : value < -0.3))).toBe(true);
  });

  it("knows nothing of flat and clipped cells", () => {
    for (const level of [128, 255]) {
      const image = { width: 50, height: 50, channels: 3 as const, data: new Uint8Array(7500).fill(level) };
      expect([...greenPrediction(image).logRatio].every(Number.isNaN)).toBe(true);
    }
  });
});

describe("demosaicingDetector", () => {
  it("finds a square that was scaled before it was pasted", async () => {
    const donor = await picture(640, 448, 2).resize(800).png().toBuffer();
    const patch = await part(donor, 50, 60, square.side);
    const forged = await pasted(await photograph(1).png().toBuffer(), patch, square.left, square.top);
    const observation = await observe(detector, forged);
    expect(overlap(observation, square)).toBeGreaterThan(0.6);
    expect(observation.findings).toMatchObject([{ code: "demosaicing-missing", direction: "forged" }]);
  });

  it("finds a square that was moved by an odd number of pixels", async () => {
    const host = await photograph(3).png().toBuffer();
    const patch = await part(host, 11, 20, square.side);
    expect(overlap(await observe(detector, await pasted(host, patch, 192, 128)), square)).toBeGreaterThan(0.45);
  });

  it("is silent on the photograph itself, without loss and as JPEG of quality 98", async () => {
    for (const image of [photograph(4).png(), photograph(4).jpeg({ quality: 98, chromaSubsampling: "4:4:4" })])
      expect(await observe(detector, await image.toBuffer())).toMatchObject({
        statistic: 0,
        regions: [],
        findings: [],
      });
  });

  it.each([
    ["no colour filter pattern", picture(300, 300, 5).png()],
    ["no colour filter pattern", photograph(5).resize(500).png()],
    ["below 96", photograph(5).jpeg({ quality: 90 })],
    ["smaller than 192", photograph(5, 150, 300).png()],
    ["smaller than 192", photograph(5, 1, 400).png()],
    ["Only PNG", photograph(5).gif()],
    ["Only PNG", photograph(5).webp({ quality: 80 })],
    ["grey", photograph(5).greyscale().toColourspace("b-w").png()],
    ["texture", sharp({ create: { width: 300, height: 300, channels: 3, background: "#888" } }).png()],
    ["texture", sharp({ create: { width: 300, height: 300, channels: 3, background: "#fff" } }).png()],
  ])("does not apply: %s", async (reason, image) => {
    const result = await detect(detector, await image.toBuffer());
    expect(result).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  const originals = data?.rows.filter(({ set }) => set === "kodak24" || set === "ucid") ?? [];
  it.skipIf(!data)(`accuses none of ${originals.length} untouched photographs`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const result = await detect(detector, data!.read(row));
      if (result.applicable && result.regions.length > 0) alarms.push(row.path);
    }
    expect(alarms).toEqual([]);
  });
});
