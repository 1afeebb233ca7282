// How well the synthetic-image detector tells generated pictures from human ones on the development images.
//
//   npm run bench:synthetic-image -- [--per-set 10] [--treatment 75]
//
// Both classes lose their metadata, are resized to one long side and saved alike; the false accusations of human art
// come first; `--per-set` takes that many pictures of each set, `--treatment` those with these words in their name. The model never saw these pictures.

import { parseArgs } from "node:util";
import type { Detector } from "@artguard/core";
import { openForensicImage } from "@artguard/core/image";
import type { ManifestRow } from "@artguard/development-data";
import { syntheticImageDetector } from "@artguard/forensics";
import sharp from "sharp";
import { formatBaseline } from "./format-baseline.ts";
import { type FormatFeatures, formatFeatures } from "./format-features.ts";
import { auc } from "./metrics/auc.ts";
import { groupBootstrap } from "./metrics/bootstrap.ts";
import { textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";

const kinds = {
  generated: ["gpt-image-2", "midjourney-profiles", "supagruen-tiles", "generator-metadata"],
  art: ["paintings-masters", "paintings-nga", "paintings-styles", "digital-paintings"],
  photo: ["cameras", "kodak24", "ucid"],
} as const;
type Kind = keyof typeof kinds;

/** One common treatment: long side in pixels, JPEG quality, and a further resize factor before saving. */
interface Treatment {
  readonly name: string;
  readonly longSide: number;
  readonly quality: number;
  readonly factor: number;
}

const treatments: readonly Treatment[] = [
  { name: "long side 768, JPEG 90", longSide: 768, quality: 90, factor: 1 },
  { name: "long side 512, JPEG 90", longSide: 512, quality: 90, factor: 1 },
  { name: "long side 768, JPEG 75", longSide: 768, quality: 75, factor: 1 },
  { name: "long side 768, resized by 0.75, JPEG 90", longSide: 768, quality: 90, factor: 0.75 },
];

interface Judged {
  readonly kind: Kind;
  readonly set: string;
  readonly group: string;
  readonly isForged: boolean;
  readonly score: number;
  readonly isAccused: boolean;
  readonly features: FormatFeatures;
}

async function treated(bytes: Uint8Array, { longSide, quality, factor }: Treatment): Promise<Uint8Array> {
  const side = { width: longSide, height: longSide, fit: "inside", withoutEnlargement: true } as const;
  const first = await sharp(bytes)
    .removeAlpha()
    .toColourspace("srgb")
    .resize(side)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = first.info;
  let picture = sharp(first.data, { raw: first.info });
  if (factor !== 1) picture = picture.resize(Math.round(width * factor), Math.round(height * factor));
  return new Uint8Array(await picture.jpeg({ quality, chromaSubsampling: "4:2:0" }).toBuffer());
}

async function judge(detector: Detector, kind: Kind, row: ManifestRow, bytes: Uint8Array): Promise<Judged | undefined> {
  const image = await openForensicImage(bytes);
  const result = await detector.detect(image, { signal: AbortSignal.timeout(60_000) });
  if (!result.applicable) return undefined;
  return {
    kind,
    set: row.set,
    group: `${row.set}/${row.group}`,
    isForged: kind === "generated",
    score: result.statistic,
    isAccused: result.findings.length > 0,
    features: formatFeatures(bytes, image.info),
  };
}

function accusedShare(judged: readonly Judged[]): number {
  return judged.filter(({ isAccused }) => isAccused).length / judged.length;
}

function withInterval(judged: readonly Judged[], measure: (sample: readonly Judged[]) => number): string {
  const { low, high } = groupBootstrap(judged, measure);
  return `${measure(judged).toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function report({ name }: Treatment, judged: readonly Judged[], skipped: number): void {
  const of = (...wanted: Kind[]) => judged.filter(({ kind }) => wanted.includes(kind));
  const baseline = (sample: readonly Judged[]) => {
    const scores = formatBaseline(sample);
    return auc(sample.map(({ isForged }, i) => ({ isForged, score: scores[i]! }))).toFixed(3);
  };
  console.log(`\n${name} (${judged.length} pictures, ${skipped} not applicable)`);
  console.log(
    `human art accused ${withInterval(of("art"), accusedShare)}, photos ${withInterval(of("photo"), accusedShare)}`,
  );
  console.log(`generated found ${withInterval(of("generated"), accusedShare)}`);
  for (const human of ["art", "photo"] as const) {
    const sample = of("generated", human);
    console.log(`AUC against ${human} ${withInterval(sample, auc)}, format alone ${baseline(sample)}`);
  }
  const sets = [...new Set(judged.map(({ set }) => set))];
  const rows = sets.map((set) => {
    const members = judged.filter((each) => each.set === set);
    const scores = members.map(({ score }) => score).sort((a, b) => a - b);
    return [set, String(members.length), accusedShare(members).toFixed(3), scores[scores.length >> 1]!.toFixed(2)];
  });
  console.log(textTable(["set", "n", "accused", "median log odds"], rows));
}

const { values } = parseArgs({ options: { "per-set": { type: "string" }, treatment: { type: "string" } } });
const perSet = Number(values["per-set"] ?? Number.POSITIVE_INFINITY);
const data = requiredData();
const detector = syntheticImageDetector();

/** Pictures of a set, evenly chosen; provenance fixtures of the same set are left out. */
function rowsOf(set: string): ManifestRow[] {
  const rows = data.rows.filter((row) => row.set === set && row.task !== "provenance");
  const step = Math.max(1, rows.length / perSet);
  return rows.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

for (const treatment of treatments.filter(({ name }) => name.includes(values.treatment ?? ""))) {
  const judged: Judged[] = [];
  let skipped = 0;
  for (const kind of Object.keys(kinds) as Kind[]) {
    for (const row of kinds[kind].flatMap((set) => rowsOf(set))) {
      const one = await judge(detector, kind, row, await treated(data.read(row), treatment));
      if (one) judged.push(one);
      else skipped++;
    }
  }
  report(treatment, judged, skipped);
}
