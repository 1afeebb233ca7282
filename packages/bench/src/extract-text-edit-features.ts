// Deviations of the cells of made-up pages, for fitting the text-edit detector, computed by the detector's own code.
//
//   node scripts/bootstrap.mjs run packages/bench/src/extract-text-edit-features.ts <folder> [first page] [last page]
//
// Writes a file of 32-bit floats for each picture of the half of the pages that `bench:text-edit` does not report on: 64
// numbers that begin with columns, rows, planes, forged (0 or 1), kind of save and page; the share of each cell that was
// forged; 1 where it has text; and the planes of `pageFeatures`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openForensicImage } from "@artguard/core/image";
import { fileQuality } from "../../forensics/src/jpeg/file-quality.ts";
import { lumaPlane } from "../../forensics/src/raster/plane.ts";
import { boxSum } from "../../forensics/src/text-edit/box-sums.ts";
import { cellSide, cellSums } from "../../forensics/src/text-edit/cell-sums.ts";
import { leastInk, pageFeatures } from "../../forensics/src/text-edit/page-features.ts";
import { textLayer } from "../../forensics/src/text-edit/text-layer.ts";
import { type DocumentCase, documentCases, documentSaves } from "./documents/document-cases.ts";

const headerLength = 64;
const [folder, first = "0", last = "95"] = process.argv.slice(2);
if (!folder) throw new Error("usage: extract-text-edit-features <folder> [first page] [last page]");
mkdirSync(folder, { recursive: true });
for (let index = Number(first); index <= Number(last); index++) {
  process.stderr.write(`\rpage ${index} of ${first}–${last} `);
  for await (const example of documentCases(index, 0)) {
    const save = documentSaves.indexOf(example.save);
    const name = `${index}-${save}-${example.kind.replace(" ", "-")}.bin`;
    writeFileSync(join(folder, name), await measured(example, [save, index]));
  }
}
process.stderr.write("\n");

async function measured(example: DocumentCase, labels: readonly number[]): Promise<Uint8Array> {
  const image = await openForensicImage(example.bytes);
  const luma = lumaPlane(image.raster);
  const layer = textLayer(luma);
  const cells = cellSums(image.raster, luma, layer);
  const planes = [...pageFeatures(luma, layer, cells, fileQuality(image))];
  const header = new Float32Array(headerLength);
  header.set([cells.columns, cells.rows, planes.length, example.kind === "untouched" ? 0 : 1, ...labels]);
  const text = boxSum(cells.sums.ink, cells.columns, [1, 1]).map((ink) => (ink >= leastInk ? 1 : 0));
  const arrays = [header, forgedShares(example, cells.columns, cells.rows), text];
  return Buffer.concat(
    [...arrays, ...planes.map(({ deviations }) => deviations)].map((values) => Buffer.from(values.buffer)),
  );
}

function forgedShares({ mask, width }: DocumentCase, columns: number, rows: number): Float32Array {
  const shares = new Float32Array(columns * rows);
  for (const [i, value] of mask.entries()) {
    if (value === 0) continue;
    const cell = Math.floor(Math.floor(i / width) / cellSide) * columns + Math.floor((i % width) / cellSide);
    shares[cell]! += 1 / cellSide ** 2;
  }
  return shares;
}
