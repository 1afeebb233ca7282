import type { Detector, ForensicImage, Heatmap, NotApplicable, Observation, Region } from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { fileQuality } from "../jpeg/file-quality.ts";
import { notApplicable } from "../not-applicable.ts";
import { type DemosaicingReading, findUntraced } from "./find-untraced.ts";
import { cellSide, greenPrediction } from "./green-prediction.ts";

const formats = new Set<string>(["png", "tiff", "jpeg"]);
const smallestSide = 192;
/** Any coarser quantisation replaces the trace. */
const lowestQuality = 96;
/** Share of the cells whose texture can carry the trace. */
const fewestTextured = 0.2;
/** Nats: without a colour filter the median of an image stays below. */
const leastTrace = 0.3;
/** A trace that is missing in half of an image is none. */
const fewestTraced = 0.7;

/**
 * Demosaicing: a textured region without the chequerboard that the colour filter of the camera left in the rest. Only
 * pictures that were never scaled show it. See `greenPrediction` for the source.
 *
 * The statistic is the evidence of the largest region without the trace, in nats per cell times the square root of its
 * cells over 9; 0 without one. The heat map has one cell per 16×16 pixels.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [demosaicingDetector()] });
 */
export function demosaicingDetector(): Detector {
  return {
    id: "demosaicing",
    version: "1.0.0",
    family: "noise",
    source: detectorSource("demosaicingDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  const { raster, info } = image;
  if (raster.channels !== 3) return notApplicable("A grey image has no colour filter pattern.");
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  if (!formats.has(info.format))
    return notApplicable("Only PNG, TIFF and fine JPEG files keep a colour filter pattern.");
  if (fileQuality(image, 0) < lowestQuality)
    return notApplicable(`The JPEG quality is below ${lowestQuality}: it has replaced the colour filter pattern.`);
  const prediction = greenPrediction(raster);
  const reading = findUntraced(prediction);
  if (reading.texturedShare < fewestTextured) return notApplicable("Too little of the image has any texture.");
  if (reading.trace < leastTrace || reading.tracedShare < fewestTraced)
    return notApplicable("The image as a whole shows no colour filter pattern: it was scaled or processed.");
  return observation(raster, prediction.width, reading);
}

function observation(raster: ForensicImage["raster"], columns: number, reading: DemosaicingReading): Observation {
  const { regions: found, logLikelihoodRatio, trace } = reading;
  const evidence = found.map(({ cells, area }) => {
    const mean = cells.reduce((sum, cell) => sum + logLikelihoodRatio[cell]!, 0) / area;
    return mean * Math.sqrt(area / 9);
  });
  const regions = found.map(({ x, y, width, height }, i): Region => {
    const place = { x: 1 + x * cellSide, y: 1 + y * cellSide, width: width * cellSide, height: height * cellSide };
    return { ...place, confidence: confidenceOf(evidence[i]!) };
  });
  const [region] = regions;
  return {
    applicable: true,
    statistic: evidence[0] ?? 0,
    heatmap: heatmapOf(raster, columns, reading),
    regions,
    findings: region
      ? [
          {
            code: "demosaicing-missing",
            claim: "A textured region lacks the colour filter pattern that the rest of the image carries.",
            direction: "forged",
            limitation: "Local blur, sharpening and lens corrections of the camera or an editor remove it too.",
            overturned_by: "The camera's own file with the same region in it.",
            region,
          },
        ]
      : [],
    measurements: { trace, textured_share: reading.texturedShare, traced_share: reading.tracedShare },
  };
}

/** Between 0.5 and 1, rising with the evidence. Not a probability. */
function confidenceOf(evidence: number): number {
  return 1 - 0.5 / (1 + Math.max(0, evidence) / 5);
}

function heatmapOf(
  { width, height }: ForensicImage["raster"],
  cellsPerRow: number,
  { regions, logLikelihoodRatio }: DemosaicingReading,
): Heatmap {
  const [columns, rows] = [Math.ceil(width / cellSide), Math.ceil(height / cellSide)];
  const data = new Float32Array(columns * rows);
  for (const { cells } of regions)
    for (const cell of cells)
      data[Math.floor(cell / cellsPerRow) * columns + (cell % cellsPerRow)] = confidenceOf(logLikelihoodRatio[cell]!);
  return { width: columns, height: rows, scale: cellSide, data };
}
