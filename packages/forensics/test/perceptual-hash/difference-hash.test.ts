import { hammingDistance, openForensicImage } from "@artguard/core/image";
import { differenceHash } from "@artguard/forensics";
import { describe, expect, it } from "vitest";
import { picture } from "../pictures.ts";

const hashOf = async (bytes: Uint8Array) => differenceHash((await openForensicImage(bytes)).raster);

describe("differenceHash", () => {
  it("has a one where a cell is darker than its right neighbour", () => {
    const data = Uint8Array.from({ length: 72 }, (_, i) => (i < 36 ? 10 * (i % 9) : 200 - 10 * (i % 9)));
    expect(differenceHash({ width: 9, height: 8, channels: 1, data })).toBe("ffffffff00000000");
  });

  it.each([
    ["JPEG of quality 50", picture(320, 240, 1).jpeg({ quality: 50 })],
    ["three tenths of the size", picture(320, 240, 1).resize(96).png()],
    ["another brightness", picture(320, 240, 1).linear(0.9, 20).png()],
  ])("recognises a copy with %s, and no other picture", async (_, copy) => {
    const hash = await hashOf(await picture(320, 240, 1).png().toBuffer());
    expect(hammingDistance(hash, await hashOf(await copy.toBuffer()))).toBeLessThanOrEqual(6);
    expect(hammingDistance(hash, await hashOf(await picture(320, 240, 2).png().toBuffer()))).toBeGreaterThan(14);
  });
});
