import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { editCount, localEdits } from "../../src/calibration/local-edits.ts";
import { type BenchCase, readCase } from "../../src/cases.ts";
import { randomSource } from "../../src/metrics/bootstrap.ts";
import { sourceOf } from "../../src/sources.ts";

const size = { width: 600, height: 450 };

/** Six paintings of coloured squares, and one photograph that has no other of its set. */
async function made(): Promise<DevelopmentData> {
  const names = [..."abcdef"].map((name) => ["paintings-nga", name] as const);
  const files = new Map<string, Uint8Array>();
  const rows = [...names, ["cameras", "g"] as const].map(([set, path]) => {
    const row = { path, set, task: "original", label: "authentic", group: path, mask: "" };
    return row as unknown as ManifestRow;
  });
  for (const [index, { path }] of rows.entries()) {
    const random = randomSource(index + 1);
    const squares = Uint8Array.from({ length: 60 * 45 * 3 }, () => 255 * random());
    const image = sharp(squares, { raw: { width: 60, height: 45, channels: 3 } });
    files.set(path, await image.resize(size.width, size.height, { kernel: "nearest" }).png().toBuffer());
  }
  return { folder: "", rows, file: ({ path }) => path, read: ({ path }) => files.get(path)! };
}

/** Share of 16×16 blocks in which two pictures of one size differ by more than a save could. */
async function changed(one: Uint8Array, other: Uint8Array): Promise<number> {
  const blocks = (bytes: Uint8Array) =>
    sharp(bytes).greyscale().resize(32, 24, { kernel: "linear", fit: "fill" }).raw().toBuffer();
  const [a, b] = [await blocks(one), await blocks(other)];
  return a.filter((value, i) => Math.abs(value - b[i]!) > 12).length / a.length;
}

describe("localEdits", () => {
  let data: DevelopmentData;
  const cases: BenchCase[] = [];
  const control = ({ path }: BenchCase, kind: string) =>
    cases.find((each) => each.path === path.replace(/[^/]*$/, kind))!;

  beforeAll(async () => {
    data = await made();
    for await (const each of localEdits(data)) cases.push(each);
  });

  it("edits every picture that has another of its set, and of every third one shows earlier saves", () => {
    const kinds = Object.groupBy(cases, ({ path }) => path.replace(/.*\//, ""));
    expect(Object.entries(kinds).map(([kind, members]) => [kind, members!.length])).toEqual([
      ["edited", 6],
      ["spliced between two saves", 2],
      ["saved twice", 2],
      ["spliced from a JPEG", 2],
      ["without loss", 2],
    ]);
    expect(cases.length).toBeLessThanOrEqual(editCount(data));
    expect(new Set(cases.map(({ set }) => sourceOf({ set })))).toEqual(new Set(["paintings"]));
  });

  it("changes a part of the picture and nothing else against the same size of the original", async () => {
    for (const edited of cases.filter(({ variant }) => variant === "same-size")) {
      const row = data.rows.find(({ path }) => edited.path.includes(`/${path}/`))!;
      const original = await readCase(data, row, "same-size");
      const share = await changed(edited.bytes, original.bytes);
      expect(share).toBeGreaterThan(0.002);
      expect(share).toBeLessThan(0.12);
      expect(edited).toMatchObject({ isForged: true, group: original.group, set: original.set });
    }
  });

  it.each([
    ["spliced between two saves", "saved twice"],
    ["spliced from a JPEG", "without loss"],
  ])("has a control of the same format and history for a picture %s", async (kind, untouched) => {
    for (const forged of cases.filter(({ path }) => path.endsWith(kind))) {
      const authentic = control(forged, untouched);
      expect([forged.isForged, authentic.isForged, authentic.group]).toEqual([true, false, forged.group]);
      const facts = async ({ bytes }: BenchCase) => {
        const { format, width, height, chromaSubsampling } = await sharp(bytes).metadata();
        return { format, width, height, chromaSubsampling };
      };
      expect(await facts(forged)).toEqual(await facts(authentic));
      expect(await changed(forged.bytes, authentic.bytes)).toBeLessThan(0.12);
    }
  });

  it("would be seen to differ all over if it were of another picture", async () => {
    const [one, other] = cases.filter(({ variant }) => variant === "same-size");
    expect(await changed(one!.bytes, other!.bytes)).toBeGreaterThan(0.5);
  });

  it("makes the same pictures again", async () => {
    const again: BenchCase[] = [];
    for await (const each of localEdits(data)) again.push(each);
    expect(again.map(({ bytes }) => Buffer.from(bytes).toString("base64"))).toEqual(
      cases.map(({ bytes }) => Buffer.from(bytes).toString("base64")),
    );
  });
});
