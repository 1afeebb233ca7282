import type { Detector, ForensicImage, NotApplicable, Observation } from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { ijgLumaTable } from "../jpeg/ijg-quality.ts";
import { blockDct } from "../raster/dct.ts";
import { lumaPlane, type Plane } from "../raster/plane.ts";

/** Quality of the recompression, as the tools that made these pictures known use it. */
const quality = 90;
const cell = 8;

/**
 * Error levels: how much a recompression at quality 90 changes each 8×8 block. For display only: the picture shows
 * texture rather than forgery (published and own figures are at or below chance), so it never enters the score, and its
 * values are shares of the image's largest change, not probabilities.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [errorLevelDetector()] });
 */
export function errorLevelDetector(): Detector {
  return {
    id: "error-level",
    version: "1.0.0",
    family: "display",
    source: detectorSource("errorLevelDetector"),
    detect,
  };
}

function detect({ raster }: ForensicImage): Observation | NotApplicable {
  if (Math.min(raster.width, raster.height) < cell)
    return { applicable: false, reason: `The image is smaller than ${cell} px.` };
  const data = errorLevels(lumaPlane(raster));
  const largest = data.reduce((most, value) => Math.max(most, value), 0);
  if (largest > 0) for (let i = 0; i < data.length; i++) data[i]! /= largest;
  const [width, height] = [Math.ceil(raster.width / cell), Math.ceil(raster.height / cell)];
  return {
    applicable: true,
    statistic: 0,
    heatmap: { width, height, scale: cell, data },
    regions: [],
    findings: [],
    measurements: { recompression_quality: quality },
  };
}

/** Root mean square change of every block's coefficients; blocks that overhang the image are left at 0. */
function errorLevels(plane: Plane): Float32Array {
  const [width, height] = [Math.ceil(plane.width / cell), Math.ceil(plane.height / cell)];
  const steps = ijgLumaTable(quality);
  const levels = new Float32Array(width * height);
  const coefficients = new Float64Array(64);
  for (let y = 0; y < Math.floor(plane.height / cell); y++) {
    for (let x = 0; x < Math.floor(plane.width / cell); x++) {
      blockDct(plane, x * cell, y * cell, coefficients);
      let sum = 0;
      for (let i = 0; i < 64; i++) {
        const rest = coefficients[i]! - steps[i]! * Math.round(coefficients[i]! / steps[i]!);
        sum += rest * rest;
      }
      levels[y * width + x] = Math.sqrt(sum / 64);
    }
  }
  return levels;
}
