import type { Detector, ForensicImage, Heatmap, NotApplicable, Observation } from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { fileQuality } from "../jpeg/file-quality.ts";
import { notApplicable } from "../not-applicable.ts";
import { pixelRegion } from "../raster/pixel-region.ts";
import { lumaPlane } from "../raster/plane.ts";
import { backgroundDistance } from "./background-distance.ts";
import { cellStatistics } from "./cell-statistics.ts";
import discriminants from "./discriminants.json" with { type: "json" };
import { type DistanceLevels, findSplice, type SpliceReading } from "./find-splice.ts";
import { windowFeatures } from "./window-features.ts";

const smallestSide = 192;
/** Coarser JPEGs have erased the noise residual. */
const lowestQuality = 75;
/** From this quality on a JPEG counts as fine. */
const fineQuality = 90;
/** Pixels per side of a window. */
const windowSide = 64;
const fewestWindows = 60;
/** By kind of file. 17 untouched photographs of the half for choosing parameters stayed below the level of a call. */
const levels = {
  lossless: { called: 8, marked: 3.5 },
  fine: { called: 7.5, marked: 3.5 },
  coarse: { called: 6, marked: 3 },
} satisfies Record<string, DistanceLevels>;

/**
 * Noise residual: a region whose fine structure (camera, scaling, sharpening, noise reduction, earlier JPEG) is another
 * than that of the rest. Co-occurrences of the quantised high-pass residual as in Splicebuster; see `cellStatistics`,
 * `processDiscriminants` and `backgroundDistance`.
 *
 * The statistic is the squared distance that the most deviating twentieth of the windows reaches, over the level from which on
 * a region is called. The heat map has one cell per 8×8 to 32×32 pixels, by size of the image.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [noiseResidualDetector()] });
 */
export function noiseResidualDetector(): Detector {
  return {
    id: "noise-residual",
    version: "1.0.0",
    family: "noise",
    source: detectorSource("noiseResidualDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  const { raster, info } = image;
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  if (info.format === "gif") return notApplicable("A palette leaves no noise.");
  const quality = fileQuality(image, 0);
  if (quality < lowestQuality)
    return notApplicable(`The JPEG quality of about ${quality} is below ${lowestQuality}: its noise is gone.`);
  const side = cellSide(raster);
  const kind = kindOf(image, quality);
  const windows = windowFeatures(cellStatistics(lumaPlane(raster), side), windowSide / side);
  const background = backgroundDistance(windows, discriminants[kind]);
  if (background.judged < fewestWindows)
    return notApplicable("Too little of the image is free of clipped and artificially flat parts.");
  return observation(raster, side, findSplice(windows, background, levels[kind]), levels[kind]);
}

/** What a file keeps of the noise residual; WebP and AVIF do not tell how much they lost. */
function kindOf({ info }: ForensicImage, quality: number): keyof typeof levels {
  if (info.format === "png" || info.format === "tiff") return "lossless";
  return info.format === "jpeg" && quality >= fineQuality ? "fine" : "coarse";
}

/** Steps of the windows: larger images get larger steps, so that the number of windows stays in the ten thousands. */
function cellSide({ width, height }: ForensicImage["raster"]): number {
  const megapixels = (width * height) / 1e6;
  if (megapixels <= 1) return 8;
  return megapixels <= 6 ? 16 : 32;
}

function observation(
  raster: ForensicImage["raster"],
  side: number,
  reading: SpliceReading,
  { called, marked }: DistanceLevels,
): Observation {
  const { splice, deviation } = reading;
  const region = splice && pixelRegion(splice, side, raster, confidenceOf(meanDistance(reading, splice), marked));
  return {
    applicable: true,
    statistic: deviation / called,
    heatmap: heatmapOf(raster, side, reading, marked),
    regions: region ? [region] : [],
    findings: region
      ? [
          {
            code: "noise-residual-foreign",
            claim:
              "A region has another fine structure than the rest of the image: another camera or other processing.",
            direction: "forged",
            limitation: "Strong blur, fine repeated patterns and local retouching differ from the rest as well.",
            overturned_by:
              "The untouched original with the same region in it, or an innocent local edit that explains it.",
            region,
          },
        ]
      : [],
    measurements: { deviation },
  };
}

function meanDistance({ distance }: SpliceReading, { cells, area }: { cells: Int32Array; area: number }): number {
  return cells.reduce((sum, cell) => sum + distance[cell]!, 0) / area;
}

/** 0.5 at the threshold, rising to 1. Not a probability. */
function confidenceOf(distance: number, threshold: number): number {
  return distance / (distance + threshold);
}

/** Above 0.5 inside the splice alone; elsewhere graded below it. */
function heatmapOf(
  raster: ForensicImage["raster"],
  side: number,
  { width, height, distance, splice }: SpliceReading,
  threshold: number,
): Heatmap {
  const [columns, rows] = [Math.ceil(raster.width / side), Math.ceil(raster.height / side)];
  const data = new Float32Array(columns * rows);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data[y * columns + x] = Math.min(0.5, confidenceOf(distance[y * width + x]!, threshold));
  for (const cell of splice?.cells ?? [])
    data[Math.floor(cell / width) * columns + (cell % width)] = confidenceOf(distance[cell]!, threshold);
  return { width: columns, height: rows, scale: side, data };
}
