import { developmentData } from "@artguard/development-data";
import { copyMoveDetector } from "@artguard/forensics";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { detect, observe, part, pasted, picture } from "../pictures.ts";
import { randomSource } from "../textured-rgb.ts";
import { photographed, repetitiveScenes } from "./repetitive-patterns.ts";

const data = developmentData();
const detector = copyMoveDetector();
const source = { left: 30, top: 40, side: 96 };
const target = { left: 250, top: 130 };

/** A picture of random relief at four scales, with noise: nothing in it repeats. */
function relief(width: number, height: number, seed: number): Sharp {
  const random = randomSource(seed);
  const lattice = Float64Array.from({ length: 4 * 128 * 128 }, () => random() - 0.5);
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    let value = 128 + 6 * (random() - 0.5);
    for (let k = 0; k < 4; k++) {
      const cell = 4 * 2 ** k;
      const [x, y] = [(i % width) / cell, Math.floor(i / width) / cell];
      const [u, v] = [x % 1, y % 1];
      const at = k * 16384 + Math.floor(y) * 128 + Math.floor(x);
      const upper = lattice[at]! * (1 - u) + lattice[at + 1]! * u;
      const lower = lattice[at + 128]! * (1 - u) + lattice[at + 129]! * u;
      value += 22 * (k + 1) * (upper * (1 - v) + lower * v);
    }
    data.fill(Math.max(0, Math.min(255, Math.round(value))), 3 * i, 3 * i + 3);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A picture in which a square was copied, changed on the way. */
async function withClone(seed: number, change: (patch: Sharp) => Sharp = (patch) => patch): Promise<Buffer> {
  const host = await relief(400, 256, seed).png().toBuffer();
  const patch = await change(sharp(await part(host, source.left, source.top, source.side)))
    .png()
    .toBuffer();
  return await pasted(host, patch, target.left, target.top);
}

/** Share of the pixels of a square that the heat map marks. */
function marked(heatmap: { width: number; data: Float32Array }, left: number, top: number, side: number): number {
  let count = 0;
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) if (heatmap.data[y * heatmap.width + x]! > 0.5) count++;
  }
  return count / side ** 2;
}

describe("copyMoveDetector", () => {
  it("marks both places of an exact clone, pixel by pixel", async () => {
    const observation = await observe(detector, await withClone(1));
    expect(observation.statistic).toBeGreaterThan(2);
    expect(observation.measurements).toMatchObject({ exact_clones: 1 });
    expect(marked(observation.heatmap!, source.left, source.top, 96)).toBeGreaterThan(0.97);
    expect(marked(observation.heatmap!, target.left, target.top, 96)).toBeGreaterThan(0.97);
    const total = observation.heatmap!.data.filter((value) => value > 0.5).length;
    expect(total).toBeLessThan(2 * 96 ** 2 * 1.03);
    expect(observation.regions).toHaveLength(2);
    expect(observation.findings[0]).toMatchObject({ code: "copy-move", direction: "forged" });
  });

  it.each([
    ["turned by 90°", (patch: Sharp) => patch.rotate(90)],
    ["mirrored", (patch: Sharp) => patch.flop()],
    ["enlarged", (patch: Sharp) => patch.resize(115)],
    ["reduced", (patch: Sharp) => patch.resize(80)],
  ])("finds a clone that was %s, without calling it decisive", async (_, change) => {
    const observation = await observe(detector, await withClone(2, change));
    expect(observation.statistic).toBeGreaterThanOrEqual(1);
    expect(observation.decisive).toBeUndefined();
    expect(marked(observation.heatmap!, source.left + 16, source.top + 16, 64)).toBeGreaterThan(0.8);
    expect(marked(observation.heatmap!, target.left + 12, target.top + 12, 56)).toBeGreaterThan(0.8);
  });

  it("calls a large exact clone decisive", async () => {
    const host = await relief(480, 320, 1).png().toBuffer();
    const observation = await observe(detector, await pasted(host, await part(host, 10, 20, 180), 250, 100));
    expect(observation.decisive).toBe("copy-move");
  });

  it.each([95, 85])("finds a clone in a JPEG of quality %d", async (quality) => {
    const observation = await observe(
      detector,
      await sharp(await withClone(3))
        .jpeg({ quality })
        .toBuffer(),
    );
    expect(observation.statistic).toBeGreaterThanOrEqual(1);
    expect(marked(observation.heatmap!, target.left + 8, target.top + 8, 80)).toBeGreaterThan(0.8);
  });

  it("says how the copy was changed", async () => {
    const turned = await observe(detector, await withClone(2, (patch) => patch.rotate(90)));
    expect(turned.findings[0]?.claim).toMatch(/turned by -?90°/);
    const mirrored = await observe(detector, await withClone(2, (patch) => patch.flop()));
    expect(mirrored.findings[0]?.claim).toContain("mirrored");
  });

  it("finds nothing in the picture before it was changed", async () => {
    const observation = await observe(detector, await relief(400, 256, 1).png().toBuffer());
    expect(observation.statistic).toBeLessThan(1);
    expect(observation).toMatchObject({ regions: [], findings: [] });
    expect(Math.max(...observation.heatmap!.data)).toBe(0);
  });

  // What the dense search accuses comes on top of what is accused without it.
  const withSmoothAreas = copyMoveDetector({ smoothAreas: true });
  const each = 17;
  it(`accuses at most 2 % of ${each * Object.keys(repetitiveScenes).length} pictures that repeat themselves`, async () => {
    const alarms: string[] = [];
    for (const [name, scene] of Object.entries(repetitiveScenes)) {
      for (let seed = 0; seed < each; seed++) {
        const result = await detect(withSmoothAreas, await photographed(scene, 192, seed));
        if (result.applicable && result.statistic >= 1) alarms.push(`${name} ${seed}`);
      }
    }
    expect(alarms.length, alarms.join(", ")).toBeLessThanOrEqual(0.02 * each * Object.keys(repetitiveScenes).length);
  }, 600_000);

  it.each([
    ["smaller than 64", picture(60, 300, 5).png()],
    ["quality", picture(300, 200, 5).jpeg({ quality: 30 })],
    ["equal", sharp({ create: { width: 300, height: 300, channels: 3, background: "#888" } }).png()],
    ["smaller than 64", sharp({ create: { width: 1, height: 900, channels: 3, background: "#888" } }).png()],
  ])("does not apply: %s", async (reason, image) => {
    const result = await detect(detector, await image.toBuffer());
    expect(result).toEqual({ applicable: false, reason: expect.stringContaining(reason) });
  });

  it("takes grey and tiny images", async () => {
    const grey = await picture(200, 160, 6).greyscale().png().toBuffer();
    expect((await observe(detector, grey)).statistic).toBeLessThan(1);
    expect((await observe(detector, await picture(64, 64, 6).png().toBuffer())).statistic).toBeLessThan(1);
  });

  const forged =
    data?.rows.filter(({ set, label }) => set === "fau-copymove" && label === "tampered").slice(0, 2) ?? [];
  it.skipIf(!data)(
    `finds the pasted squares of ${forged.length} forgeries of the Erlangen kind`,
    async () => {
      for (const row of forged) expect((await observe(detector, data!.read(row))).statistic).toBeGreaterThanOrEqual(1);
    },
    300_000,
  );
});
