// Stylistic consistency with an artist's works, and how far perceptual hashes lie apart: `npm run bench:references` (`-- styles` leaves the hashes out).
import type { ForensicImage } from "@artguard/core";
import { hammingDistance, openForensicImage, perceptualHash } from "@artguard/core/image";
import type { ManifestRow } from "@artguard/development-data";
import { compareToReferences, differenceHash } from "@artguard/forensics";
import sharp from "sharp";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";

const data = requiredData();
const inSets = (...sets: string[]) => data.rows.filter(({ set }) => sets.includes(set));

if (process.argv[2] !== "styles") await benchHashes();
await benchStyles();

type Hashes = Record<"perceptual" | "difference", string>;

async function hashesOf(bytes: Uint8Array): Promise<Hashes | undefined> {
  const { raster } = await openForensicImage(bytes);
  const perceptual = perceptualHash(raster);
  return perceptual === undefined ? undefined : { perceptual, difference: differenceHash(raster) };
}

/** Distances between a picture and its copies, and between pictures, over photographs and paintings. */
async function benchHashes(): Promise<void> {
  const rows = inSets("kodak24", "ucid", "paintings-masters", "paintings-nga", "paintings-styles");
  const copies: Record<string, (bytes: Uint8Array) => Promise<Buffer>> = {
    "JPEG quality 50": (bytes) => sharp(bytes).jpeg({ quality: 50 }).toBuffer(),
    "scaled to 0.3": async (bytes) => {
      const { width = 1 } = await sharp(bytes).metadata();
      return await sharp(bytes)
        .resize(Math.round(0.3 * width))
        .jpeg({ quality: 85 })
        .toBuffer();
    },
    "brightness 1.25": (bytes) => sharp(bytes).linear(1.25, 0).jpeg({ quality: 85 }).toBuffer(),
    "cut to 0.9": async (bytes) => {
      const { width = 1, height = 1 } = await sharp(bytes).metadata();
      const [w, h] = [Math.round(0.9 * width), Math.round(0.9 * height)];
      return await sharp(bytes).extract({ left: 0, top: 0, width: w, height: h }).jpeg({ quality: 85 }).toBuffer();
    },
  };
  const distances = new Map<string, Hashes[]>();
  const originals: Hashes[] = [];
  for (const [index, row] of rows.entries()) {
    process.stderr.write(`\rhashes ${index + 1}/${rows.length} `);
    const bytes = data.read(row);
    const original = await hashesOf(bytes);
    if (!original) continue;
    originals.push(original);
    for (const [name, make] of Object.entries(copies)) {
      const copy = await hashesOf(await make(bytes));
      if (copy) distances.set(name, [...(distances.get(name) ?? []), original, copy]);
    }
  }
  process.stderr.write("\n");
  const lines = [...distances].map(([name, pairs]) => hashLine(name, pairsOf(pairs)));
  const different = originals.flatMap((one, i) =>
    originals.slice(i + 1).map((other): [Hashes, Hashes] => [one, other]),
  );
  console.log(`Bits of 64 in which hashes differ; ${originals.length} pictures (kodak24, ucid, paintings).`);
  const header = ["copy", "pairs", "pHash median", "smallest", "largest", "≤ 8", "dHash median", "smallest", "largest"];
  console.log(textTable(header, [...lines, hashLine("different pictures", different)]));
}

function pairsOf(flat: readonly Hashes[]): [Hashes, Hashes][] {
  return flat.flatMap((one, i): [Hashes, Hashes][] => (i % 2 === 0 ? [[one, flat[i + 1]!]] : []));
}

function hashLine(name: string, pairs: readonly [Hashes, Hashes][]): string[] {
  const sorted = (kind: keyof Hashes) =>
    pairs.map(([one, other]) => hammingDistance(one[kind], other[kind])).sort((a, b) => a - b);
  const [p, d] = [sorted("perceptual"), sorted("difference")];
  const summary = (values: number[]) => [values[values.length >> 1], values[0], values.at(-1)].map(String);
  const near = p.filter((bits) => bits <= 8).length / p.length;
  return [name, `${pairs.length}`, ...summary(p), figure(near), ...summary(d)];
}

/** A set of works taken for one hand or one way of capture, and works by others. */
interface StyleTrial {
  readonly name: string;
  readonly own: readonly ManifestRow[];
  readonly others: readonly ManifestRow[];
}

async function benchStyles(): Promise<void> {
  const masters = inSets("paintings-masters");
  const nga = inSets("paintings-nga");
  const byArtist = (rows: readonly ManifestRow[], least: number): StyleTrial[] =>
    Object.entries(Object.groupBy(rows, ({ group }) => group)).flatMap(([name, own = []]) =>
      own.length < least ? [] : [{ name, own, others: rows.filter(({ group }) => group !== name) }],
    );
  const images = new Map<string, ForensicImage>();
  for (const row of [...masters, ...nga]) images.set(row.path, await openForensicImage(data.read(row)));
  const trials = [
    ...byArtist(masters, 5),
    ...byArtist(nga, 5),
    { name: "scan chain paintings-nga", own: nga, others: masters },
  ];
  const lines: string[][] = [];
  for (const trial of trials) {
    const fewest = Math.min(8, trial.own.length - 1);
    const judge = (row: ManifestRow, references: readonly ManifestRow[]) =>
      percentileOf(
        images.get(row.path)!,
        references.map(({ path }) => images.get(path)!),
        fewest,
      );
    const own: Judgement[] = [];
    for (const row of sampled(trial.own, 20))
      own.push(
        await judge(
          row,
          trial.own.filter((other) => other !== row),
        ),
      );
    const others: Judgement[] = [];
    for (const row of sampled(trial.others, 9)) others.push(await judge(row, trial.own));
    lines.push([trial.name, `${trial.own.length}`, ...tally(own), ...tally(others)]);
    process.stderr.write(`${lines.at(-1)!.join("  ")}\n`);
  }
  console.log("\nStylistic consistency, leave-one-out. Own works and other artists' works below the 5th percentile.");
  console.log("Fewer than 9 works of an artist are below what the function asks for: shown for study only.");
  const header = ["references", "works", "own n", "refused", "below 5 %", "others n", "refused", "below 5 %"];
  console.log(textTable(header, lines));
}

/** At most so many of them, evenly: each is compared with every reference. */
function sampled(rows: readonly ManifestRow[], most: number): ManifestRow[] {
  const step = Math.ceil(rows.length / most);
  return rows.filter((_, i) => i % step === 0);
}

type Judgement = number | "refused";

async function percentileOf(image: ForensicImage, references: ForensicImage[], fewest: number): Promise<Judgement> {
  const result = await compareToReferences(image, references, { fewestReferences: fewest });
  return result.comparable ? result.percentile : "refused";
}

function tally(judgements: readonly Judgement[]): string[] {
  const percentiles = judgements.filter((judgement) => judgement !== "refused");
  const below = percentiles.filter((percentile) => percentile < 5).length;
  return [`${percentiles.length}`, `${judgements.length - percentiles.length}`, `${below}`];
}
