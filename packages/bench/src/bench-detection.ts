// How well detectors and fusion tell forged images from authentic ones: `npm run bench:detection`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultPolicy } from "@artguard/core";
import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import { forensicDetectors } from "@artguard/forensics";
import { calibrationExamples, exampleCount } from "./calibration/examples.ts";
import { type BenchCase, benchRows, readCase, type Variant, variants } from "./cases.ts";
import { collectionsOf, imageFigures, pixelFigures, speedFigures } from "./figures.ts";
import { generatorFigures } from "./generator-figures.ts";
import { type Judged, judgeLeftOut, LeftOutCalibrations } from "./judged.ts";
import { expectedCalibrationError } from "./metrics/calibration-error.ts";
import { observeAll } from "./observe.ts";
import { askedFigures, type VariantResult } from "./report/asked-figures.ts";
import { writePlots } from "./report/plots.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";

const { values } = parseArgs({
  options: {
    limit: { type: "string" },
    sets: { type: "string" },
    variants: { type: "string" },
    detectors: { type: "string" },
    out: { type: "string", default: "bench-results" },
  },
});

const data = requiredData();
const rows = benchRows(data, {
  ...(values.limit !== undefined && { limit: Number(values.limit) }),
  ...(values.sets !== undefined && { sets: values.sets.split(",") }),
});
const detectors = forensicDetectors().filter(({ id }) => values.detectors?.split(",").includes(id) ?? true);
mkdirSync(values.out, { recursive: true });

async function* read(
  source: DevelopmentData,
  list: readonly ManifestRow[],
  variant: Variant,
): AsyncGenerator<BenchCase> {
  for (const row of list) yield await readCase(source, row, variant);
}

/** Generated pictures and originals differ in size, so that they are brought to one; the others keep theirs. */
function rowsOf(variant: Variant): ManifestRow[] {
  if (variant === "as-is") return rows;
  return rows.filter(({ task }) => (task === "manipulation") === (variant !== "same-size"));
}

function verdictShares(images: readonly Judged[]): string[][] {
  const nameOf = ({ set, isForged }: Judged) => `${set}, ${isForged ? "forged" : "authentic"}`;
  return [...new Set(images.map(nameOf))].sort().map((name) => {
    const members = images.filter((image) => nameOf(image) === name);
    const share = (verdict: string) =>
      figure(members.filter((image) => image.verdict === verdict).length / members.length);
    return [name, `${members.length}`, share("AUTHENTIC"), share("SUSPICIOUS"), share("LIKELY_FORGED")];
  });
}

function print({ variant, images, collections, pixels }: VariantResult): void {
  const [images_, header] = ["images, judge", ["forged", "authentic", "applied", "AUC", "95 %", "TPR@2%", "TPR@5%"]];
  const imageRows = collections.flatMap(({ name, figures }) =>
    figures.map((row) => [
      `${name}, ${row.judge}`,
      `${row.forged}`,
      `${row.authentic}`,
      figure(row.applied),
      figure(row.auc.value),
      `${figure(row.auc.low)}–${figure(row.auc.high)}`,
      figure(row.tprAt2),
      figure(row.tprAt5),
    ]),
  );
  const pixelRows = pixels.map(({ set, judge, n, auc, f1, mcc }) => [
    `${set}, ${judge}`,
    `${n}`,
    figure(auc.value),
    `${figure(f1.value)} [${figure(f1.low)}–${figure(f1.high)}]`,
    figure(mcc.value),
  ]);
  const errors = collections.map(({ name, members }) => `${name} ${figure(expectedCalibrationError(members))}`);
  const speed = speedFigures(images).map(({ id, median }) => `${id} ${median.toFixed(2)}`);
  console.log(`\n# ${variant}${variant === "as-is" ? " (compare every figure with the line “format only”)" : ""}\n`);
  console.log(textTable([images_, ...header], imageRows));
  console.log(`\nExpected calibration error at even odds: ${errors.join(", ")}\n`);
  console.log(textTable(["verdicts", "n", "AUTHENTIC", "SUSPICIOUS", "LIKELY_FORGED"], verdictShares(images)));
  console.log(`\n${textTable(["pixels, judge", "n", "AUC", "F1@0.5 [95 %]", "MCC@0.5"], pixelRows)}`);
  console.log(`\nMedian seconds per megapixel, when measured: ${speed.join(", ")}`);
}

process.stderr.write("examples for calibration\n");
const examples = await observeAll(calibrationExamples(data), exampleCount(data), detectors);
const calibrations = new LeftOutCalibrations(examples, detectors);
const results: VariantResult[] = [];
for (const variant of variants) {
  if (!(values.variants?.split(",").includes(variant) ?? true)) continue;
  const wanted = rowsOf(variant);
  process.stderr.write(`${variant}: ${wanted.length} images\n`);
  const images = judgeLeftOut(await observeAll(read(data, wanted, variant), wanted.length, detectors), calibrations);
  const collections = collectionsOf(images).map((collection) => ({
    ...collection,
    figures: imageFigures(collection),
  }));
  const generators = variant === "same-size" ? generatorFigures(images, calibrations) : [];
  const result: VariantResult = { variant, images, collections, generators, pixels: await pixelFigures(images) };
  for (const collection of collections) writePlots(collection, variant, values.out);
  print(result);
  results.push(result);
}
console.log(`\n# Figures asked\n\n${askedFigures(results)}`);
const stored = results.map(({ variant, collections, pixels }) => ({
  variant,
  pixels,
  figures: collections.flatMap(({ name, figures }) => figures.map((row) => ({ collection: name, ...row }))),
}));
writeFileSync(join(values.out, "detection.json"), JSON.stringify({ policy: defaultPolicy.version, stored }, null, 1));
console.log(`\nJSON and plots: ${values.out}`);
