import type { Detector, ForensicImage, Heatmap, NotApplicable, Observation, ObservedFinding } from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { fileQuality } from "../jpeg/file-quality.ts";
import { notApplicable } from "../not-applicable.ts";
import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import { pixelRegion } from "../raster/pixel-region.ts";
import { lumaPlane } from "../raster/plane.ts";
import { cellSide, cellSums } from "./cell-sums.ts";
import { alarmLevel, type EditEvidence, editEvidence, type Trait, traits } from "./edit-evidence.ts";
import { pageFeatures } from "./page-features.ts";
import { type TextLayer, textLayer } from "./text-layer.ts";
import { clutterOf, textLines } from "./text-lines.ts";

const smallestSide = 128;
/** Coarser quantisation makes edges and paper of its own. */
const lowestQuality = 50;
/** Scans are not larger; the evidence of a page needs about a byte and a half a pixel. */
const largestPixels = 64e6;
/** Contrast of ink in grey levels below which letters cannot be told from noise. */
const leastInkContrast = 40;
/**
 * What makes a page: photographs rarely have lines of like pieces, and never little else. Of the pages and photographs
 * that this was chosen on, all pages have 0.55 of their ink in lines, and the photographs on even ground 0.29.
 */
const page = { lines: 3, letters: 12, inkShare: 0.42, clutter: 0.045 } as const;
/** Cells of a region that is called: about a character. */
const fewestCells = 6;
/** Share of the cells that no edit fills: then the page is made of two kinds, and neither is the edit. */
const mostCells = 0.3;

/**
 * Edited text: a word, a number or a patch of paper whose grain, colour, edges or earlier JPEG compression is not that
 * of the rest of the page. Applies to pages of text only: dark or light letters in lines on even paper. See
 * `pageFeatures` for what is compared, and `editEvidence` for how it is added up.
 *
 * The statistic is the mean log-odds of the six most suspicious cells over the level of an alarm. The heat map has one
 * cell per 8×8 pixels; 0.5 lies at that level.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [textEditDetector()] });
 */
export function textEditDetector(): Detector {
  return {
    id: "text-edit",
    version: "1.0.0",
    family: "noise",
    source: detectorSource("textEditDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  const { raster, info } = image;
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  if (raster.width * raster.height > largestPixels)
    return notApplicable(`The image has more than ${largestPixels / 1e6} megapixels.`);
  if (info.format === "gif") return notApplicable("A palette changes paper and the edges of letters.");
  const quality = fileQuality(image);
  if (quality < lowestQuality)
    return notApplicable(`The JPEG quality of about ${quality} is below ${lowestQuality}: it has edges of its own.`);
  const luma = lumaPlane(raster);
  const layer = textLayer(luma);
  const reason = whyNoPage(layer);
  if (reason !== undefined) return notApplicable(reason);
  const cells = cellSums(raster, luma, layer);
  return observation(raster, editEvidence(cells, pageFeatures(luma, layer, cells, quality)));
}

function whyNoPage(layer: TextLayer): string | undefined {
  if (layer.inkContrast < leastInkContrast) return "Nothing stands out as letters do.";
  // The cheap question first: it turns most photographs away.
  if (clutterOf(layer) > page.clutter) return "The ground of the text is no even paper.";
  const { lines, letters, inkShare } = textLines(layer);
  if (lines < page.lines || letters < page.letters) return "The image has no lines of text.";
  return inkShare < page.inkShare ? "Most of what stands out is no text." : undefined;
}

function observation(raster: ForensicImage["raster"], evidence: EditEvidence): Observation {
  const { columns, rows, logOdds } = evidence;
  const mask = Uint8Array.from(logOdds, (value) => (value > alarmLevel ? 1 : 0));
  const called = connectedRegions(mask, columns, rows).filter(
    ({ area }) => area >= fewestCells && area <= mostCells * logOdds.length,
  );
  const strengthOf = ({ cells }: ConnectedRegion) =>
    cells.reduce((sum, cell) => sum + logOdds[cell]!, 0) / cells.length;
  const regions = called.sort((a, b) => strengthOf(b) - strengthOf(a));
  const boxes = regions.map((region) => pixelRegion(region, cellSide, raster, confidence(strengthOf(region))));
  const [strongest] = regions;
  const finding = strongest && { ...findingOf(leadingTraits(strongest, evidence)), region: boxes[0]! };
  return {
    applicable: true,
    statistic: statisticOf(logOdds),
    heatmap: heatmapOf(evidence, regions),
    regions: boxes,
    findings: finding ? [finding] : [],
    measurements: { regions: regions.length, marked_share: mask.reduce((sum, each) => sum + each, 0) / mask.length },
  };
}

/** Mean of the six highest log-odds, less the level of an alarm. */
function statisticOf(logOdds: Float32Array): number {
  const highest = logOdds.toSorted().subarray(-fewestCells);
  return highest.reduce((sum, value) => sum + value, 0) / highest.length - alarmLevel;
}

/** 0.5 at the level of an alarm. Not a probability that holds for other pages than those of the fit. */
function confidence(logOdds: number): number {
  return 1 / (1 + Math.exp(alarmLevel - logOdds));
}

/** Cells that are above the level, but in no region, stay just below 0.5. */
function heatmapOf({ columns, rows, logOdds }: EditEvidence, regions: readonly ConnectedRegion[]): Heatmap {
  const data = logOdds.map((value) => Math.min(0.499, confidence(value)));
  for (const { cells } of regions) for (const cell of cells) data[cell] = confidence(logOdds[cell]!);
  return { width: columns, height: rows, scale: cellSide, data };
}

/** The traits that say most, at most two of them. */
function leadingTraits({ cells }: ConnectedRegion, { parts }: EditEvidence): Trait[] {
  const sums = (Object.keys(parts) as Trait[]).map((trait) => ({
    trait,
    sum: cells.reduce((sum, cell) => sum + parts[trait][cell]!, 0),
  }));
  const [first, second] = sums.sort((a, b) => b.sum - a.sum);
  return [first!, second!].filter(({ sum }, i) => i === 0 || sum > 0.5 * first!.sum).map(({ trait }) => trait);
}

function findingOf(leading: readonly Trait[]): ObservedFinding {
  return {
    code: "text-edited",
    claim: `A part of the page differs from the rest of it, above all in ${leading.map((trait) => traits[trait]).join(" and ")}.`,
    direction: "forged",
    limitation:
      "Stamps, signatures, logos, form fields filled in by another program and paper glued on differ from a page in the same ways.",
    overturned_by: "The paper original, or another copy of the document with the same difference at that place.",
  };
}
