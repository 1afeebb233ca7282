// How well detectors and fusion tell forged images from authentic ones: `npm run bench:detection`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultPolicy, rescore } from "@artguard/core";
import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import { type BenchCase, benchRows, isComparable, readCase, type Variant, variants } from "./cases.ts";
import { formatBaseline } from "./format-baseline.ts";
import { auc, rocCurve, type Scored, truePositiveRateAt } from "./metrics/auc.ts";
import { groupBootstrap } from "./metrics/bootstrap.ts";
import { expectedCalibrationError, reliabilityBins } from "./metrics/calibration-error.ts";
import { type Observed, observeAll } from "./observe.ts";
import { type PlotLine, squarePlot } from "./report/square-plot.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";

const { values } = parseArgs({
  options: { limit: { type: "string" }, sets: { type: "string" }, out: { type: "string", default: "bench-results" } },
});

/** A judged image: the score of every judge by name, higher = more suspicious. */
interface Judged extends Observed {
  readonly scores: Readonly<Record<string, number>>;
  /** Probability of forgery at even prior odds. */
  readonly probability: number;
  readonly verdict: string;
}

/** Images of both classes that are compared. */
interface Collection {
  readonly name: string;
  readonly members: readonly Judged[];
}

/** Image-level figures of one judge on one collection of images. */
interface ImageFigures {
  readonly collection: string;
  readonly variant: Variant;
  readonly judge: string;
  readonly forged: number;
  readonly authentic: number;
  /** Share of the images the detector applied to. */
  readonly applied: number;
  readonly auc: number;
  readonly interval: { low: number; high: number };
  readonly tprAt2: number;
  readonly tprAt5: number;
}

async function* read(data: DevelopmentData, rows: readonly ManifestRow[], variant: Variant): AsyncGenerator<BenchCase> {
  for (const row of rows) yield await readCase(data, row, variant);
}

function judged(observed: readonly Observed[]): Judged[] {
  const formats = formatBaseline(observed);
  return observed.map((image, index) => {
    const assessment = rescore(image, defaultPolicy);
    const logOdds = assessment.contributions.reduce((sum, { log_odds }) => sum + log_odds, 0);
    const detectors = image.detections
      .filter(({ family }) => family !== "display")
      // Every statistic is 0 where its detector found nothing; so is one that does not apply.
      .map(({ id, statistic }) => [id, statistic ?? 0]);
    return {
      ...image,
      scores: { ...Object.fromEntries(detectors), fused: assessment.forgery_score, "format only": formats[index]! },
      probability: 1 / (1 + Math.exp(-logOdds)),
      verdict: assessment.verdict,
    };
  });
}

/** What is compared with what: each set with both classes by itself, and the pools. */
function collectionsOf(images: readonly Judged[]): Collection[] {
  const comparable = images.filter(({ set }) => isComparable(set));
  const sets = [...new Set(comparable.map(({ set }) => set))].map((set) => ({
    name: set,
    members: comparable.filter((image) => image.set === set),
  }));
  const manipulation = comparable.filter(({ task }) => task === "manipulation");
  const generated = comparable.filter(({ task }) => task === "ai-generated" || task === "original");
  const pools = [
    ...sets,
    { name: "manipulation, all", members: manipulation },
    { name: "generated against originals", members: generated },
  ];
  return pools.filter(({ members }) => new Set(members.map(({ isForged }) => isForged)).size === 2);
}

function imageFigures(collection: string, variant: Variant, images: readonly Judged[]): ImageFigures[] {
  return Object.keys(images[0]!.scores).map((judge) => {
    const scored = images.map((image) => ({
      group: image.group,
      score: image.scores[judge]!,
      isForged: image.isForged,
    }));
    const detections = images.flatMap(({ detections }) => detections.filter(({ id }) => id === judge));
    const applied =
      detections.length === 0 ? 1 : detections.filter(({ status }) => status === "ok").length / detections.length;
    return {
      collection,
      variant,
      judge,
      forged: scored.filter(({ isForged }) => isForged).length,
      authentic: scored.filter(({ isForged }) => !isForged).length,
      applied,
      auc: auc(scored),
      interval: groupBootstrap(scored, auc),
      tprAt2: truePositiveRateAt(scored, 0.02),
      tprAt5: truePositiveRateAt(scored, 0.05),
    };
  });
}

function pixelFigures(images: readonly Judged[]) {
  const masked = images.filter(({ pixels }) => pixels);
  const judges = [...new Set(masked.flatMap(({ pixels }) => Object.keys(pixels!)))];
  return [...new Set(masked.map(({ set }) => set))].flatMap((set) =>
    judges.map((judge) => {
      const scores = masked.filter((image) => image.set === set).flatMap(({ pixels }) => pixels![judge] ?? []);
      const mean = (key: "auc" | "f1" | "mcc") => scores.reduce((sum, score) => sum + score[key], 0) / scores.length;
      return { set, judge, n: scores.length, auc: mean("auc"), f1: mean("f1"), mcc: mean("mcc") };
    }),
  );
}

