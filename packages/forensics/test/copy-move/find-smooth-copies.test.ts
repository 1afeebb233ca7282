import { openForensicImage } from "@artguard/core/image";
import { developmentData } from "@artguard/development-data";
import { copyMoveDetector } from "@artguard/forensics";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { affineParts, mapX, mapY } from "../../src/copy-move/affine.ts";
import { findSmoothCopies } from "../../src/copy-move/find-smooth-copies.ts";
import { type SmoothLimits, smoothLimits } from "../../src/copy-move/judge-smooth-copy.ts";
import { lumaPlane } from "../../src/raster/plane.ts";
import { observe } from "../pictures.ts";
import { photographed, repetitiveScenes } from "./repetitive-patterns.ts";
import { sky, skyWithClone, smoothSource, smoothTarget } from "./smooth-scenes.ts";

const data = developmentData();
const leastShift = 16;

async function copiesIn(bytes: Uint8Array, quality: number, limits?: SmoothLimits) {
  const { raster } = await openForensicImage(bytes);
  return findSmoothCopies(lumaPlane(raster), quality, leastShift, limits);
}

async function isAccused(bytes: Uint8Array, quality: number, limits?: SmoothLimits): Promise<boolean> {
  return (await copiesIn(bytes, quality, limits)).some(({ score }) => score >= 1);
}

/** Turned about the middle of a square of 128 px; what has no source is cut off. */
const turned = (degrees: number, side: number) => (patch: Sharp) => {
  const angle = (degrees * Math.PI) / 180;
  const margin = Math.floor((128 * (Math.cos(angle) + Math.sin(angle)) - side) / 2);
  return patch.rotate(degrees).extract({ left: margin, top: margin, width: side, height: side });
};

/** Skies that nobody touched, at three strengths of noise and of compression. */
async function untouchedSkies(): Promise<{ name: string; bytes: Buffer; quality: number }[]> {
  const skies = [];
  for (const noise of [0, 0.7, 2]) {
    for (const quality of [75, 92, 101]) {
      const picture = sky(400, 300, 10 * noise + quality, noise);
      const bytes = await (quality > 100 ? picture.png() : picture.jpeg({ quality })).toBuffer();
      skies.push({ name: `noise ${noise}, quality ${quality}`, bytes, quality });
    }
  }
  return skies;
}

