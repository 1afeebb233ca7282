// What the copy-move cue finds and whom it accuses: clones made by code from photographs that never were JPEGs (every
// second one; the others are for fitting), and the development sets with their masks.
import { parseArgs } from "node:util";
import type { Detector, Heatmap, Observation } from "@artguard/core";
import { openForensicImage } from "@artguard/core/image";
import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import { copyMoveDetector } from "@artguard/forensics";
import sharp from "sharp";
import { readCase, type Variant } from "./cases.ts";
import { type CloneRecipe, cloneDisc, cloneRecipes, type RgbImage } from "./copy-move-cases.ts";
import { auc } from "./metrics/auc.ts";
import { groupBootstrap, randomSource } from "./metrics/bootstrap.ts";
import { pixelScores } from "./metrics/pixel-scores.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";
import { cleanPhotographs } from "./synthetic-cases.ts";

const { values: options } = parseArgs({
  options: {
    photographs: { type: "string", default: "3" },
    limit: { type: "string", default: "16" },
    only: { type: "string", default: "synthetic,smooth,sets,originals" },
  },
});
const data = requiredData();
const detector = copyMoveDetector();
const parts = new Set(options.only.split(","));
/** Statistic from which on the cue calls an image forged. */
const alarm = 1;
/** Sides of the clones, pixels. */
const cloneSides = [64, 112];
/** Mean gradient in grey values below which an area is smooth. */
const smooth = 2;
/** Diameter of the clones in smooth areas, pixels. */
const smoothSide = 96;

interface Result {
  readonly group: string;
  readonly isForged: boolean;
  readonly score: number;
  readonly f1: number;
}

if (parts.has("synthetic")) await printSyntheticRecall();
if (parts.has("smooth")) await printSmoothRecall();
if (parts.has("sets")) await printSets();
if (parts.has("originals")) await printFalseAlarms();

async function printSyntheticRecall(): Promise<void> {
  const photographs = cleanPhotographs(data, 1).slice(0, Number(options.photographs));
  const images = await Promise.all(photographs.map(rgbOf));
  const smoothShift: CloneRecipe = { ...cloneRecipes[0]!, name: "shift, smooth area" };
  const rows: string[][] = [];
  for (const [quality, encoding] of [
    [undefined, "PNG"],
    [90, "JPEG 90"],
    [75, "JPEG 75"],
  ] as const) {
    for (const recipe of [...cloneRecipes, smoothShift]) {
      const shares = [];
      for (const side of cloneSides) shares.push(await recall(images, recipe, side, quality, recipe === smoothShift));
      rows.push([`${encoding}, ${recipe.name}`, ...shares]);
    }
  }
  console.log(
    `Clones in ${images.length} photographs: found (overlap with the mask, IoU, at least 0.2) of n, by side in px`,
  );
  console.log(textTable(["copy", ...cloneSides.map(String)], rows));
}