function speedFigures(images: readonly Judged[]) {
  const ids = [...new Set(images.flatMap(({ detections }) => detections.map(({ id }) => id)))];
  return ids.map((id) => {
    const seconds = images
      .map(
        ({ detections, megapixels }) =>
          (detections.find((each) => each.id === id)?.elapsed_ms ?? 0) / 1000 / megapixels,
      )
      .sort((a, b) => a - b);
    return { id, median: seconds[seconds.length >> 1]! };
  });
}

function verdictShares(images: readonly Judged[]): string[][] {
  const sets = [...new Set(images.map(({ set, isForged }) => `${set}, ${isForged ? "forged" : "authentic"}`))].sort();
  return sets.map((name) => {
    const members = images.filter(({ set, isForged }) => `${set}, ${isForged ? "forged" : "authentic"}` === name);
    const share = (verdict: string) =>
      figure(members.filter((image) => image.verdict === verdict).length / members.length);
    return [name, `${members.length}`, share("AUTHENTIC"), share("SUSPICIOUS"), share("LIKELY_FORGED")];
  });
}

function roc(scored: readonly Scored[]): [number, number][] {
  return rocCurve(scored).map(({ falsePositiveRate, truePositiveRate }) => [falsePositiveRate, truePositiveRate]);
}

function plots(variant: Variant, collections: readonly Collection[], folder: string): void {
  for (const { name, members: images } of collections) {
    const lines: PlotLine[] = Object.keys(images[0]!.scores).map((judge) => ({
      label: judge,
      points: roc(images.map((image) => ({ score: image.scores[judge]!, isForged: image.isForged }))),
    }));
    const file = `roc-${name.replace(/\W+/g, "-")}-${variant}.svg`;
    writeFileSync(
      join(folder, file),
      squarePlot(`ROC, ${name}, ${variant}`, "false positive rate", "true positive rate", lines),
    );
    const bins = reliabilityBins(images).map(
      ({ meanForecast, observedShare }) => [meanForecast, observedShare] as const,
    );
    const reliability = squarePlot(`Reliability, ${name}, ${variant}`, "forecast at even odds", "observed share", [
      { label: "fused", points: bins },
    ]);
    writeFileSync(join(folder, `reliability-${name.replace(/\W+/g, "-")}-${variant}.svg`), reliability);
  }
}

const data = requiredData();
const rows = benchRows(data, {
  ...(values.limit !== undefined && { limit: Number(values.limit) }),
  ...(values.sets !== undefined && { sets: values.sets.split(",") }),
});
mkdirSync(values.out, { recursive: true });
const results = [];
for (const variant of variants) {
  process.stderr.write(`${variant}: ${rows.length} images\n`);
  const images = judged(await observeAll(read(data, rows, variant), rows.length));
  const collections = collectionsOf(images);
  const figures = collections.flatMap(({ name, members }) => imageFigures(name, variant, members));
  const errors = collections.map(({ name, members }) => ({ name, ece: expectedCalibrationError(members) }));
  const pixels = pixelFigures(images);
  const speed = speedFigures(images);
  plots(variant, collections, values.out);
  results.push({ variant, figures, errors, pixels, speed });
  console.log(
    `\n# ${variant}${variant === "as-is" ? " (compare every figure with the line “format only”)" : ": JPEG quality 90, 4:2:0, no metadata"}\n`,
  );
  console.log(
    textTable(
      ["images, judge", "forged", "authentic", "applied", "AUC", "95 % interval", "TPR@2%", "TPR@5%"],
      figures.map((row) => [
        `${row.collection}, ${row.judge}`,
        `${row.forged}`,
        `${row.authentic}`,
        figure(row.applied),
        figure(row.auc),
        `${figure(row.interval.low)}–${figure(row.interval.high)}`,
        figure(row.tprAt2),
        figure(row.tprAt5),
      ]),
    ),
  );
  console.log(
    `\nExpected calibration error at even odds: ${errors.map(({ name, ece }) => `${name} ${figure(ece)}`).join(", ")}\n`,
  );
  console.log(textTable(["verdicts", "n", "AUTHENTIC", "SUSPICIOUS", "LIKELY_FORGED"], verdictShares(images)));
  console.log(
    `\n${textTable(
      ["pixels, judge", "n", "AUC", "F1@0.5", "MCC@0.5"],
      pixels.map(({ set, judge, n, auc, f1, mcc }) => [
        `${set}, ${judge}`,
        `${n}`,
        figure(auc),
        figure(f1),
        figure(mcc),
      ]),
    )}`,
  );
  console.log(
    `\nMedian seconds per megapixel: ${speed.map(({ id, median }) => `${id} ${median.toFixed(2)}`).join(", ")}`,
  );
}
writeFileSync(join(values.out, "detection.json"), JSON.stringify({ policy: defaultPolicy.version, results }, null, 1));
console.log(`\nJSON and plots: ${values.out}`);
