import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type DocumentCase, documentCases, documentSaves } from "../src/documents/document-cases.ts";

async function casesOf(index: number, half: 0 | 1): Promise<DocumentCase[]> {
  const cases: DocumentCase[] = [];
  for await (const each of documentCases(index, half)) cases.push(each);
  return cases;
}

async function pixelsOf({ bytes }: DocumentCase): Promise<Uint8Array> {
  return new Uint8Array(await sharp(bytes).removeAlpha().raw().toBuffer());
}

describe("made-up pages", () => {
  it("come forged and untouched, saved alike in three ways", async () => {
    const cases = await casesOf(0, 1);
    expect(cases.map(({ kind, save }) => [kind, save])).toEqual(
      documentSaves.flatMap((save) => ["retyped", "untouched"].map((kind) => [kind, save])),
    );
    for (const { mask, width, height, kind } of cases) {
      expect(mask.length).toBe(width * height);
      expect(mask.some((value) => value > 0)).toBe(kind !== "untouched");
    }
  });

  it("differ from their twins, without loss just where the mask says", async () => {
    // The first page of the fitting half is a PNG.
    const [forged, twin] = await casesOf(0, 0);
    expect(forged!.bytes[0]).toBe(0x89);
    const [a, b] = await Promise.all([pixelsOf(forged!), pixelsOf(twin!)]);
    let [inside, outside] = [0, 0];
    for (const [i, value] of forged!.mask.entries()) {
      const differs = [0, 1, 2].some((c) => a[3 * i + c] !== b[3 * i + c]);
      if (differs && value > 0) inside++;
      if (differs && value === 0) outside++;
    }
    expect(inside).toBeGreaterThan(50);
    expect(outside).toBe(0);
  });
});
