// Edited text on made-up pages, posters and untouched originals: `npm run bench:text-edit`.
import { parseArgs } from "node:util";
import type { NotApplicable, Observation } from "@artguard/core";
import { openForensicImage, renderHeatmap } from "@artguard/core/image";
import { textEditDetector } from "@artguard/forensics";
import sharp from "sharp";
import { lumaPlane } from "../../forensics/src/raster/plane.ts";
import { textLayer } from "../../forensics/src/text-edit/text-layer.ts";
import { readCase } from "./cases.ts";
import { documentCases, documentSaves } from "./documents/document-cases.ts";
import { posterCase } from "./documents/poster-cases.ts";
import { meanFigure } from "./figures.ts";
import { auc, truePositiveRateAt } from "./metrics/auc.ts";
import { groupBootstrap } from "./metrics/bootstrap.ts";
import { pixelScores } from "./metrics/pixel-scores.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";
import { cleanPhotographs } from "./synthetic-cases.ts";

const { values } = parseArgs({
  options: {
    /** 0: the fonts, papers and lights that the weights were fitted on; 1: those that are reported. */
    half: { type: "string", default: "1" },
    /** Made-up pages. */
    pages: { type: "string", default: "48" },
    /** What to judge: made-up pages, untouched pictures, and the development set text-tamper, which chose nothing. */
    parts: { type: "string", default: "made,untouched,development" },
  },
});
const data = requiredData();
const parts = values.parts.split(",");
const half = values.half === "0" ? 0 : 1;
const detector = textEditDetector();
const signal = new AbortController().signal;
/** Statistic of a picture that is no page: no evidence. */
const noPage = -20;

/** What the detector said of one picture. */
interface Opinion {
  readonly kind: string;
  readonly save: string;
  readonly group: string;
  readonly isForged: boolean;
  readonly applies: boolean;
  readonly score: number;
  readonly accused: boolean;
  /** Of the heat map of a forgery. */
  readonly pixelAuc: number;
  readonly pixelF1: number;
  /** Of a map that marks all text. */
  readonly textAuc: number;
}

interface Example extends Pick<Opinion, "kind" | "save" | "group"> {
  readonly bytes: Uint8Array;
  /** Of a forgery. */
  readonly mask?: Uint8Array;
}

async function judge({ bytes, mask, ...labels }: Example): Promise<Opinion> {
  const image = await openForensicImage(bytes);
  const result: Observation | NotApplicable = await detector.detect(image, { signal });
  const upright = { ...image.info, orientation: 1 as const };
  const heatmap = result.applicable ? (result.heatmap ?? null) : null;
  const pixels = mask ? pixelScores(renderHeatmap(heatmap, upright).data, mask) : undefined;
  const text = mask ? pixelScores(textMap(image.raster), mask) : undefined;
  return {
    ...labels,
    isForged: mask !== undefined,
    applies: result.applicable,
    score: result.applicable ? result.statistic : noPage,
    accused: result.applicable && result.findings.some(({ direction }) => direction === "forged"),
    pixelAuc: pixels?.auc ?? Number.NaN,
    pixelF1: pixels?.f1 ?? Number.NaN,
    textAuc: text?.auc ?? Number.NaN,
  };
}

/** 255 on ink and up to four pixels around it. */
function textMap(raster: Parameters<typeof lumaPlane>[0]): Uint8Array {
  return Uint8Array.from(textLayer(lumaPlane(raster)).distance, (away) => (away <= 4 ? 255 : 0));
}

function pixelRow(name: string, members: readonly Opinion[]): string[] {
  const mean = (key: "pixelAuc" | "pixelF1" | "textAuc") => {
    const { value, low, high } = meanFigure(members.map((each) => ({ group: each.group, value: each[key] })));
    return `${figure(value)} [${figure(low)}–${figure(high)}]`;
  };
  const share = (is: (each: Opinion) => boolean) => figure(members.filter(is).length / members.length);
  return [
    name,
    `${members.length}`,
    share(({ applies }) => applies),
    mean("pixelAuc"),
    mean("textAuc"),
    mean("pixelF1"),
    share(({ accused }) => accused),
  ];
}

const header = ["edit", "n", "applied", "pixel AUC [95 %]", "text alone", "F1@0.5 [95 %]", "accused"];

if (parts.includes("made")) {
  const opinions: Opinion[] = [];
  const pages = Number(values.pages);
  for (let index = 0; index < pages; index++) {
    process.stderr.write(`\rpage ${index + 1}/${pages} `);
    for await (const { kind, save, group, bytes, mask } of documentCases(index, half))
      opinions.push(await judge({ kind, save, group, bytes, ...(kind !== "untouched" && { mask }) }));
  }
  const forged = opinions.filter(({ isForged }) => isForged);
  console.log(`\n# Made-up pages, half ${half} (0: the weights were fitted on it; 1: reported)\n`);
  for (const save of documentSaves) {
    const members = forged.filter((each) => each.save === save);
    const kinds = [...new Set(members.map(({ kind }) => kind))].sort();
    const rows = kinds.map((kind) =>
      pixelRow(
        kind,
        members.filter((each) => each.kind === kind),
      ),
    );
    console.log(`${save}\n${textTable(header, [...rows, pixelRow("all", members)])}\n`);
  }
  const imageRows = documentSaves.map((save) => {
    const members = opinions.filter((each) => each.save === save);
    const untouched = members.filter(({ isForged }) => !isForged);
    const { low, high } = groupBootstrap(members, auc);
    return [
      save,
      `${members.length - untouched.length}+${untouched.length}`,
      `${figure(auc(members))} [${figure(low)}–${figure(high)}]`,
      figure(truePositiveRateAt(members, 0.02)),
      `${untouched.filter(({ accused }) => accused).length}`,
    ];
  });
  console.log(textTable(["pages against their twins", "n", "AUC [95 %]", "TPR@2%", "untouched accused"], imageRows));
}

if (parts.includes("untouched")) {
  const photographs = cleanPhotographs(data, half);
  const posters: Opinion[] = [];
  for (const [index, photograph] of photographs.entries()) {
    const bytes = await posterCase(data, photograph, index, half);
    posters.push(await judge({ kind: "poster", save: "as stored", group: photograph.path, bytes }));
  }
  const originals: Opinion[] = [];
  for (const row of data.rows.filter(({ task }) => task === "original"))
    originals.push(await judge({ kind: row.set, save: "as stored", group: row.path, bytes: data.read(row) }));
  const innocent = [posters, ...Map.groupBy(originals, ({ kind }) => kind).values()].map((members) => [
    members[0]!.kind,
    `${members.length}`,
    `${members.filter(({ applies }) => applies).length}`,
    `${members.filter(({ accused }) => accused).length}`,
  ]);
  console.log(`\n${textTable(["untouched pictures", "n", "applied", "accused"], innocent)}`);
}

if (parts.includes("development")) {
  const rows: string[][] = [];
  for (const variant of ["as-is", "re-encoded"] as const) {
    const members: Opinion[] = [];
    for (const row of data.rows.filter(({ set }) => set === "text-tamper")) {
      const { bytes, mask, group } = await readCase(data, row, variant);
      const decoded = await sharp(mask).extractChannel(0).raw().toBuffer();
      members.push(await judge({ kind: "text-tamper", save: variant, group, bytes, mask: decoded }));
    }
    rows.push(pixelRow(`text-tamper, ${variant}`, members));
  }
  console.log(`\n${textTable(header, rows)}`);
}
