// Copies and edited copies of known originals: `npm run bench:known-works -- --limit 8` (originals of each set).
import { parseArgs } from "node:util";
import { openForensicImage } from "@artguard/core/image";
import { knownWorkDetector, MemoryKnownWorks } from "@artguard/forensics";
import sharp from "sharp";
import { textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";

const { values } = parseArgs({ options: { limit: { type: "string", default: "8" } } });
const data = requiredData();
// UCID served for building; kodak24 and the National Gallery's paintings are reported.
const rows = ["kodak24", "paintings-nga"].flatMap((set) =>
  data.rows.filter((row) => row.set === set).slice(0, Number(values.limit)),
);
const works = new MemoryKnownWorks();
for (const row of rows) await works.add(row.path, () => data.read(row));
const detector = knownWorkDetector({ works });
const signal = new AbortController().signal;

interface Source {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Another picture, from which a patch is taken. */
  readonly other: Uint8Array;
}

async function withPatch({ bytes, width, height, other }: Source): Promise<Buffer> {
  const side = Math.round(0.12 * width);
  const patch = await sharp(other).extract({ left: 40, top: 60, width: side, height: side }).png().toBuffer();
  const place = { left: Math.round(0.45 * width), top: Math.round(0.4 * height) };
  return await sharp(bytes)
    .composite([{ input: patch, ...place }])
    .png()
    .toBuffer();
}

const copies: Record<string, (source: Source) => Promise<Buffer>> = {
  "JPEG quality 50": ({ bytes }) => sharp(bytes).jpeg({ quality: 50 }).toBuffer(),
  "scaled to 0.3": ({ bytes, width }) =>
    sharp(bytes)
      .resize(Math.round(0.3 * width))
      .jpeg()
      .toBuffer(),
  "brightness 1.2, quality 75": ({ bytes }) => sharp(bytes).linear(1.2, 0).jpeg({ quality: 75 }).toBuffer(),
  "cut to 0.8, scaled to 0.7": ({ bytes, width, height }) =>
    sharp(bytes)
      .extract({
        left: Math.round(0.15 * width),
        top: 0,
        width: Math.round(0.8 * width),
        height: Math.round(0.8 * height),
      })
      .resize(Math.round(0.56 * width))
      .jpeg()
      .toBuffer(),
  mirrored: ({ bytes }) => sharp(bytes).flop().jpeg().toBuffer(),
  "EDITED: patch, quality 75": async (source) =>
    sharp(await withPatch(source))
      .jpeg({ quality: 75 })
      .toBuffer(),
  "EDITED: patch, scaled to 0.5": async (source) =>
    sharp(await withPatch(source))
      .resize(Math.round(0.5 * source.width))
      .jpeg()
      .toBuffer(),
};

const lines: string[][] = [];
for (const [name, make] of Object.entries(copies)) {
  const counts = { recognised: 0, wrong: 0, differs: 0, decisive: 0, milliseconds: 0 };
  for (const [index, row] of rows.entries()) {
    const bytes = data.read(row);
    const { width = 1, height = 1 } = await sharp(bytes).metadata();
    const other = data.read(rows[(index + 1) % rows.length]!);
    const image = await openForensicImage(await make({ bytes, width, height, other }));
    const started = performance.now();
    const result = await detector.detect(image, { signal });
    counts.milliseconds += performance.now() - started;
    if (!result.applicable) continue;
    if (result.measurements?.["work_id"] === row.path) counts.recognised++;
    else counts.wrong++;
    if (result.regions.length > 0) counts.differs++;
    if (result.decisive !== undefined) counts.decisive++;
  }
  const { recognised, wrong, differs, decisive, milliseconds } = counts;
  const figures = [rows.length, recognised, wrong, differs, decisive, Math.round(milliseconds / rows.length)];
  lines.push([name, ...figures.map(String)]);
}
console.log(`${rows.length} originals of kodak24 and paintings-nga in the registry.`);
console.log(textTable(["copy", "n", "recognised", "wrong work", "differs", "decisive", "ms"], lines));
