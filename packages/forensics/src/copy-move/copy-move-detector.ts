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
import { lumaPlane } from "../raster/plane.ts";
import { type MaskedBox, mapped, outlineOf } from "./copy-mask.ts";
import { findCopies } from "./find-copies.ts";
import type { Tolerance } from "./grow-copy.ts";
import { type CopyDemands, type JudgedCopy, judgeCopies } from "./judge-copy.ts";

const smallestSide = 64;
/** A file compressed more coarsely than this repeats its own blocks. */
const lowestQuality = 50;
/** Copies nearer than this are texture, pixels. */
const leastShift = 16;
/** Share of neighbouring pixels with equal values from which on an image is a graphic: its parts recur by design. */
const mostEqual = 0.62;
const cellsAtMost = 2_000_000;
const mostReported = 8;
/** Pixels from which on an exact copy with natural noise leaves no other explanation. */
const decisiveArea = 5000;

/**
 * Copy-move: a region that occurs twice, shifted, turned, scaled or mirrored, noise included.
 *
 * Candidates come from exact windows (files without loss) and from keypoints that look alike; each is aligned, grown as
 * long as the two places agree, and judged by whether even the noise agrees. A repetition of the scene has noise of its
 * own, often comes more than twice, and is rarely free of gaps. The statistic is 1 or more for a clone, and between 0
 * and 1 for the most similar repetition. See `findCopies`, `growCopy` and `judgeCopies` for the sources.
 */
export function copyMoveDetector(): Detector {
  return {
    id: "copy-move",
    version: "1.0.0",
    family: "duplication",
    source: detectorSource("copyMoveDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
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
  const copies = findCopies(raster, toleranceAt(quality), leastShift, quality > 100);
  return observation(image, judgeCopies(copies, demandsAt(quality)));
}

/** Above 100 for files without loss; JPEGs whose tables cannot be read count as good ones. */
function qualityOf({ bytes, info }: ForensicImage): number {
  if (info.format !== "jpeg") return losslessFormats.has(info.format) ? 101 : 90;
  try {
    return jpegStructureOf(bytes).quality.estimate;
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return 90;
    throw error;
  }
}
const losslessFormats: ReadonlySet<string> = new Set(["png", "tiff"]);

function toleranceAt(quality: number): Tolerance {
  const lossless = quality > 100;
  return {
    leastEnergy: lossless ? 0.3 : 1,
    plainDifference: 2,
    leastCorrelation: lossless ? 0.9 : 0.75,
    meanDifference: 4,
  };
}

function demandsAt(quality: number): CopyDemands {
  return quality > 100 ? { quietCorrelation: 0.96, area: 400 } : { quietCorrelation: 0.9, area: 600 };
}

/** Share of pixels equal to their right neighbour. */
function equalShare({ raster: { width, height, channels, data } }: ForensicImage): number {
  let [equal, count] = [0, 0];
  for (let y = 0; y < height; y += 2) {
    for (let i = y * width * channels; i < ((y + 1) * width - 1) * channels; i += channels, count++) {
      if (channels === 1 ? data[i] === data[i + 1] : data[i] === data[i + 3] && data[i + 1] === data[i + 4]) equal++;
    }
  }
  return equal / Math.max(1, count);
}

function observation(image: ForensicImage, judged: readonly JudgedCopy[]): Observation {
  const plane = lumaPlane(image.raster);
  const heatmap = emptyHeatmap(image);
  const regions: Region[] = [];
  const findings: ObservedFinding[] = [];
  const clones = judged.filter(({ score }) => score >= 1).slice(0, mostReported);
  for (const clone of clones) {
    const source = outlineOf(plane, clone.copy, 1 + 2 * clone.measures.difference);
    const target = mapped(source, clone.copy.map, plane);
    const confidence = confidenceOf(clone);
    for (const box of target ? [source, target] : [source]) {
      paint(heatmap, box, confidence);
      regions.push(boundsOf(box, confidence));
    }
    if (findings.length === 0) findings.push(findingOf(clone, regions.at(-1)!));
  }
  const [best] = judged;
  const isDecisive = clones.some(
    (clone) => clone.isExact && clone.measures.area >= decisiveArea && clone.otherPlaces === 0,
  );
  return {
    applicable: true,
    statistic: best?.score ?? 0,
    ...(isDecisive && { decisive: "copy-move" }),
    heatmap,
    regions,
    findings,
    measurements: {
      clones: clones.length,
      candidates: judged.length,
      area: best?.measures.area ?? 0,
      quiet_correlation: best?.measures.quietCorrelation ?? 0,
      solidity: best?.measures.solidity ?? 0,
      overlap: best?.measures.overlap ?? 0,
      other_places: best?.otherPlaces ?? 0,
    },
  };
}

/** Between 0.6 and 0.95. Not a probability. */
function confidenceOf({ score }: JudgedCopy): number {
  return Math.min(0.95, 0.6 + 0.25 * (score - 1));
}

function emptyHeatmap({ raster: { width, height } }: ForensicImage): Heatmap {
  const scale = Math.max(1, Math.ceil(Math.sqrt((width * height) / cellsAtMost)));
  const [columns, rows] = [Math.ceil(width / scale), Math.ceil(height / scale)];
  return { width: columns, height: rows, scale, data: new Float32Array(columns * rows) };
}

function paint(heatmap: Heatmap, box: MaskedBox, confidence: number): void {
  for (let v = 0, i = 0; v < box.height; v++) {
    const row = Math.floor((box.y + v) / heatmap.scale) * heatmap.width;
    for (let u = 0; u < box.width; u++, i++) {
      if (box.data[i] === 0) continue;
      const cell = row + Math.floor((box.x + u) / heatmap.scale);
      heatmap.data[cell] = Math.max(heatmap.data[cell]!, confidence);
    }
  }
}

function boundsOf(box: MaskedBox, confidence: number): Region {
  let [left, top, right, bottom] = [box.width, box.height, 0, 0];
  for (let i = 0; i < box.data.length; i++) {
    if (box.data[i] === 0) continue;
    const [x, y] = [i % box.width, Math.floor(i / box.width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  if (right < left) return { x: box.x, y: box.y, width: box.width, height: box.height, confidence };
  return { x: box.x + left, y: box.y + top, width: right - left + 1, height: bottom - top + 1, confidence };
}

function findingOf({ measures, isExact }: JudgedCopy, region: Region): ObservedFinding {
  const changes = [
    Math.abs(measures.angle) >= 1 && !measures.isMirrored && `turned by ${Math.round(measures.angle)}°`,
    Math.abs(measures.scale - 1) >= 0.02 && `scaled by ${measures.scale.toFixed(2)}`,
    measures.isMirrored && "mirrored",
  ].filter((change) => change !== false);
  const how = changes.length > 0 ? ` (${changes.join(", ")})` : "";
  return {
    code: "copy-move",
    claim: isExact
      ? `About ${measures.area} pixels occur a second time in the image, equal to the last digit.`
      : `About ${measures.area} pixels occur a second time in the image${how}, their noise included.`,
    direction: "forged",
    limitation:
      "Which of the two places is the original remains open; stitched panoramas, burst merging and drawn or rendered pictures can repeat pixels without intent.",
    overturned_by:
      "An original of the same scene in which the two places differ in their noise, or proof that the camera or program repeats pixels itself.",
    region,
  };
}

function notApplicable(reason: string): NotApplicable {
  return { applicable: false, reason };
}
