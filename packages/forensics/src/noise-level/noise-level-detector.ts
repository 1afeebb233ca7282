import type { Detector, ForensicImage, Heatmap, NotApplicable, Observation } from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { fileQuality } from "../jpeg/file-quality.ts";
import { notApplicable } from "../not-applicable.ts";
import { pixelRegion } from "../raster/pixel-region.ts";
import { lumaPlane } from "../raster/plane.ts";
import { findNoiseRegions, type NoiseReading, type NoiseRegion } from "./find-noise-regions.ts";
import { windowNoise, windowSide } from "./window-noise.ts";

const smallestSide = 256;
/** Coarser quantisation sets noise to zero in one place and not in another. */
const lowestQuality = 95;
/** Share of the windows whose noise must be measurable. */
const fewestMeasured = 0.15;
/** Significance from which on a region is reported; scenes by themselves rarely reach it. */
const reportedSignificance = 24;

/**
 * Noise levels: a region with much more or less noise than the rest of the image at the same brightness and
 * texture. Of low weight: scenes have smooth and grainy parts of their own. Noise by `windowNoise`.
 *
 * The statistic is the significance of the strongest region (see `NoiseRegion`); 0 without one. The heat map has
 * one cell per 32×32 pixels and marks the reported regions.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [noiseLevelDetector()] });
 */
export function noiseLevelDetector(): Detector {
  return {
    id: "noise-level",
    version: "1.1.0",
    family: "noise",
    source: detectorSource("noiseLevelDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  const { raster, info } = image;
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  if (info.format === "gif") return notApplicable("A palette leaves no noise.");
  if (fileQuality(image, 0) < lowestQuality)
    return notApplicable(`The JPEG quality is below ${lowestQuality}: its noise is not that of the camera.`);
  const reading = findNoiseRegions(windowNoise(lumaPlane(raster)));
  if (reading.measuredShare < fewestMeasured)
    return notApplicable("Too little of the image is smooth enough to show its noise.");
  return observation(raster, reading);
}

function observation(raster: ForensicImage["raster"], reading: NoiseReading): Observation {
  const reported = reading.regions.filter(({ significance }) => significance >= reportedSignificance);
  const regions = reported.map((region) => pixelRegion(region, windowSide, raster, confidenceOf(region)));
  const [best] = reported;
  return {
    applicable: true,
    statistic: reading.regions[0]?.significance ?? 0,
    heatmap: heatmapOf(raster, reported),
    regions,
    findings: best
      ? [
          {
            code: "noise-inconsistent",
            claim: `A region has ${Math.exp(best.logRatio).toFixed(1)} times the noise of the rest of the image at the same brightness and texture.`,
            direction: "forged",
            limitation: "Smooth or grainy materials, local sharpening and noise reduction in the camera do the same.",
            overturned_by:
              "A surface there that is grainier or smoother by nature, or another shot by the same camera with the same difference.",
            region: regions[0]!,
          },
        ]
      : [],
    measurements: { noise_deviation: reading.deviation, measured_share: reading.measuredShare },
  };
}

/** Between 0.5 and 0.75: the cue is weak. Not a probability. */
function confidenceOf({ significance }: NoiseRegion): number {
  return 0.75 - 0.25 * (reportedSignificance / significance);
}

function heatmapOf({ width, height }: ForensicImage["raster"], reported: readonly NoiseRegion[]): Heatmap {
  const [columns, rows] = [Math.ceil(width / windowSide), Math.ceil(height / windowSide)];
  const windowsPerRow = Math.floor((width - 2) / windowSide);
  const data = new Float32Array(columns * rows);
  for (const region of reported)
    for (const cell of region.cells) {
      const [x, y] = [cell % windowsPerRow, Math.floor(cell / windowsPerRow)];
      data[y * columns + x] = confidenceOf(region);
    }
  return { width: columns, height: rows, scale: windowSide, data };
}
