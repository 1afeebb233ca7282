import {
  type Detector,
  type ForensicImage,
  type Heatmap,
  isArtGuardError,
  type NotApplicable,
  type Observation,
  type ObservedFinding,
  type Region,
} from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { jpegStructureOf } from "../jpeg/jpeg-of.ts";
import { connectedRegions } from "../raster/connected-regions.ts";
import { lumaPlane } from "../raster/plane.ts";
import { cellSize, preferredForgeryNetwork } from "./forgery-network.ts";
import { type ForgeryReading, readForgery } from "./read-forgery.ts";

/** Below this the network sees too few blocks to compare. */
const smallestSide = 96;
/** The network was trained on JPEGs from 70 on; a little below it still says something. */
const lowestQuality = 60;
/** Grey levels; less spread has no texture that could carry a trace. */
const leastDeviation = 2;
/** Cells of a region that is worth naming: 32×32 pixels. */
const smallestRegion = 16;
const mostRegions = 8;

/**
 * A small convolutional network of our own that marks manipulated regions, trained on forgeries made from openly
 * licensed pictures. Sees RGB through the first stages of an ImageNet network, high-pass residuals and statistics of the
 * 8×8 blocks, and compares every place with the whole image. One of `forensicDetectors()`.
 * See `docs/detection/learned.md` for its data, figures and limits.
 *
 * The statistic is the network's probability that the image is forged, 0–1; the heat map has one cell per 8×8 pixels.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [learnedDetector()] });
 */
export function learnedDetector(): Detector {
  return { id: "learned", version: "2.0.0", family: "learned", source: detectorSource("learnedDetector"), detect };
}

async function detect(image: ForensicImage, { signal }: { signal: AbortSignal }): Promise<Observation | NotApplicable> {
  const reason = whyNotApplicable(image);
  if (reason) return { applicable: false, reason };
  const network = await preferredForgeryNetwork();
  const reading = await readForgery(network, image.raster, { signal });
  const regions = regionsOf(reading, image.raster);
  const statistic = probability(reading.imageLogit);
  return {
    applicable: true,
    statistic,
    heatmap: heatmapOf(reading),
    regions,
    findings: statistic > 0.5 && regions[0] ? [finding(regions[0])] : [],
    measurements: { marked_share: markedShare(reading), runtime: network.runtime },
  };
}

function whyNotApplicable(image: ForensicImage): string | undefined {
  const { width, height } = image.raster;
  if (Math.min(width, height) < smallestSide) return `The image is smaller than ${smallestSide} px.`;
  const quality = qualityOf(image);
  if (quality < lowestQuality) return `The JPEG quality of about ${quality} is below ${lowestQuality}.`;
  if (deviation(lumaPlane(image.raster).data) < leastDeviation) return "The image has next to no texture.";
  return undefined;
}

/** 100 for files without loss, and for JPEGs whose tables cannot be read. */
function qualityOf({ bytes, info }: ForensicImage): number {
  if (info.format !== "jpeg") return 100;
  try {
    return jpegStructureOf(bytes).quality.estimate;
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return 100;
    throw error;
  }
}

function deviation(values: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
}

function probability(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function heatmapOf({ width, height, logits }: ForgeryReading): Heatmap {
  return { width, height, scale: cellSize, data: logits.map(probability) };
}

function markedShare({ logits }: ForgeryReading): number {
  let marked = 0;
  for (const logit of logits) if (logit > 0) marked++;
  return marked / logits.length;
}

/** Boxes of the connected cells above 0.5, the most confident first. */
function regionsOf({ width, height, logits }: ForgeryReading, raster: ForensicImage["raster"]): Region[] {
  const mask = Uint8Array.from(logits, (logit) => (logit > 0 ? 1 : 0));
  return connectedRegions(mask, width, height)
    .filter(({ area }) => area >= smallestRegion)
    .slice(0, mostRegions)
    .map((region) => {
      const [x, y] = [region.x * cellSize, region.y * cellSize];
      const total = region.cells.reduce((sum, cell) => sum + probability(logits[cell]!), 0);
      return {
        x,
        y,
        width: Math.min(region.width * cellSize, raster.width - x),
        height: Math.min(region.height * cellSize, raster.height - y),
        confidence: total / region.area,
      };
    })
    .sort((a, b) => b.confidence - a.confidence);
}

function finding(region: Region): ObservedFinding {
  return {
    code: "learned-forgery",
    claim: "A network trained on forgeries marks a region whose traces do not fit the rest of the image.",
    direction: "forged",
    limitation:
      "It knows only the kinds of forgery that it was trained on, and cannot say what was done; honest retouching looks the same.",
    overturned_by: "The original file, or an earlier copy that shows the same content in this region.",
    region,
  };
}