async function recall(
  images: readonly RgbImage[],
  recipe: CloneRecipe,
  side: number,
  quality: number | undefined,
  isSmooth: boolean,
): Promise<string> {
  const random = randomSource(side);
  let [found, count] = [0, 0];
  for (const image of images) {
    const clone = cloneDisc(image, recipe, side, random, (gradient) => gradient < smooth === isSmooth);
    if (!clone) continue;
    count++;
    const pixels = sharp(clone.image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
    const observation = await observe(await (quality ? pixels.jpeg({ quality }) : pixels.png()).toBuffer());
    if (observation && observation.statistic >= alarm && iou(observation.heatmap!, clone.mask, image.width) >= 0.2)
      found++;
  }
  return `${found}/${count}`;
}

/** Discs of smooth areas, one per photograph, each with the next manipulation; and the same pictures without a clone. */
async function printSmoothRecall(): Promise<void> {
  const rows: string[][] = [];
  for (const quality of [90, 95]) {
    let [found, count, accused] = [0, 0, 0];
    for (const [index, row] of cleanPhotographs(data, 1).entries()) {
      const image = withNoise(await rgbOf(row), index);
      const recipe = cloneRecipes[index % cloneRecipes.length]!;
      const clone = cloneDisc(image, recipe, smoothSide, randomSource(index), (gradient) => gradient < smooth + 1);
      if (!clone) continue;
      count++;
      const [forged, original] = [await encodedJpeg(clone.image, quality), await encodedJpeg(image, quality)];
      const observation = await observe(forged);
      if (observation && observation.statistic >= alarm && iou(observation.heatmap!, clone.mask, image.width) >= 0.2)
        found++;
      if (((await observe(original))?.statistic ?? 0) >= alarm) accused++;
      process.stderr.write(".");
    }
    rows.push([`JPEG ${quality}`, `${found}/${count}`, `${accused}/${count}`]);
  }
  console.log(
    `\nClones of ${smoothSide} px in smooth areas with noise of 1 grey value, ${cloneRecipes.length} manipulations in turn`,
  );
  console.log(textTable(["saved as", "found", "untouched accused"], rows));
}

/** Sensor noise of standard deviation 1 (sum of uniform numbers), before anything is copied. */
function withNoise({ width, height, data: clean }: RgbImage, seed: number): RgbImage {
  const random = randomSource(seed);
  const noisy = clean.map((value) => {
    const noise = 2 * (random() + random() + random()) - 3;
    return Math.max(0, Math.min(255, Math.round(value + noise)));
  });
  return { width, height, data: noisy };
}

async function encodedJpeg({ width, height, data: pixels }: RgbImage, quality: number): Promise<Buffer> {
  return await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

async function printSets(): Promise<void> {
  const rows: string[][] = [];
  const sets: readonly (readonly [string, string, Variant, (row: ManifestRow) => boolean])[] = [
    ["CoMoFoD", "comofod", "as-is", () => true],
    ["CoMoFoD", "comofod", "re-encoded", () => true],
    ["CASIA1, all kinds", "casia1", "as-is", () => true],
    ["CASIA1, all kinds", "casia1", "re-encoded", () => true],
    ["CASIA1, copy-moves alone", "casia1", "re-encoded", isAuthenticOrCopyMove],
    ["FAU", "fau-copymove", "as-is", ({ label }) => label === "tampered"],
  ];
  for (const [name, set, variant, isWanted] of sets) {
    const results = await resultsOf(sampled(data, set, isWanted), variant);
    const forged = results.filter(({ isForged }) => isForged);
    const authentic = results.filter(({ isForged }) => !isForged);
    const interval = groupBootstrap(results, auc);
    rows.push([
      `${name}, ${variant}`,
      `${forged.length}+${authentic.length}`,
      `${figure(auc(results))} [${figure(interval.low)}, ${figure(interval.high)}]`,
      figure(mean(forged.map(({ f1 }) => f1))),
      `${forged.filter(({ score }) => score >= alarm).length}/${forged.length}`,
      `${authentic.filter(({ score }) => score >= alarm).length}/${authentic.length}`,
    ]);
  }
  console.log("\nDevelopment sets (CASIA1 masks mark the target alone, the cue marks both places)");
  console.log(textTable(["set", "n", "image AUC [95 %]", "pixel F1@0.5", "accused forged", "authentic"], rows));
}

/** The file name tells: `Sp_S` is a copy within one picture, `Sp_D` a splice. */
function isAuthenticOrCopyMove({ label, path }: ManifestRow): boolean {
  return label === "authentic" || /\/Sp_S/.test(path);
}

async function printFalseAlarms(): Promise<void> {
  const sets = [
    "kodak24",
    "ucid",
    "cameras",
    "paintings-masters",
    "paintings-nga",
    "paintings-styles",
    "digital-paintings",
  ];
  const rows: string[][] = [];
  for (const set of sets) {
    const results = await resultsOf(
      sampled(data, set, () => true),
      "as-is",
    );
    const alarms = results.filter(({ score }) => score >= alarm);
    rows.push([set, `${results.length}`, `${alarms.length}`, alarms.map(({ group }) => group).join(" ")]);
  }
  console.log("\nUntouched pictures accused");
  console.log(textTable(["set", "n", "accused", "which"], rows));
}

/** Evenly chosen rows of a set, at most `--limit` per class. */
function sampled({ rows }: DevelopmentData, set: string, isWanted: (row: ManifestRow) => boolean): ManifestRow[] {
  const classes = Object.groupBy(
    rows.filter((row) => row.set === set && isWanted(row)),
    ({ label }) => label,
  );
  return Object.values(classes).flatMap((members) => {
    const step = Math.max(1, members!.length / Number(options.limit));
    return members!.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  });
}

async function resultsOf(rows: readonly ManifestRow[], variant: Variant): Promise<Result[]> {
  const results: Result[] = [];
  for (const row of rows) {
    const { bytes, mask, group, isForged } = await readCase(data, row, variant);
    const observation = await observe(bytes);
    const f1 = mask ? await pixelF1(observation?.heatmap, mask) : Number.NaN;
    results.push({ group, isForged, score: observation?.statistic ?? 0, f1 });
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  return results;
}

async function observe(bytes: Uint8Array): Promise<Observation | undefined> {
  const result = await (detector satisfies Detector).detect(await openForensicImage(bytes), {
    signal: new AbortController().signal,
  });
  return result.applicable ? result : undefined;
}

async function pixelF1(heatmap: Heatmap | undefined, file: Uint8Array): Promise<number> {
  if (!heatmap) return 0;
  const { data: mask, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  const map = new Uint8Array(mask.length);
  for (let i = 0; i < map.length; i++) map[i] = isMarked(heatmap, i % info.width, Math.floor(i / info.width)) ? 255 : 0;
  return pixelScores(map, mask).f1;
}

function isMarked({ width, scale, data: cells }: Heatmap, x: number, y: number): boolean {
  return cells[Math.floor(y / scale) * width + Math.floor(x / scale)]! > 0.5;
}

function iou(heatmap: Heatmap, mask: Uint8Array, width: number): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    const [a, b] = [isMarked(heatmap, i % width, Math.floor(i / width)), mask[i]! > 0];
    if (a && b) both++;
    if (a || b) either++;
  }
  return both / either;
}

async function rgbOf(row: ManifestRow): Promise<RgbImage> {
  const { data: pixels, info } = await sharp(data.read(row)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: pixels };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}
