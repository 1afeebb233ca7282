import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp from "sharp";
import { type BenchCase, benchRows, isComparable, readCase, type Variant } from "../cases.ts";
import { documentCases, documentSaves } from "../documents/document-cases.ts";
import { cleanPhotographs, squareMask, syntheticCases, syntheticCasesEach } from "../synthetic-cases.ts";
import { editCount, localEdits } from "./local-edits.ts";

/**
 * How the pictures of a row serve as examples: never in a form whose format tells the class. CASIA files give their
 * class away by container facts alone, generated pictures by their size.
 */
function variantsOf({ set, task }: ManifestRow): readonly Variant[] {
  if (task === "ai-generated") return ["same-size"];
  if (task === "original") return ["as-is", "same-size"];
  return set.startsWith("casia") ? ["re-encoded", "messenger"] : ["as-is", "re-encoded", "messenger"];
}

/** Every second photograph of the first half: the forgeries made of one are many and alike. */
function examplePhotographs(data: DevelopmentData): ManifestRow[] {
  return cleanPhotographs(data, 0).filter((_, index) => index % 2 === 0);
}

function exampleRows(data: DevelopmentData): ManifestRow[] {
  return benchRows(data).filter(({ set }) => isComparable(set));
}

/** Made-up pages of text, others than the weights of `text-edit` were fitted on and `bench:text-edit` reports. */
const pages = { first: 100, count: 24 } as const;

/** Number of examples that {@link calibrationExamples} yields at most. */
export function exampleCount(data: DevelopmentData): number {
  const pictures = exampleRows(data).reduce((sum, row) => sum + variantsOf(row).length, 0);
  const documents = pages.count * 2 * documentSaves.length;
  return pictures + examplePhotographs(data).length * syntheticCasesEach + editCount(data) + documents;
}

/**
 * What calibration is fitted on: the labelled pictures, forgeries and controls made from photographs that never were
 * JPEGs, edits of untouched pictures, and made-up pages of text.
 */
export async function* calibrationExamples(data: DevelopmentData): AsyncGenerator<BenchCase> {
  for (const row of exampleRows(data)) for (const variant of variantsOf(row)) yield await readCase(data, row, variant);
  const photographs = examplePhotographs(data);
  for (const [index, row] of photographs.entries())
    yield* syntheticExamples(data, row, photographs[(index + 1) % photographs.length]!);
  yield* localEdits(data);
  for (let page = pages.first; page < pages.first + pages.count; page++) yield* documentExamples(page);
}

async function* documentExamples(page: number): AsyncGenerator<BenchCase> {
  for await (const { kind, save, group, bytes, width, height, mask } of documentCases(page, 0)) {
    const isForged = kind !== "untouched";
    const drawn = sharp(mask, { raw: { width, height, channels: 1 } }).png();
    yield {
      path: `documents/${group}/${save}, ${kind}`,
      variant: "as-is",
      set: "documents",
      task: "manipulation",
      group: `documents/${group}`,
      isForged,
      isMade: true,
      bytes,
      mask: isForged ? await drawn.toBuffer() : undefined,
    };
  }
}

async function* syntheticExamples(
  data: DevelopmentData,
  row: ManifestRow,
  donor: ManifestRow,
): AsyncGenerator<BenchCase> {
  let number = 0;
  for await (const { kind, isForged, bytes, square } of syntheticCases(data, row, donor)) {
    yield {
      path: `synthetic/${row.path}/${number++} ${kind}`,
      variant: "as-is",
      set: "synthetic",
      task: "manipulation",
      group: `synthetic/${row.path}`,
      isForged,
      isMade: true,
      bytes,
      mask: square && (await squareMask(bytes, square)),
    };
  }
}