describe("findSmoothCopies", () => {
  it.each([
    ["moved", (patch: Sharp) => patch, { angle: 0, scale: 1 }],
    ["turned by 10°", turned(10, 108), { angle: 10, scale: 1 }],
    ["turned by 30°", turned(30, 92), { angle: 30, scale: 1 }],
    ["turned by 90°", (patch: Sharp) => patch.rotate(90), { angle: 90, scale: 1 }],
    ["enlarged", (patch: Sharp) => patch.resize(141), { angle: 0, scale: 1.1 }],
    ["reduced", (patch: Sharp) => patch.resize(115), { angle: 0, scale: 1.11 }],
  ])("finds a piece of sky that was %s, with its map", async (_, change, expected) => {
    const [best] = await copiesIn(await skyWithClone(3, change, 95), 95);
    expect(best?.score).toBeGreaterThanOrEqual(1);
    const { angle, scale, isMirrored } = affineParts(best!.copy.map);
    expect(Math.abs(angle)).toBeCloseTo(expected.angle, 0);
    expect(scale).toBeCloseTo(expected.scale, 1);
    expect(isMirrored).toBe(false);
  });

  it("finds a mirrored piece of sky", async () => {
    const [best] = await copiesIn(await skyWithClone(4, (patch) => patch.flop(), 95), 95);
    expect(best?.score).toBeGreaterThanOrEqual(1);
    expect(affineParts(best!.copy.map).isMirrored).toBe(true);
  });

  it("leads from one place to the other, to a pixel", async () => {
    const [best] = await copiesIn(await skyWithClone(5, (patch) => patch, 90), 90);
    const { map } = best!.copy;
    const [dx, dy] = [smoothTarget.left - smoothSource.left, smoothTarget.top - smoothSource.top];
    const isForward = map.c > 0;
    const place = isForward ? smoothSource : smoothTarget;
    const [x, y] = [place.left + 64, place.top + 64];
    expect(Math.abs(mapX(map, x, y) - x - (isForward ? dx : -dx))).toBeLessThan(1);
    expect(Math.abs(mapY(map, x, y) - y - (isForward ? dy : -dy))).toBeLessThan(1);
  });

  it("finds it in a picture that is searched at a coarser pitch, on its unscaled pixels", async () => {
    const host = await sky(1600, 1200, 7, 3).png().toBuffer();
    const patch = await sharp(host).extract({ left: 100, top: 120, width: 320, height: 320 }).png().toBuffer();
    const whole = sharp(host).composite([{ input: patch, left: 1000, top: 700 }]);
    const [best] = await copiesIn(await whole.jpeg({ quality: 92 }).toBuffer(), 92);
    expect(best?.score).toBeGreaterThanOrEqual(1);
    expect(best!.copy.area).toBeGreaterThan(0.5 * 320 ** 2);
  });

  it("gives the same result twice", async () => {
    const bytes = await skyWithClone(8, turned(30, 92), 95);
    const scores = async () => (await copiesIn(bytes, 95)).map(({ score }) => score);
    expect(await scores()).toEqual(await scores());
  });

  it("accuses no sky that nobody touched", async () => {
    const accused: string[] = [];
    for (const { name, bytes, quality } of await untouchedSkies())
      if (await isAccused(bytes, quality)) accused.push(name);
    expect(accused).toEqual([]);
  }, 120_000);

  it("accuses no ornament, but would if repetitions could be clones", async () => {
    const mutant = { ...smoothLimits, excess: Infinity, mayRecur: true };
    let [accused, accusedByMutant] = [0, 0];
    for (let seed = 0; seed < 6; seed++) {
      // As `photographed` saves them: PNG or JPEG of this quality.
      const quality = seed % 2 === 0 ? 101 : 80 + (seed % 5) * 4;
      const bytes = await photographed(repetitiveScenes["ornament"]!, 192, seed);
      if (await isAccused(bytes, quality)) accused++;
      if (await isAccused(bytes, quality, mutant)) accusedByMutant++;
    }
    expect(accused).toBe(0);
    expect(accusedByMutant).toBeGreaterThanOrEqual(3);
  });

  const photographs = data?.rows.filter(({ set }) => set === "kodak24") ?? [];
  it.skipIf(!data)(
    `accuses none of ${photographs.length} photographs with their skies, walls and faces`,
    async () => {
      const accused: string[] = [];
      for (const row of photographs) {
        const bytes = await sharp(data!.read(row)).jpeg({ quality: 92 }).toBuffer();
        if (await isAccused(bytes, 92)) accused.push(row.path);
      }
      expect(accused).toEqual([]);
    },
    300_000,
  );
});

describe("copyMoveDetector", () => {
  it("marks both places of a piece of sky that was turned and compressed", async () => {
    const observation = await observe(copyMoveDetector(), await skyWithClone(3, turned(30, 92), 95));
    expect(observation.statistic).toBeGreaterThanOrEqual(1);
    expect(observation.decisive).toBeUndefined();
    const { data: cells, width } = observation.heatmap!;
    const markedShare = (left: number, top: number, side: number) => {
      let count = 0;
      for (let y = top; y < top + side; y++)
        for (let x = left; x < left + side; x++) if (cells[y * width + x]! > 0.5) count++;
      return count / side ** 2;
    };
    expect(markedShare(smoothSource.left + 32, smoothSource.top + 32, 64)).toBeGreaterThan(0.7);
    expect(markedShare(smoothTarget.left + 14, smoothTarget.top + 14, 64)).toBeGreaterThan(0.7);
    expect(markedShare(200, 10, 60)).toBe(0);
  });
});
