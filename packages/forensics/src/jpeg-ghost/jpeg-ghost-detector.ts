import type { Detector, ForensicImage, Heatmap, NotApplicable, Observation } from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { fileQuality } from "../jpeg/file-quality.ts";
import { notApplicable } from "../not-applicable.ts";
import { pixelRegion } from "../raster/pixel-region.ts";
import { lumaPlane } from "../raster/plane.ts";
import { findGhosts, type Ghost, type GhostReading } from "./find-ghost.ts";
import { windowSide } from "./requantization-error.ts";

const smallestSide = 192;
/** A file compressed more coarsely than this has lost the finer quantisation that a ghost consists of. */
const lowestQuality = 75;
/** Qualities are looked for this far below that of the file: nearer ones leave traces of the file's own compression. */
const leastStep = 4;
const firstQuality = 50;
const lastQuality = 95;
/** Less of the image in texture says nothing. */
const fewestActive = 0.1;

/**
 * JPEG ghosts: a region that was compressed before at a lower quality than the rest, on the same 8×8 grid. The
 * counterpart of double quantisation, which finds a region that lacks a compression. Also looks at files without loss
 * that hold such a region. See `findGhosts` for the source.
 *
 * The statistic is the depth of the strongest ghost in nats; 0 without one. The heat map has one cell per 16×16 pixels.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [jpegGhostDetector()] });
 */
export function jpegGhostDetector(): Detector {
  return {
    id: "jpeg-ghost",
    version: "1.0.0",
    family: "compression",
    source: detectorSource("jpegGhostDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  const { raster } = image;
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  const quality = fileQuality(image);
  if (quality < lowestQuality)
    return notApplicable(
      `The JPEG quality of about ${quality} is below ${lowestQuality}: earlier compressions are gone.`,
    );
  const reading = findGhosts(lumaPlane(raster), qualitiesBelow(quality));
  if (reading.activeShare < fewestActive) return notApplicable("Too little of the image has any texture.");
  return observation(image, reading);
}

function qualitiesBelow(quality: number): number[] {
  const last = Math.min(lastQuality, quality - leastStep);
  return Array.from({ length: Math.max(0, last - firstQuality + 1) }, (_, i) => firstQuality + i);
}

function observation({ raster }: ForensicImage, reading: GhostReading): Observation {
  const [ghost] = reading.ghosts;
  const region = ghost && pixelRegion(ghost.region, windowSide, raster, confidenceOf(ghost));
  return {
    applicable: true,
    statistic: ghost?.depth ?? 0,
    heatmap: heatmapOf(raster, reading, ghost),
    regions: region ? [region] : [],
    findings:
      ghost && region
        ? [
            {
              code: "jpeg-ghost",
              claim: `A region was compressed before at a JPEG quality near ${ghost.quality}, the rest was not.`,
              direction: "forged",
              limitation:
                "Pictures composed of several JPEGs, and smooth parts of coarse ones, show such regions without intent.",
              overturned_by:
                "An earlier version of the image without the region's content, or a ghost that follows flat or dark parts rather than an object.",
              region,
            },
          ]
        : [],
    measurements: {
      ghost_quality: ghost?.quality ?? null,
      earlier_qualities: reading.wholeImage.join(" "),
      active_share: reading.activeShare,
    },
  };
}

/** Between 0.5 and 1, rising with the depth of the ghost. Not a probability. */
function confidenceOf({ depth }: Ghost): number {
  return 1 - 0.5 / (1 + depth);
}

function heatmapOf(
  { width, height }: ForensicImage["raster"],
  reading: GhostReading,
  ghost: Ghost | undefined,
): Heatmap {
  const [columns, rows] = [Math.ceil(width / windowSide), Math.ceil(height / windowSide)];
  const data = new Float32Array(columns * rows);
  for (const cell of ghost?.region.cells ?? []) {
    const [x, y] = [cell % reading.width, Math.floor(cell / reading.width)];
    data[y * columns + x] = confidenceOf(ghost!);
  }
  return { width: columns, height: rows, scale: windowSide, data };
}
