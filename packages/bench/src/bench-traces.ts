// Interpolation, shifted compression, block boundaries and recapture on made-up cases and on originals: `npm run bench:traces`.
import { parseArgs } from "node:util";
import type { Detector, NotApplicable, Observation } from "@artguard/core";
import { openForensicImage } from "@artguard/core/image";
import {
  blockingDetector,
  recaptureDetector,
  resamplingDetector,
  shiftedDoubleCompressionDetector,
} from "@artguard/forensics";
import { readCase } from "./cases.ts";
import { auc } from "./metrics/auc.ts";
import { groupBootstrap } from "./metrics/bootstrap.ts";
import { overlapOf } from "./metrics/overlap.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";
import { setSample } from "./set-sample.ts";
import { cleanPhotographs } from "./synthetic-cases.ts";
import { type TraceCase, traceCases } from "./trace-cases.ts";

const { values } = parseArgs({
  options: {
    /** 0: the photographs that parameters were chosen on; 1: those that are reported. */
    half: { type: "string", default: "1" },
    /** Cases are made of so many photographs, spread evenly; originals are judged in any case. */
    limit: { type: "string" },
    detector: { type: "string" },
  },
});
const data = requiredData();
const half = values.half === "0" ? 0 : 1;
const photographs = cleanPhotographs(data, half);
const step = values.limit ? Math.ceil(photographs.length / Number(values.limit)) : 1;
const hosts = photographs.filter((_, index) => index % step === 0);
const detectors = [
  resamplingDetector(),
  shiftedDoubleCompressionDetector(),
  blockingDetector(),
  recaptureDetector(),
].filter(({ id }) => !values.detector || id === values.detector);
const ids = detectors.map(({ id }) => id);
const signal = new AbortController().signal;
/** A region counts as found from this intersection over union on. */
const leastOverlap = 0.3;

interface Tally {
  cases: number;
  applied: number;
  found: number;
  overlap: number;
  /** Images with a finding that accuses where it should not. */
  accused: number;
  /** Images with a neutral finding. */
  neutral: number;
}
const tallies = new Map<string, Tally>();
/** Statistics of images with and without a forged region, per detector and collection. */
const scores = new Map<string, { score: number; isForged: boolean; group: string }[]>();

function note(key: string, result: Observation | NotApplicable, isForged: boolean, group: string): void {
  const known = scores.get(key) ?? [];
  scores.set(key, [...known, { score: result.applicable ? result.statistic : 0, isForged, group }]);
}

function tallyOf(key: string): Tally {
  const tally = tallies.get(key) ?? { cases: 0, applied: 0, found: 0, overlap: 0, accused: 0, neutral: 0 };
  tallies.set(key, tally);
  return tally;
}

function count(
  tally: Tally,
  result: Observation | NotApplicable,
  expected: Pick<TraceCase, "square" | "finding">,
): void {
  tally.cases++;
  if (!result.applicable) return;
  tally.applied++;
  const overlap = expected.square ? overlapOf(result, expected.square) : 0;
  if (expected.square && overlap >= leastOverlap) {
    tally.found++;
    tally.overlap += overlap;
  } else if (result.findings.some(({ direction }) => direction === "forged")) tally.accused++;
  if (expected.finding && result.findings.some(({ code }) => code === expected.finding)) tally.found++;
  if (result.findings.some(({ direction }) => direction === "neutral")) tally.neutral++;
}

async function judge(
  detector: Detector,
  key: string,
  bytes: Uint8Array,
  expected: Pick<TraceCase, "square" | "finding">,
) {
  const result = await detector.detect(await openForensicImage(bytes), { signal });
  count(tallyOf(`${detector.id}\t${key}`), result, expected);
  return result;
}

for (const [index, row] of hosts.entries()) {
  process.stderr.write(`\r${index + 1}/${hosts.length} `);
  for await (const made of traceCases(data, row, hosts[(index + 1) % hosts.length]!, ids)) {
    const detector = detectors.find(({ id }) => id === made.detector);
    if (!detector) continue;
    const result = await judge(detector, made.kind, made.bytes, made);
    note(`${detector.id}\tcases above`, result, made.kind.startsWith("region"), row.path);
  }
}
process.stderr.write("\n");

const others = data.rows
  .filter(({ set }) => set === "cameras" || set === "digital-paintings" || set.startsWith("paintings-"))
  .filter((_, index) => index % 2 === half);
const originals = [...photographs, ...others];
for (const [index, row] of originals.entries()) {
  process.stderr.write(`\roriginal ${index + 1}/${originals.length} `);
  for (const detector of detectors) await judge(detector, `original: ${row.set}`, data.read(row), {});
}
process.stderr.write("\n");

for (const row of setSample(data, "casia1", 60)) {
  const { bytes, isForged, group } = await readCase(data, row, "re-encoded");
  const image = await openForensicImage(bytes);
  for (const detector of detectors) {
    const result = await detector.detect(image, { signal });
    note(`${detector.id}\tcasia1, 60+60, re-encoded alike`, result, isForged, group);
  }
}

for (const { id } of detectors) {
  const all = tallyOf(`${id}\toriginal: all`);
  for (const [key, tally] of tallies) {
    if (!key.startsWith(`${id}\toriginal: `) || tally === all) continue;
    for (const name of Object.keys(all) as (keyof Tally)[]) all[name] += tally[name];
  }
}

const rows = [...tallies].map(([key, { cases, applied, found, overlap, accused, neutral }]) => {
  const [id, kind] = key.split("\t") as [string, string];
  const mean = overlap > 0 ? figure(overlap / found) : "–";
  return [id, kind, `${cases}`, `${applied}`, `${found}`, mean, `${accused}`, `${neutral}`];
});
console.log(
  `Cases of ${hosts.length} photographs of kodak24 and UCID, half ${half} (0: parameters chosen on it; 1: reported).`,
);
console.log(
  `Found: a marked area with an overlap (IoU) of at least ${leastOverlap}, or the neutral finding asked for. Accused: a forged finding elsewhere.`,
);
console.log(textTable(["detector", "case", "n", "applied", "found", "mean IoU", "accused", "neutral"], rows.sort()));

const aucs = [...scores].flatMap(([key, scored]) => {
  const value = auc(scored);
  if (Number.isNaN(value)) return [];
  const { low, high } = groupBootstrap(scored, auc);
  const forged = scored.filter(({ isForged }) => isForged).length;
  const counts = `${forged}+${scored.length - forged}`;
  return [[...key.split("\t"), counts, `${figure(value)} (${figure(low)}–${figure(high)})`]];
});
console.log("Statistic of images with a forged region against those without; not applicable counts as 0.");
console.log(textTable(["detector", "images", "n", "AUC (95 %)"], aucs));
