// Fits what detectors' statistics mean and how families count; writes the calibration table: `npm run calibrate`.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Calibration, calibrateDetection, calibrationSchema, type Detection } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
import type { WeightedExample } from "./calibration/isotonic.ts";
import { logLikelihoodKnots } from "./calibration/log-likelihood-knots.ts";
import { vennAbersInterval } from "./calibration/venn-abers.ts";
import { type BenchCase, benchRows, isComparable, readCase } from "./cases.ts";
import { auc } from "./metrics/auc.ts";
import { type Observed, observeAll } from "./observe.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";
import { cleanPhotographs, squareMask, syntheticCases, syntheticCasesEach } from "./synthetic-cases.ts";

const target = fileURLToPath(new URL("../../core/src/fusion/calibration/v1.json", import.meta.url));
const data = requiredData();
/** Rules with weights of their own; nothing in the data could fit them. */
const rules: ReadonlySet<string> = new Set(["provenance"]);
const weights = [0, 0.25, 0.5, 0.75, 1];
const sumKnots = Array.from({ length: 65 }, (_, i) => -4 + i / 8);

/**
 * Sources of examples. In all of them both classes come in the same formats: manipulations and originals re-encoded
 * alike, and forgeries and controls made from photographs of every second file of kodak24 and UCID. As-is CASIA files,
 * whose format gives the class away, are not among them.
 */
async function* examples(): AsyncGenerator<BenchCase> {
  for (const row of sourceRows()) yield await readCase(data, row, "re-encoded");
  const photographs = cleanPhotographs(data, 0);
  for (const [index, row] of photographs.entries()) {
    let number = 0;
    for await (const { kind, isForged, bytes, square } of syntheticCases(
      data,
      row,
      photographs[(index + 1) % photographs.length]!,
    )) {
      const path = `synthetic/${row.path}/${number++} ${kind}`;
      const mask = square && (await squareMask(bytes, square));
      yield { path, set: "synthetic", task: "manipulation", group: `synthetic/${row.path}`, isForged, bytes, mask };
    }
  }
}

function sourceRows() {
  return benchRows(data).filter(({ task, set }) => task !== "ai-generated" && isComparable(set));
}

type DetectorTable = Calibration["detectors"][string];

interface Measured {
  readonly score: number;
  readonly isForged: boolean;
  readonly source: string;
}

/** Where an image counts when one source is left out. Originals of all kinds are one source of authentic images. */
function sourceOf({ set, task }: Observed): string {
  return task === "original" ? "originals" : set;
}

function detectorTables(images: readonly Observed[]): Calibration["detectors"] {
  const fitted = forensicDetectors().filter(({ family }) => family !== "display");
  return Object.fromEntries(
    fitted.map(({ id, version }) => [
      id,
      rules.has(id) ? ruleTable(version) : fittedTable(version, measuredBy(images, id)),
    ]),
  );
}

/** A rule's statistic is its log-likelihood ratio. */
function ruleTable(detector_version: string): DetectorTable {
  const knots: [number, number][] = [
    [-4, -4],
    [4, 4],
  ];
  return { detector_version, knots, n_forged: 0, n_authentic: 0, sources: [] };
}

function fittedTable(detector_version: string, measured: readonly Measured[]): DetectorTable {
  const n_forged = measured.filter(({ isForged }) => isForged).length;
  return {
    detector_version,
    knots: logLikelihoodKnots(measured),
    n_forged,
    n_authentic: measured.length - n_forged,
    sources: [...new Set(measured.map(({ source }) => source))].sort(),
  };
}

function measuredBy(images: readonly Observed[], id: string): Measured[] {
  return images.flatMap((image) =>
    image.detections
      .filter((detection) => detection.id === id && detection.status === "ok")
      .map(({ statistic }) => ({ score: statistic!, isForged: image.isForged, source: sourceOf(image) })),
  );
}

type FamilyRatios = Readonly<Record<string, number>>;

/** The strongest log-likelihood ratio of every family, as fusion takes it, before family weights. */
function familyRatios(image: Observed, detectors: Calibration["detectors"]): FamilyRatios {
  const table: Calibration = { version: "fit", detectors, families: {}, confidence: [], produced: {} };
  const ratios: Record<string, number> = {};
  for (const detection of image.detections) {
    if (detection.status !== "ok" || detection.family === "display") continue;
    const { log_likelihood_ratio: ratio = 0 } = calibrateDetection(detection as Detection, table);
    if (Math.abs(ratio) > Math.abs(ratios[detection.family] ?? 0)) ratios[detection.family] = ratio;
  }
  return ratios;
}

