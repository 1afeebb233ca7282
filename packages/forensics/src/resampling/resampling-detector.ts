import type { Detector, ForensicImage, NotApplicable, Observation, ObservedFinding, Region } from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { fileQuality } from "../jpeg/file-quality.ts";
import { connectedRegions } from "../raster/connected-regions.ts";
import { lumaPlane, type Plane } from "../raster/plane.ts";
import { tileSide } from "../raster/spectral-peaks.ts";
import { findResampled, leastSignificance, type ResampledTiles, type ResamplingReading } from "./find-resampled.ts";
import { type CellBox, cellSide, locateTrace } from "./locate-trace.ts";
import { pairFrequency, type TilePeaks, tilePeaks } from "./tile-peaks.ts";

const smallestSide = 200;
/** Coarser quantisation wipes out the interpolation's trace. */
const lowestQuality = 90;
const largestPixels = 64e6;
/** Share of the tiles that can show a trace. */
const fewestTelling = 0.3;
/** Cells of 16 px that a reported region has at least: an area of about 64 × 64 px. */
const fewestCells = 16;

/**
 * Resampling: a region that was enlarged or turned leaves a periodic trace of its interpolation that the rest of the
 * image lacks. A trace over the whole image is history, not evidence. Peaks by `tilePeaks`, decision by `findResampled`.
 *
 * The statistic is −log10 of the expected number of peaks as strong as the strongest local one in an image without a
 * trace; 0 without one. The heat map has one cell per 16×16 pixels.
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
  return observation(plane, peaks, findResampled(peaks));
}

interface LocatedRegion {
  readonly source: ResampledTiles;
  readonly region: Region;
}

function observation(plane: Plane, peaks: TilePeaks, reading: ResamplingReading): Observation {
  const [columns, rows] = [Math.ceil(plane.width / cellSide), Math.ceil(plane.height / cellSide)];
  const data = new Float32Array(columns * rows);
  const located: LocatedRegion[] = [];
  for (const group of reading.local) {
    const region = mark(plane, peaks, group, data, columns);
    if (region) located.push({ source: group, region });
  }
  const findings = located.slice(0, 1).map(({ source, region }) => regionFinding(source, region));
  return {
    applicable: true,
    statistic: reading.strongestLocal,
    heatmap: { width: columns, height: rows, scale: cellSide, data },
    regions: located.map(({ region }) => region),
    findings: reading.whole === undefined ? findings : [...findings, wholeFinding(reading.whole)],
    measurements: {
      whole_image_frequency: reading.whole === undefined ? null : cyclesPerPixel(reading.whole),
      whole_image_share: reading.wholeShare,
      region_frequency: located[0] ? cyclesPerPixel(located[0].source.pair) : null,
    },
  };
}

/** Marks the cells with the trace inside the group's tiles; undefined when too few of them hang together. */
function mark(
  plane: Plane,
  peaks: TilePeaks,
  group: ResampledTiles,
  data: Float32Array,
  columns: number,
): Region | undefined {
  const box = boxOf(plane, peaks, group.tiles);
  const width = box.right - box.left;
  const [trace] = connectedRegions(locateTrace(plane, box, group.pair), width, box.bottom - box.top);
  if (!trace || trace.area < fewestCells) return undefined;
  const confidence = confidenceOf(group);
  for (const cell of trace.cells) {
    const at = (box.top + Math.floor(cell / width)) * columns + box.left + (cell % width);
    data[at] = Math.max(data[at]!, confidence);
  }
  const [x, y] = [(box.left + trace.x) * cellSide, (box.top + trace.y) * cellSide];
  return {
    x,
    y,
    width: Math.min(trace.width * cellSide, plane.width - x),
    height: Math.min(trace.height * cellSide, plane.height - y),
    confidence,
  };
}

function boxOf(plane: Plane, { layout }: TilePeaks, tiles: readonly number[]): CellBox {
  const xs = tiles.map((tile) => layout.columns[tile % layout.columns.length]!);
  const ys = tiles.map((tile) => layout.rows[Math.floor(tile / layout.columns.length)]!);
  return {
    left: Math.floor(Math.min(...xs) / cellSide),
    top: Math.floor(Math.min(...ys) / cellSide),
    right: Math.ceil(Math.min(plane.width, Math.max(...xs) + tileSide) / cellSide),
    bottom: Math.ceil(Math.min(plane.height, Math.max(...ys) + tileSide) / cellSide),
  };
}

/** Between 0.5 and 1, rising with the significance. Not a probability. */
function confidenceOf({ significance }: ResampledTiles): number {
  return 1 - 0.4 * (leastSignificance / significance);
}

/** Distance of the peak from the origin, folded into 0–½ per axis. */
function cyclesPerPixel(pair: number): number {
  const { u, v } = pairFrequency(pair);
  return Math.hypot(u, v) / tileSide;
}

function regionFinding({ pair }: ResampledTiles, region: Region): ObservedFinding {
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

function notApplicable(reason: string): NotApplicable {
  return { applicable: false, reason };
}
