import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { developmentData } from "@artguard/development-data";
import { folderKnownWorks, knownWorkDetector, MemoryKnownWorks } from "@artguard/forensics";
import sharp, { type Sharp } from "sharp";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { detect, observe, overlap, part, pasted, picture } from "../pictures.ts";

const data = developmentData();
const works = new MemoryKnownWorks();
const detector = knownWorkDetector({ works });
let original: Buffer;
beforeAll(async () => {
  original = await picture(400, 300, 1).png().toBuffer();
  await works.add("first", () => original);
  const other = await picture(400, 300, 2).png().toBuffer();
  await works.add("second", () => other);
});

describe("knownWorkDetector", () => {
  it("tells an identical file", async () => {
    const observation = await observe(detector, original);
    expect(observation).toMatchObject({
      statistic: -4,
      regions: [],
      findings: [{ code: "identical-to-known-original", direction: "authentic" }],
      measurements: { work_id: "first", relation: "identical" },
    });
  });

  const copies: [string, (image: Sharp) => Sharp, number][] = [
    ["JPEG of quality 50", (image) => image.jpeg({ quality: 50 }), 1],
    ["half the size", (image) => image.resize(200).jpeg({ quality: 80 }), 1],
    ["other brightness and contrast", (image) => image.linear(0.85, 25).jpeg({ quality: 85 }), 1],
    ["a part of it", (image) => image.extract({ left: 30, top: 20, width: 330, height: 250 }).jpeg(), 0.69],
    ["its mirror image", (image) => image.flop().jpeg(), 1],
    ["turned by its EXIF orientation", (image) => image.rotate(-90).jpeg().withMetadata({ orientation: 6 }), 1],
  ];
  it.each(copies)("takes for the same picture: %s", async (_, copy, shown) => {
    const observation = await observe(detector, await copy(sharp(original)).toBuffer());
    expect(observation.findings.map(({ code }) => code)).toEqual(["same-as-known-original"]);
    expect(observation.measurements).toMatchObject({ work_id: "first", relation: "re-encoded" });
    expect(observation.measurements?.["shown_share"]).toBeCloseTo(shown, 1);
    expect(observation.statistic).toBeLessThan(0);
    expect(Math.max(...observation.heatmap!.data)).toBeLessThanOrEqual(0.5);
  });

  it("marks where an edited copy differs, and that decides", async () => {
    const patch = await part(await picture(400, 300, 3).png().toBuffer(), 50, 50, 64);
    const edited = await sharp(await pasted(original, patch, 200, 120))
      .jpeg({ quality: 75 })
      .toBuffer();
    const observation = await observe(detector, edited);
    expect(observation.decisive).toBe("differs-from-known-original");
    expect(observation.statistic).toBeGreaterThan(2);
    expect(overlap(observation, { left: 200, top: 120, side: 64 })).toBeGreaterThan(0.6);
  });

  it("marks the place at the size of a copy that was also reduced", async () => {
    const patch = await part(await picture(400, 300, 3).png().toBuffer(), 50, 50, 96);
    const edited = await sharp(await pasted(original, patch, 200, 120))
      .resize(240)
      .jpeg({ quality: 80 })
      .toBuffer();
    expect(overlap(await observe(detector, edited), { left: 120, top: 72, side: 57.6 })).toBeGreaterThan(0.5);
  });

  const photographs = (data?.rows ?? []).filter(({ set }) => set === "kodak24").slice(0, 6);
  it.skipIf(!data)(
    `decides nothing about brightened, clipped copies of ${photographs.length} photographs`,
    async () => {
      const registered = new MemoryKnownWorks();
      for (const row of photographs) await registered.add(row.path, () => data!.read(row));
      for (const row of photographs) {
        const brighter = await sharp(data!.read(row)).linear(1.2, 0).jpeg({ quality: 75 }).toBuffer();
        const observation = await observe(knownWorkDetector({ works: registered }), brighter);
        expect(observation.measurements).toMatchObject({ work_id: row.path });
        expect(observation.decisive, row.path).toBeUndefined();
        expect(observation.statistic).toBeLessThanOrEqual(1);
      }
    },
  );

  it("does not mark what the change of tones drove into white", async () => {
    const brighter = await sharp(original).linear(1, 60).jpeg({ quality: 90 }).toBuffer();
    const observation = await observe(detector, brighter);
    expect(observation.findings.map(({ code }) => code)).toEqual(["same-as-known-original"]);
  });

  it.each([
    ["No known work", picture(400, 300, 9).png()],
    ["smaller than 64", picture(60, 80, 1).png()],
    ["too flat", sharp({ create: { width: 300, height: 200, channels: 3, background: "#963" } }).png()],
  ])("does not apply: %s", async (reason, image) => {
    expect(await detect(detector, await image.toBuffer())).toEqual({
      applicable: false,
      reason: expect.stringContaining(reason),
    });
  });
});

describe("folderKnownWorks", () => {
  it("registers the images below a folder and names the files that are none", async () => {
    const folder = mkdtempSync(join(tmpdir(), "artguard-works-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "a.png"), original);
    writeFileSync(join(folder, "notes.txt"), "no image");
    writeFileSync(join(folder, ".hidden.png"), original);
    const { works: registered, refused } = await folderKnownWorks(folder);
    expect(registered.size).toBe(1);
    expect(refused).toEqual([
      { path: "notes.txt", error: expect.objectContaining({ code: "image.unsupported-format" }) },
    ]);
    const copy = await sharp(original).jpeg({ quality: 60 }).toBuffer();
    const observation = await observe(knownWorkDetector({ works: registered }), copy);
    expect(observation.measurements).toMatchObject({ work_id: "a.png", relation: "re-encoded" });
    const opened = await registered.open("a.png");
    expect(await registered.open("a.png"), "decoded once").toBe(opened);
    await expect(registered.open("b.png")).rejects.toMatchObject({ code: "storage.not-found" });
    await expect(registered.add("a.png", () => original)).rejects.toMatchObject({ code: "analysis.invalid-input" });
    await expect(folderKnownWorks(join(folder, "missing"))).rejects.toMatchObject({ code: "image.unreadable" });
  });
});
