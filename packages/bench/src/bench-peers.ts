// Detectors of others and ours on the same images in one run: `ARTGUARD_PEERS=<folder> npm run bench:peers`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { inspectImage } from "@artguard/core/image";
import { blockingDetector, forensicDetectors } from "@artguard/forensics";
import { type BenchCase, readCase } from "./cases.ts";
import { meanFigure } from "./figures.ts";
import { formatBaseline } from "./format-baseline.ts";
import { formatFeatures } from "./format-features.ts";
import { auc } from "./metrics/auc.ts";
import { groupBootstrap } from "./metrics/bootstrap.ts";
import { type Judgement, judgeByPeer, judgeOurselves, markEverything } from "./peers/judge-cases.ts";
import { findPeers } from "./peers/peer.ts";
import { runPeer } from "./peers/run-peer.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";
import { setSample } from "./set-sample.ts";

const { values } = parseArgs({
  options: {
    /** Images of each class of casia1; the other sets are taken whole. */
    each: { type: "string", default: "40" },
  },
});
const folder = process.env["ARTGUARD_PEERS"];
if (!folder)
  process.stderr.write("ARTGUARD_PEERS is not set: no folder with peers, so only our own detectors are run.\n");
const data = requiredData();
const work = mkdtempSync(join(tmpdir(), "artguard-peers-"));
process.once("exit", () => rmSync(work, { recursive: true, force: true }));

async function readCases(): Promise<BenchCase[]> {
  const cases: BenchCase[] = [];
  for (const [set, each, variant] of [
    ["casia1", Number(values.each), "re-encoded"],
    ["comofod", Number.POSITIVE_INFINITY, "re-encoded"],
    ["kodak24", Number.POSITIVE_INFINITY, "as-is"],
  ] as const) {
    for (const row of setSample(data, set, each)) cases.push(await readCase(data, row, variant));
  }
  return cases;
}

/** Cases as files: peers read from the disk. */
function writeJobs(cases: readonly BenchCase[]) {
  return cases.map(({ bytes }, index) => {
    const image = join(work, `${index}.${inspectImage(bytes).format}`);
    writeFileSync(image, bytes);
    return { image, map: join(work, `${index}-map.png`) };
  });
}

async function judgeByPeers(cases: readonly BenchCase[]): Promise<Judgement[]> {
  if (!folder) return [];
  const jobs = writeJobs(cases);
  const judgements: Judgement[] = [];
  for (const peer of findPeers(resolve(folder))) {
    if ("reason" in peer) {
      console.log(`SKIPPED ${peer.name}: ${peer.reason}`);
      continue;
    }
    for (const [index, answer] of (await runPeer(peer, jobs, work)).entries())
      judgements.push(await judgeByPeer(cases[index]!, peer.name, answer, jobs[index]!.map));
  }
  return judgements;
}

async function judgeByFormat(cases: readonly BenchCase[]): Promise<Judgement[]> {
  const comparable = cases.filter(({ set }) => cases.some((other) => other.set === set && other.isForged));
  return [...new Set(comparable.map(({ set }) => set))].flatMap((set) => {
    const members = comparable.filter((each) => each.set === set);
    const examples = members.map(({ bytes, group, isForged }) => ({
      features: formatFeatures(bytes, inspectImage(bytes)),
      group,
      isForged,
    }));
    return formatBaseline(examples).map((score, index) => ({
      judge: "format only",
      set,
      group: members[index]!.group,
      isForged: members[index]!.isForged,
      score,
      accused: null,
    }));
  });
}

function rowOf(set: string, judge: string, members: readonly Judgement[]): string[] {
  const forged = members.filter(({ isForged }) => isForged);
  const authentic = members.filter(({ isForged }) => !isForged);
  const { low, high } = groupBootstrap(members, auc);
  const area = forged.length > 0 ? `${figure(auc(members))} (${figure(low)}–${figure(high)})` : "–";
  const marked = members.flatMap(({ group, f1 }) => (f1 === undefined ? [] : [{ group, value: f1 }]));
  const f1 = marked.length > 0 ? meanFigure(marked) : undefined;
  const seconds = members.flatMap(({ secondsPerMegapixel }) => secondsPerMegapixel ?? []).sort((a, b) => a - b);
  return [
    set,
    judge,
    `${forged.length}+${authentic.length}`,
    area,
    f1 ? `${figure(f1.value)} (${figure(f1.low)}–${figure(f1.high)})` : "–",
    authentic.some(({ accused }) => accused === null)
      ? "–"
      : `${authentic.filter(({ accused }) => accused).length}/${authentic.length}`,
    seconds.length > 0 ? seconds[seconds.length >> 1]!.toFixed(2) : "–",
    `${members.filter(({ failed }) => failed).length}`,
  ];
}

const cases = await readCases();
const detectors = [...forensicDetectors(), blockingDetector()].filter(({ family }) => family !== "display");
const judgements: Judgement[] = await judgeByPeers(cases);
for (const [index, each] of cases.entries()) {
  judgements.push(...(await judgeOurselves(each, detectors)), await markEverything(each));
  process.stderr.write(`\rour detectors ${index + 1}/${cases.length} `);
}
process.stderr.write("\n");
judgements.push(...(await judgeByFormat(cases)));

const cells = Object.values(Object.groupBy(judgements, ({ set, judge }) => `${set}\t${judge}`)) as Judgement[][];
const rows = cells.map((members) => rowOf(members[0]!.set, members[0]!.judge, members));
const header = ["set", "judge", "n", "AUC (95 %)", "F1@0.5 (95 %)", "accused", "CPU s/MP", "failed"];
console.log("casia1 and comofod: both classes re-encoded alike (JPEG 90, no metadata); kodak24: as stored, untouched.");
console.log(
  "n: forged+authentic. Accused: authentic images accused by the judge's own rule. CPU s/MP: median, one thread.",
);
console.log(
  textTable(
    header,
    rows.toSorted((a, b) => (a[0]! < b[0]! ? -1 : a[0]! > b[0]! ? 1 : 0)),
  ),
);
for (const { judge, failed } of judgements) if (failed) console.log(`${judge} failed: ${failed}`);
