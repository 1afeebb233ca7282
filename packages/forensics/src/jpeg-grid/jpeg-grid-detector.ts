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
import { notApplicable } from "../not-applicable.ts";
import { repeatsEveryEight } from "../raster/periodic-pattern.ts";
import { lumaPlane, type Plane } from "../raster/plane.ts";
import { type ForeignRegion, type GridReading, readGrids } from "./foreign-grids.ts";
import { rankWindows } from "./grid-votes.ts";
import { type RegionMask, regionMask } from "./region-mask.ts";

const smallestSide = 64;
/** Luma standard deviation below which an image counts as flat. */
const flat = 1;
/** Share of pixels at the ends of the range from which on nothing of a grid is left. */
const saturated = 0.95;
/** Share of pixels below which too few vote for anything to be said. */
const fewestVoters = 0.02;
const cell = 8;
/** From this false-alarm bound (log₁₀) on, a region decides alone; authentic pictures gave no region at all. */
const decisiveFalseAlarms = -20;
/** A decisive region lies in a picture with a grid of its own and shows hardly anything but the foreign one. */
const decisiveShare = 0.5;

/**
 * JPEG grids: a region that was pasted from another JPEG picture keeps its own 8×8 grid, which rarely fits that of the
 * rest. Looks at decoded pixels, so it also works on PNG, TIFF and WebP files that were JPEG before.
 *
 * A-contrario detection after ZERO: Nikoukhah, Anger, Colom, Morel, Grompone von Gioi, IPOL 11, 2021. A merely missing
 * grid is not reported.
 *
 * The statistic is −log₁₀ of the false-alarm bound of the most significant region; 0 without one. The heat map has one
 * cell per 8×8 pixels, 0 outside the regions.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [jpegGridDetector()] });
 */
export function jpegGridDetector(): Detector {
  return {
    id: "jpeg-grid",
    version: "1.0.0",
    family: "compression",
    source: detectorSource("jpegGridDetector"),
    detect,
  };
}

function detect({ raster }: ForensicImage): Observation | NotApplicable {
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  const luma = lumaPlane(raster);
  const { deviation, clippedShare } = luminance(luma);
  if (deviation < flat) return notApplicable("The image is nearly constant.");
  if (clippedShare > saturated) return notApplicable("The image is saturated nearly everywhere.");
  const reading = readGrids(rankWindows(luma));
  if (reading.votingShare < fewestVoters) return notApplicable("Too little of the image has any texture.");
  return observation(luma, reading);
}

function luminance({ data }: Plane) {
  let [sum, squares, clipped] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    sum += value;
    squares += value * value;
    clipped += +(value <= 1) + +(value >= 254);
  }
  const mean = sum / data.length;
  return {
    deviation: Math.sqrt(Math.max(0, squares / data.length - mean * mean)),
    clippedShare: clipped / data.length,
  };
}

function observation(luma: Plane, reading: GridReading): Observation {
  const found = reading.foreign
    .map((region) => ({ ...region, mask: regionMask(region), confidence: confidenceOf(region) }))
    .filter(({ mask }) => !repeatsEveryEight(luma, mask));
  const regions = found.map(({ mask: { x, y, width, height }, confidence }) => ({ x, y, width, height, confidence }));
  const best = found[0];
  return {
    applicable: true,
    statistic: best ? -best.log10FalseAlarms : 0,
    ...(best && isDecisive(best, reading) && { decisive: "foreign-jpeg-grid" }),
    heatmap: heatmapOf(luma, found),
    regions,
    findings: [...(best ? [foreignFinding(best, regions, reading.main)] : []), ...historyFindings(reading)],
    measurements: {
      main_grid: reading.main === undefined ? null : originOf(reading.main),
      log10_false_alarms_of_strongest_grid: reading.log10FalseAlarmsOfStrongest,
      voting_share: reading.votingShare,
      foreign_regions: found.length,
    },
  };
}

function isDecisive(region: ForeignRegion, { main }: GridReading): boolean {
  const density = region.votes / (region.width * region.height);
  return main !== undefined && region.log10FalseAlarms <= decisiveFalseAlarms && density >= decisiveShare;
}

/** Orders regions between 0.5 and 1: 1 − 1 / (2 − log₁₀ of the false-alarm bound). Not a probability. */
function confidenceOf({ log10FalseAlarms }: ForeignRegion): number {
  return 1 - 1 / (2 - log10FalseAlarms);
}

function foreignFinding(best: ForeignRegion, regions: readonly Region[], main: number | undefined): ObservedFinding {
  const exponent = Math.max(-300, Math.round(best.log10FalseAlarms));
  const rest = main === undefined ? "the rest has none" : `that of the rest starts at ${originOf(main)}`;
  const others = regions.length > 1 ? ` So do ${regions.length - 1} further regions.` : "";
  return {
    code: "foreign-jpeg-grid",
    claim: `A region shows a JPEG grid that starts at ${originOf(best.grid)}, while ${rest} (expected false alarms below 1e${exponent}).${others}`,
    direction: "forged",
    limitation:
      "Collages, screenshots, panoramas and logos composed of JPEG pictures show the same trace without intent to deceive.",
    overturned_by: "The layout of a collage, screenshot or panorama whose parts end where the region ends.",
    region: regions[0]!,
  };
}

function historyFindings({ main, earlier }: GridReading): ObservedFinding[] {
  const findings: ObservedFinding[] = [];
  if (earlier !== undefined && earlier !== main)
    findings.push({
      code: "earlier-jpeg-grid",
      claim: `A second JPEG grid, starting at ${originOf(earlier)}, lies over most of the image: it was cropped or moved and saved again.`,
      direction: "neutral",
      limitation: "Cropping and saving again is common and no sign of forgery.",
      overturned_by: "The file before the crop, if its own grid does not lie there.",
    });
  if (main !== undefined && main !== 0)
    findings.push({
      code: "shifted-jpeg-grid",
      claim: `The JPEG grid starts at ${originOf(main)} instead of (0, 0): the image was cropped after a JPEG compression.`,
      direction: "neutral",
      limitation: "Cropping is common and no sign of forgery.",
      overturned_by: "The file before the crop, if its own grid does not lie there.",
    });
  return findings;
}

function originOf(grid: number): string {
  return `(${grid & 7}, ${grid >> 3})`;
}

/** 0, raised to a region's confidence in proportion to the share of the cell that the region covers. */
function heatmapOf(luma: Plane, found: readonly { readonly mask: RegionMask; readonly confidence: number }[]): Heatmap {
  const width = Math.ceil(luma.width / cell);
  const height = Math.ceil(luma.height / cell);
  const data = new Float32Array(width * height);
  for (const { mask, confidence } of found) {
    const covered = new Uint8Array(width * height);
    for (let y = 0, i = 0; y < mask.height; y++) {
      const row = Math.floor((mask.y + y) / cell) * width;
      for (let x = 0; x < mask.width; x++, i++) covered[row + Math.floor((mask.x + x) / cell)]! += mask.data[i]!;
    }
    for (let i = 0; i < data.length; i++) data[i] = Math.max(data[i]!, (confidence * covered[i]!) / (cell * cell));
  }
  return { width, height, scale: cell, data };
}
