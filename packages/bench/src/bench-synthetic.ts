// Forgeries and controls made from photographs that never were JPEGs: `npm run bench:synthetic`.
import { parseArgs } from "node:util";
import type { Detector } from "@artguard/core";
import { openForensicImage } from "@artguard/core/image";
import { doubleQuantizationDetector, jpegGhostDetector, jpegGridDetector } from "@artguard/forensics";
import { overlapOf } from "./metrics/overlap.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";
import { cleanPhotographs, type SyntheticCase, syntheticCases } from "./synthetic-cases.ts";

const { values } = parseArgs({ options: { limit: { type: "string" } } });
const data = requiredData();
const photographs = cleanPhotographs(data, 1).slice(0, values.limit ? Number(values.limit) : undefined);
const detectors = [doubleQuantizationDetector(), jpegGridDetector(), jpegGhostDetector()];
const signal = new AbortController().signal;

interface Tally {
  cases: number;
  found: number;
  elsewhere: number;
  overlap: number;
}
const tallies = new Map<string, Tally>();

/** A region counts as found from this intersection over union on. */
const leastOverlap = 0.3;

async function judge(
  detector: Detector,
  image: Awaited<ReturnType<typeof openForensicImage>>,
  { kind, square }: SyntheticCase,
) {
  const key = `${detector.id}\t${kind}`;
  const tally = tallies.get(key) ?? { cases: 0, found: 0, elsewhere: 0, overlap: 0 };
  tallies.set(key, tally);
  tally.cases++;
  const result = await detector.detect(image, { signal });
  if (!result.applicable || result.regions.length === 0) return;
  const overlap = square ? overlapOf(result, square) : 0;
  if (overlap >= leastOverlap) {
    tally.found++;
    tally.overlap += overlap;
  } else tally.elsewhere++;
}

for (const [index, row] of photographs.entries()) {
  process.stderr.write(`\r${index + 1}/${photographs.length} `);
  for await (const synthetic of syntheticCases(data, row, photographs[(index + 1) % photographs.length]!)) {
    const image = await openForensicImage(synthetic.bytes);
    for (const detector of detectors) await judge(detector, image, synthetic);
  }
}
process.stderr.write("\n");

/** The sum over all cases whose name starts so, or over all controls. */
function pooled(id: string, name: string, isMember: (kind: string) => boolean): [string, Tally] {
  const members = [...tallies].filter(([key]) => key.startsWith(`${id}\t`) && isMember(key.split("\t")[1]!));
  const sum = (count: keyof Tally) => members.reduce((total, [, tally]) => total + tally[count], 0);
  return [
    `${id}\t${name}`,
    { cases: sum("cases"), found: sum("found"), elsewhere: sum("elsewhere"), overlap: sum("overlap") },
  ];
}

const forgeries = /^double|paste$/;
for (const { id } of detectors) {
  for (const [key, tally] of [
    pooled(id, "all double-compression splices", (kind) => kind.startsWith("double")),
    pooled(id, "all controls", (kind) => !forgeries.test(kind)),
  ])
    tallies.set(key, tally);
}

const rows = [...tallies].map(([key, { cases, found, elsewhere, overlap }]) => {
  const [id, kind] = key.split("\t") as [string, string];
  return [id, kind, `${cases}`, `${found}`, figure(found / cases), figure(overlap / found), `${elsewhere}`];
});
console.log(`${photographs.length} photographs of kodak24 and UCID (every second one; the others are for fitting).`);
console.log(
  `Found: a marked area with an overlap (IoU) of at least ${leastOverlap}. Elsewhere: an alarm at another place.`,
);
console.log(textTable(["detector", "case", "n", "found", "share", "mean IoU", "elsewhere"], rows.sort()));
