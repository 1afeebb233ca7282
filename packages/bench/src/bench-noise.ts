// The noise family on splices made from photographs of two cameras, and on untouched originals: `npm run bench:noise`.
import { parseArgs } from "node:util";
import type { Detector, Heatmap } from "@artguard/core";
import { openForensicImage } from "@artguard/core/image";
import { demosaicingDetector, noiseLevelDetector, noiseResidualDetector } from "@artguard/forensics";
import { auc, truePositiveRateAt } from "./metrics/auc.ts";
import { groupBootstrap } from "./metrics/bootstrap.ts";
import { pixelScores } from "./metrics/pixel-scores.ts";
import { type NoiseCase, noiseCases, noisePhotographs } from "./noise-cases.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";

const { values } = parseArgs({
  options: { half: { type: "string", default: "1" }, limit: { type: "string" }, only: { type: "string" } },
});
const data = requiredData();
const half = values.half === "0" ? 0 : 1;
const photographs = noisePhotographs(data, half);
const detectors = [noiseResidualDetector(), noiseLevelDetector(), demosaicingDetector()].filter(
  ({ id }) => !values.only || id === values.only,
);
const originalSets = ["kodak24", "ucid", "cameras", "paintings-masters", "paintings-nga", "paintings-styles"];
const signal = new AbortController().signal;

/** What one detector said of one case. */
interface Opinion extends Pick<NoiseCase, "donor" | "output" | "isForged" | "group"> {
  readonly id: string;
  readonly applies: boolean;
  /** The statistic; 0 when the detector does not apply. */
  readonly score: number;
  readonly alarm: boolean;
  /** Pixel figures of a forgery. */
  readonly pixelAuc: number;
  readonly pixelF1: number;
}

async function opinionOf(detector: Detector, example: NoiseCase): Promise<Opinion> {
  const { donor, output, isForged, group, mask } = example;
  const result = await detector.detect(await openForensicImage(example.bytes), { signal });
  const applies = result.applicable;
  const pixels = applies && isForged ? pixelScores(pixelMap(result.heatmap!, example), mask) : { auc: 0.5, f1: 0 };
  return {
    id: detector.id,
    ...{ donor, output, isForged, group, applies },
    score: applies ? result.statistic : 0,
    alarm: applies && result.regions.length > 0,
    pixelAuc: pixels.auc,
    pixelF1: pixels.f1,
  };
}

/** The heat map on the pixels of the picture, 0–255; marked are values of 128 and above. */
function pixelMap({ width: columns, scale, data: cells }: Heatmap, { width, height }: NoiseCase): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const cell = cells[Math.floor(Math.floor(i / width) / scale) * columns + Math.floor((i % width) / scale)]!;
    return cell > 0.5 ? Math.max(128, 255 * cell) : Math.min(127, 255 * cell);
  });
}

const opinions: Opinion[] = [];
const hosts = photographs.slice(0, values.limit ? Number(values.limit) : undefined);
for (const [index, host] of hosts.entries()) {
  process.stderr.write(`\r${index + 1}/${hosts.length} `);
  for (const isDemosaiced of [false, true]) {
    const judges = detectors.filter(({ id }) => (id === "demosaicing") === isDemosaiced);
    if (judges.length === 0) continue;
    for await (const example of noiseCases(data, host, photographs, { isDemosaiced }))
      for (const detector of judges) opinions.push(await opinionOf(detector, example));
  }
}
process.stderr.write("\n");

const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const share = (members: readonly Opinion[], isMember: (opinion: Opinion) => boolean) =>
  figure(members.filter(isMember).length / members.length);

function row(id: string, output: string, donor: string): string[] {
  const members = opinions.filter((opinion) => opinion.id === id && opinion.output === output);
  const untouched = members.filter(({ isForged }) => !isForged);
  const forged = members.filter((opinion) => opinion.isForged && (donor === "all" || opinion.donor === donor));
  const examples = [...untouched, ...forged];
  const { low, high } = groupBootstrap(examples, auc);
  return [
    `${id}, ${output}, ${donor}`,
    `${forged.length}+${untouched.length}`,
    share(forged, ({ applies }) => applies),
    `${figure(auc(examples))} [${figure(low)}, ${figure(high)}]`,
    figure(truePositiveRateAt(examples, 0.05)),
    share(forged, ({ alarm }) => alarm),
    share(untouched, ({ alarm }) => alarm),
    figure(mean(forged.map(({ pixelAuc }) => pixelAuc))),
    figure(mean(forged.map(({ pixelF1 }) => pixelF1))),
  ];
}

const donors = [...new Set(opinions.filter(({ isForged }) => isForged).map(({ donor }) => donor)), "all"];
const outputs = [...new Set(opinions.map(({ output }) => output))];
console.log(`${hosts.length} photographs of kodak24, UCID and cameras (half ${half}; 0 is for choosing parameters).`);
console.log("The hosts of demosaicing were given a colour filter pattern first; the files of these sets have none.");
console.log(
  textTable(
    ["splice", "n", "applies", "AUC", "TPR at 5 %", "alarms", "false", "pixel AUC", "pixel F1"],
    detectors.flatMap(({ id }) => outputs.flatMap((output) => donors.map((donor) => row(id, output, donor)))),
  ),
);

console.log("\nUntouched files as they are:");
const alarms: string[][] = [];
for (const set of originalSets) {
  const members = data.rows.filter((member) => member.set === set);
  for (const detector of detectors) {
    let [applies, falseAlarms] = [0, 0];
    for (const member of members) {
      const result = await detector.detect(await openForensicImage(data.read(member)), { signal });
      if (result.applicable) applies++;
      if (result.applicable && result.regions.length > 0) falseAlarms++;
    }
    alarms.push([`${detector.id}, ${set}`, `${members.length}`, `${applies}`, `${falseAlarms}`]);
  }
}
console.log(textTable(["set", "n", "applies", "alarms"], alarms.sort()));
