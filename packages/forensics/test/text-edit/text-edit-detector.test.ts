import { developmentData } from "@artguard/development-data";
import { textEditDetector } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { earlierSave } from "../../src/text-edit/earlier-save.ts";
import { textLayer } from "../../src/text-edit/text-layer.ts";
import { detect, observe, picture } from "../pictures.ts";
import { cleanPage, encoded, letterBox, patched, scanned } from "./page-picture.ts";

const detector = textEditDetector();
const data = developmentData();
const word = letterBox(6, 5, 5);
const page = await scanned(cleanPage());
/** A word drawn by a computer into the scan: no blur, no noise. */
const retyped = patched(page, cleanPage(640, 480, { seed: 2 }), word);
const erased = patched(page, { ...page, data: new Uint8Array(page.data.length).fill(235) }, word);

/** Share of the word that the map marks, and of the marks that lie on the word or next to it. */
function agreement({ heatmap }: Awaited<ReturnType<typeof observe>>): { marked: number; onWord: number } {
  const { width, scale, data: cells } = heatmap!;
  const counts = { inside: 0, hits: 0, marks: 0, near: 0 };
  for (const [i, value] of cells.entries()) {
    const [x, y] = [((i % width) + 0.5) * scale, (Math.floor(i / width) + 0.5) * scale];
    const isIn = (rim: number) =>
      x > word.left - rim && x < word.left + word.width + rim && y > word.top - rim && y < word.top + word.height + rim;
    if (isIn(0)) counts.inside++;
    if (value <= 0.5) continue;
    counts.marks++;
    if (isIn(0)) counts.hits++;
    if (isIn(20)) counts.near++;
  }
  return { marked: counts.hits / counts.inside, onWord: counts.near / Math.max(1, counts.marks) };
}

describe("textEditDetector", () => {
  it.each([
    ["a word that was typed into a scan", retyped, undefined],
    ["… saved as JPEG", retyped, 90],
    ["a word that was painted over", erased, undefined],
  ])("finds %s", async (_, forged, quality) => {
    const observation = await observe(detector, await encoded(forged, quality));
    expect(observation.findings).toMatchObject([{ code: "text-edited", direction: "forged" }]);
    const { marked, onWord } = agreement(observation);
    expect(marked).toBeGreaterThan(0.5);
    expect(onWord).toBeGreaterThan(0.9);
  });

  it.each([
    ["a scan", page, undefined],
    ["a scan, saved as JPEG", page, 90],
    ["a page as a computer draws it", cleanPage(), undefined],
    ["… saved as JPEG", cleanPage(), 85],
  ])("is silent on %s that nobody edited", async (_, untouched, quality) => {
    const observation = await observe(detector, await encoded(untouched, quality));
    expect(observation).toMatchObject({ regions: [], findings: [] });
    expect(Math.max(...observation.heatmap!.data)).toBeLessThan(0.5);
  });

  it("rates an edited page above its untouched twin", async () => {
    const [before, after] = [
      await observe(detector, await encoded(page)),
      await observe(detector, await encoded(erased)),
    ];
    expect(after.statistic).toBeGreaterThan(before.statistic + 1);
  });

  it("does not take paper for painted that is flat where the sensor ends", async () => {
    const bright = await scanned(cleanPage(640, 480, { paper: 254 }), { noise: 1 });
    const clipped = { ...bright, data: bright.data.map((value) => (value > 252 ? 255 : value)) };
    expect(await observe(detector, await encoded(clipped))).toMatchObject({ regions: [] });
  });

  it("names the grain of the paper where the paper was painted flat", async () => {
    const { findings } = await observe(detector, await encoded(erased));
    expect(findings[0]!.claim).toContain("the grain of the paper");
  });

  it.each([
    ["smaller than 128", picture(120, 300, 1).png()],
    ["palette", picture(300, 300, 1).gif()],
    ["quality of about 30", picture(300, 300, 1).jpeg({ quality: 30 })],
    ["stands out", sharp({ create: { width: 300, height: 300, channels: 3, background: "#fff" } }).png()],
    ["is no text|no lines|no even paper", picture(400, 300, 1).png()],
  ])("does not apply: %s", async (reason, image) => {
    const result = await detect(detector, await image.toBuffer());
    expect(result).toEqual({ applicable: false, reason: expect.stringMatching(reason) });
  });

  it("does not apply to letters on a picture", async () => {
    const ground = await picture(640, 480, 4).toColourspace("b-w").raw().toBuffer();
    const letters = cleanPage();
    const printed = { ...letters, data: letters.data.map((value, i) => (value === 40 ? 40 : ground[i]!)) };
    expect(await detect(detector, await encoded(printed))).toMatchObject({ applicable: false });
  });

  const originals = data?.rows.filter(({ set }) => set === "kodak24" || set === "digital-paintings") ?? [];
  it.skipIf(!data)(`raises no alarm on ${originals.length} photographs and paintings`, async () => {
    const alarms: string[] = [];
    for (const row of originals) {
      const result = await detect(detector, data!.read(row));
      if (result.applicable && result.regions.length > 0) alarms.push(row.path);
    }
    expect(alarms).toEqual([]);
  });
});

describe("earlierSave", () => {
  it("is deeper where the page was saved before than where a word was put in later", async () => {
    const once = await sharp(await encoded(page, 75))
      .toColourspace("b-w")
      .raw()
      .toBuffer();
    const forged = patched({ ...page, data: Uint8Array.from(once) }, retyped, word);
    const luma = { width: page.width, height: page.height, data: Float32Array.from(forged.data) };
    const dips = earlierSave(luma, textLayer(luma), 100);
    const columns = page.width / 8;
    const mean = (isWanted: (inside: boolean) => boolean) => {
      const wanted = [...dips].filter((dip, i) => {
        const [x, y] = [8 * (i % columns), 8 * Math.floor(i / columns)];
        const inside =
          x >= word.left && x < word.left + word.width - 8 && y >= word.top && y < word.top + word.height - 8;
        return !Number.isNaN(dip) && isWanted(inside);
      });
      expect(wanted.length).toBeGreaterThan(10);
      return wanted.reduce((sum, dip) => sum + dip, 0) / wanted.length;
    };
    expect(mean((inside) => !inside)).toBeLessThan(-1);
    expect(mean((inside) => inside)).toBeGreaterThan(-0.3);
  });

  it("knows nothing of a file whose own compression is coarser than all it could look for", () => {
    const luma = { width: 64, height: 64, data: new Float32Array(64 * 64) };
    expect([...earlierSave(luma, textLayer(luma), 50)].every(Number.isNaN)).toBe(true);
  });
});
