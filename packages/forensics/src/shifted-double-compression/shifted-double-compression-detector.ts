import type {
  Detector,
  ForensicImage,
  Heatmap,
  NotApplicable,
  Observation,
  ObservedFinding,
  Region,
} from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { fileQuality } from "../jpeg/file-quality.ts";
import { notApplicable } from "../not-applicable.ts";
import { pixelRegion } from "../raster/pixel-region.ts";
import { lumaPlane } from "../raster/plane.ts";
import { findShifted, type ShiftedReading, type ShiftedRegion } from "./find-shifted.ts";
import { mapCellSide } from "./locate-shifted.ts";
import { hypothesisAt } from "./shifted-periods.ts";

const smallestSide = 200;
/** A file compressed more coarsely has blurred the earlier steps. */
const lowestQuality = 70;
const largestPixels = 64e6;

/**
 * Shifted double compression: a region whose blocks were quantised on another grid than that of the file, as when a
 * piece of a JPEG is pasted. Over the whole image such a trace means that it was cropped, which is no evidence.
 * See `shiftedPeriodSums` for the source.
 *
 * The statistic is −log10 of the expected number of windows with a period as strong as the strongest local one in an
 * image without any; 0 without one. The heat map has one cell per 16×16 pixels.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [shiftedDoubleCompressionDetector()] });
 */
export function shiftedDoubleCompressionDetector(): Detector {
  return {
    id: "shifted-double-compression",
    version: "1.0.0",
    family: "compression",
    source: detectorSource("shiftedDoubleCompressionDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  const { raster } = image;
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  if (raster.width * raster.height > largestPixels)
    return notApplicable(`The image has more than ${largestPixels / 1e6} megapixels.`);
  if (image.info.format === "gif") return notApplicable("A palette hides the steps of an earlier compression.");
  const quality = fileQuality(image);
  if (quality < lowestQuality)
    return notApplicable(
      `The JPEG quality of about ${quality} is below ${lowestQuality}: earlier compressions are gone.`,
    );
  return observation(raster, findShifted(lumaPlane(raster)));
}

function observation(raster: ForensicImage["raster"], reading: ShiftedReading): Observation {
  const regions = reading.local.map((found) => pixelRegion(found.region, mapCellSide, raster, confidenceOf(found)));
  const [best] = reading.local;
  const findings = best ? [regionFinding(best, regions[0]!)] : [];
  return {
    applicable: true,
    statistic: reading.strongestLocal,
    heatmap: heatmapOf(raster, reading),
    regions,
    findings: reading.whole === undefined ? findings : [...findings, wholeFinding(reading.whole)],
    measurements: {
      whole_image_grid: reading.whole === undefined ? null : gridOf(reading.whole),
      region_grid: best ? gridOf(best.hypothesis) : null,
      region_dc_step: best ? hypothesisAt(best.hypothesis).step : null,
    },
  };
}

/** Position of a block corner within 8 × 8 pixels. */
function gridOf(hypothesis: number): string {
  const { grid } = hypothesisAt(hypothesis);
  return `(${grid & 7}, ${grid >> 3})`;
}

/** Between 0.5 and 1, rising with the significance. Not a probability. */
function confidenceOf({ significance }: ShiftedRegion): number {
  return 1 - 0.45 / (1 + 0.1 * significance);
}

function heatmapOf(raster: ForensicImage["raster"], { local }: ShiftedReading): Heatmap {
  const [width, height] = [Math.ceil(raster.width / mapCellSide), Math.ceil(raster.height / mapCellSide)];
  const data = new Float32Array(width * height);
  for (const found of local)
    for (const cell of found.region.cells) data[cell] = Math.max(data[cell]!, confidenceOf(found));
  return { width, height, scale: mapCellSide, data };
}

function regionFinding({ hypothesis }: ShiftedRegion, region: Region): ObservedFinding {
  return {
    code: "shifted-compression",
    claim: `A region was compressed before on a block grid shifted by ${gridOf(hypothesis)} px (DC step ${hypothesisAt(hypothesis).step}), the rest was not.`,
    direction: "forged",
    limitation: "Collages and pages that hold several JPEGs show such regions without intent.",
    overturned_by: "The source of the region in the same file history, such as a page composed of several pictures.",
    region,
  };
}

function wholeFinding(hypothesis: number): ObservedFinding {
  return {
    code: "image-cropped-resaved",
    claim: `The whole image was compressed before on a block grid shifted by ${gridOf(hypothesis)} px: it was cropped or moved and saved again.`,
    direction: "neutral",
    limitation: "Cropping is common and says nothing about what remains.",
    overturned_by: "The uncropped file.",
  };
}
