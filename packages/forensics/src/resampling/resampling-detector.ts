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
import { lumaPlane, type Plane } from "../raster/plane.ts";
import { tileSide } from "../raster/spectral-peaks.ts";
import { findResampled, leastSignificance, type ResampledRegion, type ResamplingReading } from "./find-resampled.ts";
import { cellSide } from "./locate-trace.ts";
import { pairFrequency, tilePeaks } from "./tile-peaks.ts";

const smallestSide = 200;
/** Coarser quantisation wipes out the interpolation's trace. */
const lowestQuality = 90;
const largestPixels = 64e6;
/** Share of the tiles that can show a trace. */
const fewestTelling = 0.3;

/**
 * Resampling: a region that was enlarged or turned leaves a periodic trace of its interpolation that the rest of the
 * image lacks. A trace over the whole image is history, not evidence. Peaks by `tilePeaks`, decision by `findResampled`.
 *
 * The statistic is −log10 of the expected number of peaks as strong as the strongest local one in an image without a
 * trace; 0 without one. The heat map has one cell per 16×16 pixels.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [resamplingDetector()] });
 */
export function resamplingDetector(): Detector {
  return {
    id: "resampling",
    version: "1.0.0",
    family: "noise",
    source: detectorSource("resamplingDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  const { raster } = image;
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  if (raster.width * raster.height > largestPixels)
    return notApplicable(`The image has more than ${largestPixels / 1e6} megapixels.`);
  if (image.info.format === "gif") return notApplicable("A palette hides how pixels were interpolated.");
  if (fileQuality(image) < lowestQuality)
    return notApplicable(`The JPEG quality is below ${lowestQuality}: traces of interpolation are gone.`);
  const plane = lumaPlane(raster);
  const peaks = tilePeaks(plane);
  const telling = peaks.telling.reduce((sum, value) => sum + value, 0);
  if (telling < fewestTelling * peaks.telling.length)
    return notApplicable("Most of the image is flat, saturated or too rough to show how it was interpolated.");
  return observation(plane, findResampled(plane, peaks));
}

function observation(plane: Plane, reading: ResamplingReading): Observation {
  const regions = reading.local.map((local) => pixelRegion(local.region, cellSide, plane, confidenceOf(local)));
  const [best] = reading.local;
  const findings = best ? [regionFinding(best, regions[0]!)] : [];
  return {
    applicable: true,
    statistic: reading.strongestLocal,
    heatmap: heatmapOf(plane, reading),
    regions,
    findings: reading.whole === undefined ? findings : [...findings, wholeFinding(reading.whole)],
    measurements: {
      whole_image_frequency: reading.whole === undefined ? null : cyclesPerPixel(reading.whole),
      whole_image_share: reading.wholeShare,
      region_frequency: best ? cyclesPerPixel(best.pair) : null,
    },
  };
}

function heatmapOf(plane: Plane, { local }: ResamplingReading): Heatmap {
  const [width, height] = [Math.ceil(plane.width / cellSide), Math.ceil(plane.height / cellSide)];
  const data = new Float32Array(width * height);
  for (const found of local)
    for (const cell of found.region.cells) data[cell] = Math.max(data[cell]!, confidenceOf(found));
  return { width, height, scale: cellSide, data };
}

/** Between 0.5 and 1, rising with the significance. Not a probability. */
function confidenceOf({ significance }: ResampledRegion): number {
  return 1 - 0.4 * (leastSignificance / significance);
}

/** Distance of the peak from the origin, folded into 0–½ per axis. */
function cyclesPerPixel(pair: number): number {
  const { u, v } = pairFrequency(pair);
  return Math.hypot(u, v) / tileSide;
}

function regionFinding({ pair }: ResampledRegion, region: Region): ObservedFinding {
  return {
    code: "region-resampled",
    claim: `A region carries a trace of interpolation (${cyclesPerPixel(pair).toFixed(3)} cycles per pixel in two directions) that the rest of the image lacks: it was enlarged or turned.`,
    direction: "forged",
    limitation: "Panoramas, lens correction and retouching of a part leave such a trace without intent.",
    overturned_by: "A regular pattern of the scene itself, such as a lattice or fabric, that fills the region.",
    region,
  };
}

function wholeFinding(pair: number): ObservedFinding {
  return {
    code: "image-resampled",
    claim: `The whole image was enlarged, turned or otherwise interpolated (trace at ${cyclesPerPixel(pair).toFixed(3)} cycles per pixel).`,
    direction: "neutral",
    limitation: "Resizing a picture is common and says nothing about its content.",
    overturned_by: "The original file in its first size.",
  };
}
