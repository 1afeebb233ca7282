// The learned detector alone, on development images it was not trained on, and its time in both runtimes:
// `npm run bench:learned -- --limit 80 --sets casia1,comofod --time`.
import { parseArgs } from "node:util";
import type { ForensicImage } from "@artguard/core";
import { openForensicImage, renderHeatmap } from "@artguard/core/image";
import type { ManifestRow } from "@artguard/development-data";
import { inferenceRuntimes, learnedDetector, openForgeryNetwork, readForgery } from "@artguard/forensics";
import sharp from "sharp";
import { isComparable, readCase, type Variant } from "./cases.ts";
import { paintLandscape } from "./example-images/paint-landscape.ts";
import { auc } from "./metrics/auc.ts";
import { groupBootstrap } from "./metrics/bootstrap.ts";
import { type PixelScores, pixelScores } from "./metrics/pixel-scores.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";

const { values } = parseArgs({
  options: {
    limit: { type: "string", default: "80" },
    sets: {
      type: "string",
      default: "casia1,comofod,cocoglide,text-tamper,cameras,paintings-masters,paintings-nga,ucid",
    },
    variant: { type: "string", default: "re-encoded" },
    time: { type: "boolean", default: false },
  },
});
const data = requiredData();
const detector = learnedDetector();
const signal = new AbortController().signal;

interface Judged {
  readonly group: string;
  readonly isForged: boolean;
  readonly score: number;
  /** The finding was made. */
  readonly isAccused: boolean;
  readonly pixels: PixelScores | undefined;
}

/** The first rows of each class of a set, evenly over the set. */
function balancedRows(set: string, limit: number): ManifestRow[] {
  const classes = Object.values(
    Object.groupBy(
      data.rows.filter((row) => row.set === set),
      ({ label }) => label,
    ),
  );
  const each = Math.max(1, Math.floor(limit / classes.length));
  return classes.flatMap((rows) =>
    rows!.filter((_, i) => Math.floor((i * each) / rows!.length) !== Math.floor(((i - 1) * each) / rows!.length)),
  );
}

async function judge(row: ManifestRow): Promise<Judged | undefined> {
  const { bytes, mask, group, isForged } = await readCase(data, row, values.variant as Variant);
  const image = await openForensicImage(bytes);
  const result = await detector.detect(image, { signal });
  if (!result.applicable) return undefined;
  return {
    group,
    isForged,
    score: result.statistic,
    isAccused: result.findings.length > 0,
    pixels: mask && isForged ? await compared(image, result.heatmap!, mask) : undefined,
  };
}

async function compared({ info }: ForensicImage, heatmap: Parameters<typeof renderHeatmap>[0], maskFile: Uint8Array) {
  const { data: mask, info: size } = await sharp(maskFile)
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (size.width !== info.width || size.height !== info.height) return undefined;
  return pixelScores(renderHeatmap(heatmap, { ...info, orientation: 1 }).data, mask);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function shareAccused(judged: readonly Judged[]): string {
  return judged.length === 0 ? "–" : `${judged.filter(({ isAccused }) => isAccused).length}/${judged.length}`;
}

function figuresOf(set: string, judged: readonly Judged[]): string[] {
  const authentic = judged.filter(({ isForged }) => !isForged);
  const forged = judged.filter(({ isForged }) => isForged);
  const { low, high } = groupBootstrap(judged, auc);
  const pixels = forged.flatMap((image) => image.pixels ?? []);
  return [
    set,
    `${authentic.length}+${forged.length}`,
    isComparable(set) ? `${figure(auc(judged))} (${figure(low)}–${figure(high)})` : "–",
    shareAccused(authentic),
    shareAccused(forged),
    figure(mean(pixels.map((scores) => scores.auc))),
    figure(mean(pixels.map(({ f1 }) => f1))),
  ];
}

async function printFigures(): Promise<void> {
  const rows: string[][] = [];
  for (const set of values.sets.split(",")) {
    const judged: Judged[] = [];
    for (const row of balancedRows(set, Number(values.limit))) {
      const outcome = await judge(row);
      if (outcome) judged.push(outcome);
    }
    rows.push(figuresOf(set, judged));
  }
  console.log(
    `Learned detector, images ${values.variant}, at most ${values.limit} of a set, half of each class. Development figures.`,
  );
  console.log(
    textTable(["set", "n", "image AUC (95 %)", "authentic accused", "forged found", "pixel AUC", "F1@0.5"], rows),
  );
}

/** Seconds for 12 megapixels on one thread: elapsed, and of processor time where other programs run too. */
async function printTimes(): Promise<void> {
  const raster = { ...paintLandscape({ width: 4000, height: 3000, seed: 3 }), channels: 3 as const };
  for (const runtime of inferenceRuntimes) {
    const network = await openForgeryNetwork(runtime);
    const [started, before] = [performance.now(), process.cpuUsage()];
    await readForgery(network, raster, { signal });
    const { user, system } = process.cpuUsage(before);
    const elapsed = (performance.now() - started) / 1000;
    console.log(
      `${runtime}: 12 MP in ${elapsed.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processor time; ` +
        `peak memory so far ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
    );
  }
}

await printFigures();
if (values.time) await printTimes();
