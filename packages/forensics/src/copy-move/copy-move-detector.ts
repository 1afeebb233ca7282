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
import { type Clone, type CloneReading, findClones } from "./find-clones.ts";
import type { PixelSet } from "./pixel-set.ts";

const smallestSide = 64;
/** A file compressed more coarsely than this repeats its own blocks. */
const lowestQuality = 50;
/** Share of neighbouring pixels with equal values from which on an image is a graphic: its parts recur by design. */
const mostEqual = 0.62;
const mostCells = 2_000_000;
/** Textured pixels from which on an exact copy leaves no other explanation than copying. */
const decisiveArea = 4000;
/** For formats that may lose detail and do not say how much, and JPEGs whose tables cannot be read. */
const assumedQuality = 85;
const losslessFormats: ReadonlySet<string> = new Set(["png", "tiff"]);

/** Options of {@link copyMoveDetector}. */
export interface CopyMoveOptions {
  /**
   * Also look densely for clones in areas without texture, such as skies, where keypoints see nothing; default false. Takes
   * 1 to 3 s more for 12 megapixels, relatively more for small pictures, and 8 bytes more per pixel.
   */
  readonly smoothAreas?: boolean;
}

/**
 * Copy-move: a region that occurs twice, shifted, turned, scaled or mirrored, noise included.
 *
 * Candidates come from windows that recur exactly (files without loss), from keypoints that look alike and, when these
 * find no clone and it was asked for, from a dense search in smooth areas; each is aligned, grown as long as the two places agree, and judged
 * by whether even the noise agrees. A repetition of the scene has noise of its own, often comes more than twice, and is
 * rarely free of gaps.
 *
 * The statistic is 1 or more for a clone (2 for an exact one), and between 0 and 1 for the most similar repetition. The
 * heat map marks both places. See `findExactSeeds`, `matchKeypoints`, `matchMoments` and `alignPatch` for
 * the sources.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [copyMoveDetector({ smoothAreas: true })] });
 */
export function copyMoveDetector({ smoothAreas = false }: CopyMoveOptions = {}): Detector {
  return {
    id: "copy-move",
    version: "1.0.0",
    family: "duplication",
    source: detectorSource("copyMoveDetector", { smoothAreas }),
    detect: (image) => detect(image, smoothAreas),
  };
}

function detect(image: ForensicImage, smoothAreas: boolean): Observation | NotApplicable {
  const { raster } = image;
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  const quality = qualityOf(image);
  if (quality < lowestQuality)
    return notApplicable(
      `The JPEG quality of about ${quality} is below ${lowestQuality}: its blocks resemble each other.`,
    );
  if (equalShare(image) > mostEqual)
    return notApplicable("Most neighbouring pixels are equal: in a graphic, parts recur by design.");
  return observation(image, findClones(raster, quality, { smoothAreas }));
}

/** Above 100 for files without loss. */
function qualityOf({ bytes, info }: ForensicImage): number {
  if (losslessFormats.has(info.format)) return 101;
  if (info.format !== "jpeg") return assumedQuality;
  try {
    return jpegStructureOf(bytes).quality.estimate;
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return assumedQuality;
    throw error;
  }
}

/** Share of the pixels of every second row that equal their right neighbour. */
function equalShare({ raster: { width, height, channels, data } }: ForensicImage): number {
  let [equal, count] = [0, 0];
  for (let y = 0; y < height; y += 2) {
    const end = ((y + 1) * width - 1) * channels;
    for (let i = y * width * channels; i < end; i += channels, count++) {
      let same = 1;
      for (let c = 0; c < channels; c++) if (data[i + c] !== data[i + channels + c]) same = 0;
      equal += same;
    }
  }
  return equal / count;
}

function observation(image: ForensicImage, reading: CloneReading): Observation {
  const { clones, best } = reading;
  const heatmap = emptyHeatmap(image);
  const regions: Region[] = [];
  for (const clone of clones) {
    for (const place of [clone.source, clone.target]) {
      paint(heatmap, place, confidenceOf(clone));
      const bounds = place.bounds();
      if (bounds) regions.push({ ...bounds, confidence: confidenceOf(clone) });
    }
  }
  const isDecisive = clones.some(({ isExact, area }) => isExact && area >= decisiveArea);
  return {
    applicable: true,
    statistic: reading.score,
    ...(isDecisive && { decisive: "copy-move" }),
    heatmap,
    regions,
    findings: clones.length > 0 ? [findingOf(clones[0]!, regions[0])] : [],
    measurements: {
      clones: clones.length,
      exact_clones: clones.filter(({ isExact }) => isExact).length,
      candidates: reading.candidates,
      candidate_area: best?.measures.area ?? 0,
      quiet_correlation: best?.measures.quietCorrelation ?? null,
      solidity: best?.measures.solidity ?? null,
      excess: best?.measures.excess ?? null,
      other_places: best?.otherPlaces ?? null,
    },
  };
}

/** Between 0.6 and 0.95. Not a probability. */
function confidenceOf({ score }: Clone): number {
  return Math.min(0.95, 0.6 + 0.25 * (score - 1));
}

function emptyHeatmap({ raster: { width, height } }: ForensicImage): Heatmap {
  const scale = Math.max(1, Math.ceil(Math.sqrt((width * height) / mostCells)));
  const [columns, rows] = [Math.ceil(width / scale), Math.ceil(height / scale)];
  return { width: columns, height: rows, scale, data: new Float32Array(columns * rows) };
}

function paint({ width, scale, data }: Heatmap, place: PixelSet, confidence: number): void {
  place.forEach((x, y) => {
    const cell = Math.floor(y / scale) * width + Math.floor(x / scale);
    data[cell] = Math.max(data[cell]!, confidence);
  });
}

function findingOf({ isExact, area, parts }: Clone, region: Region | undefined): ObservedFinding {
  const changes = [
    ...(parts.isMirrored ? ["mirrored"] : []),
    ...(Math.abs(parts.angle) >= 1 && !parts.isMirrored ? [`turned by ${Math.round(parts.angle)}°`] : []),
    ...(Math.abs(parts.scale - 1) >= 0.02 ? [`scaled by ${parts.scale.toFixed(2)}`] : []),
  ];
  const how = changes.length > 0 ? ` (${changes.join(", ")})` : "";
  return {
    code: "copy-move",
    claim: isExact
      ? `A region of about ${area} textured pixels occurs a second time, equal to the last digit.`
      : `A region of about ${area} textured pixels occurs a second time${how}, its noise included.`,
    direction: "forged",
    limitation:
      "Which of the two places is the original remains open; stitched, rendered and painted pictures can repeat pixels without intent.",
    overturned_by:
      "An earlier version of the picture in which the two places differ, or proof that the program that made it repeats pixels by itself.",
    ...(region && { region }),
  };
}

function notApplicable(reason: string): NotApplicable {
  return { applicable: false, reason };
}