interface Held {
  readonly image: Observed;
  readonly ratios: FamilyRatios;
}

/** Every image with the ratios of tables that were fitted without its source. */
function leftOut(images: readonly Observed[], sources: readonly string[]): Held[] {
  return sources.flatMap((source) => {
    const tables = detectorTables(images.filter((image) => sourceOf(image) !== source));
    return images
      .filter((image) => sourceOf(image) === source)
      .map((image) => ({ image, ratios: familyRatios(image, tables) }));
  });
}

function sumOf(ratios: FamilyRatios, families: Readonly<Record<string, number>>): number {
  return Object.entries(ratios).reduce((sum, [family, ratio]) => sum + (families[family] ?? 0) * ratio, 0);
}

/** Mean logarithmic loss at even odds, sources and classes weighted alike. */
function loss(held: readonly Held[], families: Readonly<Record<string, number>>): number {
  const bySource = Object.values(
    Object.groupBy(held, ({ image }) => `${sourceOf(image)} ${image.isForged}`),
  ) as Held[][];
  const mean = (members: readonly Held[]) =>
    members.reduce((sum, { image, ratios }) => {
      const signed = (image.isForged ? 1 : -1) * sumOf(ratios, families);
      return sum + Math.log1p(Math.exp(-signed));
    }, 0) / members.length;
  return bySource.reduce((sum, members) => sum + mean(members), 0) / bySource.length;
}

/**
 * Weights on a coarse grid, one family after another until nothing changes; ties go to the smaller weight. So a family
 * whose cues were measured in one source alone, which no other source can confirm, weighs nothing.
 */
function familyWeights(held: readonly Held[]): Record<string, number> {
  const families = [...new Set(forensicDetectors().map(({ family }) => family))]
    .filter((family) => family !== "display")
    .sort();
  const best: Record<string, number> = Object.fromEntries(families.map((family) => [family, 1]));
  for (let round = 0; round < 3; round++) {
    for (const family of families) {
      if (family === "provenance") continue;
      const losses = weights.map((weight) => loss(held, { ...best, [family]: weight }));
      best[family] = weights[losses.indexOf(Math.min(...losses))]!;
    }
  }
  return { ...best, provenance: 1 };
}

function confidenceTable(held: readonly Held[], families: Readonly<Record<string, number>>): Calibration["confidence"] {
  const forged = held.filter(({ image }) => image.isForged).length;
  const weighted: WeightedExample[] = held.map(({ image, ratios }) => ({
    score: sumOf(ratios, families),
    isForged: image.isForged,
    weight: 1 / (image.isForged ? forged : held.length - forged),
  }));
  const lightest = Math.max(...weighted.map(({ weight }) => weight));
  return sumKnots.map((sum) => {
    const [low, high] = vennAbersInterval(weighted, sum, lightest);
    return [sum, round(Math.min(low, high)), round(Math.max(low, high))];
  });
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

const total = sourceRows().length + cleanPhotographs(data, 0).length * syntheticCasesEach;
const images = await observeAll(examples(), total);
const sources = [...new Set(images.map(sourceOf))].sort();
const held = leftOut(images, sources);
const families = familyWeights(held);
const calibration = calibrationSchema.parse({
  version: "v1",
  detectors: detectorTables(images),
  families,
  confidence: confidenceTable(held, families),
  produced: { command: "npm run calibrate", images: images.length, sources: sources.join(" ") },
} satisfies Calibration);
writeFileSync(target, `${JSON.stringify(calibration, null, 2)}\n`);

console.log("Leave-one-source-out: every source judged by tables that were fitted without it.\n");
console.log(
  textTable(
    ["source", "forged", "authentic", "AUC", "log loss", "(no opinion: .693)"],
    [...sources, "all"].map((source) => {
      const members = source === "all" ? held : held.filter(({ image }) => sourceOf(image) === source);
      const scored = members.map(({ image, ratios }) => ({ score: sumOf(ratios, families), isForged: image.isForged }));
      const forged = scored.filter(({ isForged }) => isForged).length;
      return [
        source,
        `${forged}`,
        `${scored.length - forged}`,
        figure(auc(scored)),
        figure(loss(members, families)),
        "",
      ];
    }),
  ),
);
console.log(
  `\nFamily weights: ${Object.entries(families)
    .map(([family, weight]) => `${family} ${weight}`)
    .join(", ")}`,
);
console.log(`Written: packages/core/src/fusion/calibration/v1.json`);
