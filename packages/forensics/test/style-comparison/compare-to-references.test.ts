import type { ForensicImage } from "@artguard/core";
import { openForensicImage } from "@artguard/core/image";
import { compareToReferences } from "@artguard/forensics";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { studentTail } from "../../src/style-comparison/student-tail.ts";
import { randomSource } from "../textured-rgb.ts";

/** A made-up artist: strokes of a length, a direction and a range of colours of their own. */
async function painting(seed: number, hand: { length: number; turn: number; hue: number }): Promise<ForensicImage> {
  const random = randomSource(seed);
  const strokes = Array.from({ length: 500 }, () => {
    const [x, y] = [480 * random(), 420 * random()];
    const colour = `hsl(${hand.hue + 50 * random()},${30 + 40 * random()}%,${25 + 50 * random()}%)`;
    const angle = hand.turn + 50 * random();
    return `<rect x="${x}" y="${y}" width="${hand.length * (0.5 + random())}" height="${4 + 5 * random()}" fill="${colour}" transform="rotate(${angle} ${x} ${y})"/>`;
  });
  const svg = `<svg width="480" height="420"><rect width="480" height="420" fill="#776"/>${strokes.join("")}</svg>`;
  return await openForensicImage(await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer());
}

const own = { length: 30, turn: 10, hue: 20 };
let references: ForensicImage[];
beforeAll(async () => {
  references = await Promise.all(Array.from({ length: 9 }, (_, i) => painting(i + 1, own)));
});

describe("compareToReferences", () => {
  it("finds a further work of the same hand consistent, and one of another hand not", async () => {
    const same = await compareToReferences(await painting(50, own), references);
    const other = await compareToReferences(await painting(51, { length: 90, turn: 100, hue: 200 }), references);
    if (!same.comparable || !other.comparable) throw new Error("not comparable");
    expect(same.percentile).toBeGreaterThan(5);
    expect(other.percentile).toBeLessThan(1);
    expect(other.groups.palette).toBeGreaterThan(1.5);
    expect(same.reference_distances).toHaveLength(9);
    expect(same.limitation).toMatch(/no proof/);
  });

  it("takes references one after another", async () => {
    async function* one() {
      yield* references;
    }
    const [image, all] = [references[0]!, references.slice(1)];
    expect(await compareToReferences(image, all)).toEqual(await compareToReferences(image, all[Symbol.iterator]()));
    expect((await compareToReferences(image, one())).comparable).toBe(true);
  });

  it("refuses too few references and small pictures", async () => {
    const image = references[0]!;
    expect(await compareToReferences(image, references.slice(0, 7))).toMatchObject({
      comparable: false,
      code: "too-few-references",
    });
    const small = await openForensicImage(await sharp(image.bytes).resize(200).png().toBuffer());
    expect(await compareToReferences(small, references)).toMatchObject({ comparable: false, code: "image-too-small" });
  });

  it.each([
    ["sharpness", () => sharp(references[0]!.bytes).blur(4).jpeg({ quality: 90 })],
    ["resolution", () => sharp(references[0]!.bytes).resize(2000).jpeg({ quality: 90 })],
    ["format", () => sharp(references[0]!.bytes).jpeg({ quality: 30 })],
  ])("refuses a picture whose %s differs too much, naming it", async (control, image) => {
    const opened = await openForensicImage(await image().toBuffer());
    const result = await compareToReferences(opened, references);
    expect(result).toMatchObject({
      comparable: false,
      code: "controls-differ",
      reason: expect.stringContaining(control),
    });
  });
});

it("studentTail agrees with published quantiles", () => {
  expect(studentTail(0, 5)).toBeCloseTo(0.5, 6);
  expect(studentTail(2.015, 5)).toBeCloseTo(0.05, 4);
  expect(studentTail(1.895, 7)).toBeCloseTo(0.05, 4);
  expect(studentTail(-2.998, 7)).toBeCloseTo(0.99, 4);
});
