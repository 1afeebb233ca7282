import {
  type Detector,
  type ForensicImage,
  isArtGuardError,
  type NotApplicable,
  type Observation,
  type Region,
} from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { jpegCoefficientsOf } from "../jpeg/jpeg-of.ts";
import type { CoefficientPlane } from "../jpeg/jpeg-structure.ts";
import { notApplicable } from "../not-applicable.ts";
import { pixelRegion } from "../raster/pixel-region.ts";
import { analyzeQuantization, type QuantizationAnalysis } from "./analyze-quantization.ts";
import { findRegions, type SingleQuantizedRegion } from "./find-regions.ts";
import { segment } from "./segment.ts";

/** Fewer blocks do not fill histograms. */
const fewestBlocks = 256;
/**
 * Nats per coefficient that a first compression must explain before its absence means anything. Spliced photographs
 * explain 0.12 and more; paintings and web images with longer histories, whose traces come and go, up to 0.11.
 */
const leastGain = 0.12;
/** Probability, before looking, that a block of a suspicious image was pasted. */
const pastedPrior = 0.3;
/** From this false-alarm bound (log₁₀) and fit on, one region decides alone. */
const decisiveFalseAlarms = -20;
const decisiveShare = 0.45;

/**
 * Double quantisation: a JPEG photograph that was edited and saved again carries the trace of two quantisations, except
 * where something was pasted or painted. Aligned grids; Bianchi & Piva, "Image forgery localization via block-grained
 * analysis of JPEG artifacts", IEEE TIFS 7(3), 2012, with the first quality found by joint maximum likelihood.
 *
 * The statistic is −log₁₀ of the false-alarm bound of the most convincing region; 0 without one. The heat map has one
 * cell per 8×8 block: the posterior probability that it was quantised once, below 0.5 wherever there is no region.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [doubleQuantizationDetector()] });
 */
export function doubleQuantizationDetector(): Detector {
  return {
    id: "double-quantization",
    version: "1.0.0",
    family: "compression",
    source: detectorSource("doubleQuantizationDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  if (image.info.format !== "jpeg") return notApplicable("The image is not a JPEG file.");
  const plane = lumaCoefficients(image.bytes);
  if ("reason" in plane) return plane;
  if (plane.blocksPerRow * plane.blocksPerColumn < fewestBlocks)
    return notApplicable("The image has too few 8×8 blocks.");
  const analysis = analyzeQuantization(plane, image.raster);
  const posterior = analysis && analysis.history.gain >= leastGain ? segment(analysis.map, pastedPrior) : null;
  const regions = analysis && posterior ? findRegions(analysis.map, posterior) : [];
  return observation(plane, analysis, posterior, regions, image);
}

function lumaCoefficients(bytes: Uint8Array): CoefficientPlane | NotApplicable {
  try {
    const { planes } = jpegCoefficientsOf(bytes);
    if (planes.length === 4) return notApplicable("The image is a CMYK JPEG file, whose first channel is not luma.");
    const [luma] = planes;
    return luma ?? notApplicable("The JPEG file has no luma.");
  } catch (error) {
    if (!isArtGuardError(error, "jpeg.")) throw error;
    return notApplicable(`The JPEG coefficients cannot be read: ${error.message}.`);
  }
}

function observation(
  plane: CoefficientPlane,
  analysis: QuantizationAnalysis | null,
  posterior: Float32Array | null,
  found: readonly SingleQuantizedRegion[],
  { raster }: ForensicImage,
): Observation {
  const history = analysis?.history;
  const isDouble = history !== undefined && history.gain >= leastGain;
  const best = found[0];
  const share = found.reduce((sum, { area }) => sum + area, 0) / (plane.blocksPerRow * plane.blocksPerColumn);
  const isDecisive = best !== undefined && best.logFalseAlarms <= decisiveFalseAlarms && share <= decisiveShare;
  const regions = found.map((region) => pixelRegion(region, 8, raster, confidenceOf(region, posterior!)));
  return {
    applicable: true,
    statistic: best ? -best.logFalseAlarms : 0,
    ...(isDecisive && { decisive: "single-quantized-region" }),
    heatmap: heatmapOf(plane, posterior, found),
    regions,
    findings: [
      ...(best ? [regionFinding(history!.firstQuality, best, regions[0]!)] : []),
      ...(isDouble && !best ? [resavedFinding(history.firstQuality)] : []),
    ],
    measurements: {
      first_quality: isDouble ? history.firstQuality : null,
      double_share: isDouble ? history.doubleShare : null,
      gain_nats_per_coefficient: history?.gain ?? 0,
      region_share: share,
    },
  };
}

function regionFinding(firstQuality: number, { logFalseAlarms }: SingleQuantizedRegion, region: Region) {
  const exponent = Math.max(-300, Math.round(logFalseAlarms));
  return {
    code: "single-quantized-region",
    claim: `The image was saved before at a JPEG quality near ${firstQuality}, but one region lacks that compression (expected false alarms below 1e${exponent}).`,
    direction: "forged" as const,
    limitation:
      "Any local edit before the last save leaves this trace, also a harmless one such as a caption or a border.",
    overturned_by:
      "An earlier save of the picture that already shows the region, or its maker's account of the caption, border or logo there.",
    region,
  };
}

function resavedFinding(firstQuality: number) {
  return {
    code: "saved-twice",
    claim: `The whole image was saved before at a JPEG quality near ${firstQuality}.`,
    direction: "neutral" as const,
    limitation: "Saving twice is common and no sign of forgery; edits before the first save leave no trace here.",
    overturned_by: "The camera's or scanner's own file, if it was written only once with these quantisation tables.",
  };
}

/** Posteriors inside the regions; elsewhere scaled below 0.5, so that the map marks what is reported and nothing else. */
function heatmapOf(plane: CoefficientPlane, posterior: Float32Array | null, regions: readonly SingleQuantizedRegion[]) {
  const data = new Float32Array(plane.blocksPerRow * plane.blocksPerColumn);
  if (posterior) for (let block = 0; block < data.length; block++) data[block] = 0.45 * posterior[block]!;
  for (const { cells } of regions) for (const block of cells) data[block] = posterior![block]!;
  return { width: plane.blocksPerRow, height: plane.blocksPerColumn, scale: 8, data };
}

/** The mean posterior of its blocks. */
function confidenceOf({ cells }: SingleQuantizedRegion, posterior: Float32Array): number {
  return Math.min(1, cells.reduce((sum, block) => sum + posterior[block]!, 0) / cells.length);
}
