import type {
  Detector,
  ForensicImage,
  Heatmap,
  NotApplicable,
  Observation,
  ObservedFinding,
  Raster,
  Region,
} from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { fileQuality } from "../jpeg/file-quality.ts";
import { notApplicable } from "../not-applicable.ts";
import { repeatsEveryEight } from "../raster/periodic-pattern.ts";
import { pixelRegion } from "../raster/pixel-region.ts";
import { lumaPlane, type Plane } from "../raster/plane.ts";
import { boundaryRanks, cellSide, cellsAlong, rim } from "./boundary-ranks.ts";
import { type BlockingReading, findInconsistencies, type Inconsistency } from "./find-inconsistencies.ts";

const smallestSide = 128;
/** A coarser last compression puts its own block boundaries above all earlier ones. */
const lowestQuality = 75;
/** Share of the cells that vote. */
const fewestVoting = 0.3;
/**
 * Strength from which on a region is reported. Of 72 images of one history made while this was chosen, none reached 1.4
 * by missing boundaries; of 65 originals none has a region of shifted ones.
 */
const leastStrength = { shifted: 2, missing: 2.5 } as const;

/**
 * Blocking artefacts: JPEG leaves steps at the boundaries of its 8×8 blocks. A region pasted from elsewhere has them in
 * other places; one that was enlarged, turned, smoothed or painted has lost them. Both are compared with the rest of the
 * image, the second with parts of like texture. Also works on PNG, TIFF and WebP files that were JPEG before. See
 * `boundaryRanks` and `findInconsistencies` for method and sources.
 *
 * Boundaries that are merely missing have innocent reasons: such a region is told, but not accused.
 *
 * The statistic is the strength of the strongest region of either kind; 0 without one. The heat map has one cell per
 * 8×8 pixels, above 0.5 where boundaries are shifted, below where they are missing.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [...forensicDetectors(), blockingDetector()] });
 */
export function blockingDetector(): Detector {
  return {
    id: "blocking",
    version: "1.0.0",
    family: "compression",
    source: detectorSource("blockingDetector"),
    detect,
  };
}

function detect(image: ForensicImage): Observation | NotApplicable {
  const { raster, info } = image;
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  if (info.format === "gif") return notApplicable("A palette makes steps of its own.");
  const quality = fileQuality(image);
  if (quality < lowestQuality)
    return notApplicable(
      `The JPEG quality of about ${quality} is below ${lowestQuality}: its own block boundaries hide earlier ones.`,
    );
  const luma = lumaPlane(raster);
  const reading = findInconsistencies(boundaryRanks(luma));
  if (reading.votingShare < fewestVoting) return notApplicable("Most of the image is flat: no boundary stands out.");
  return observation(luma, reading);
}

function observation(luma: Plane, reading: BlockingReading): Observation {
  const found = reading.inconsistencies.filter((each) => !repeatsEveryEight(luma, boxOf(each, luma)));
  const reported = found.filter(({ kind, strength }) => strength >= leastStrength[kind]);
  const shifted = reported.filter(({ kind }) => kind === "shifted");
  return {
    applicable: true,
    statistic: found[0]?.strength ?? 0,
    heatmap: heatmapOf(luma, reported),
    regions: shifted.map((each) => boxOf(each, luma)),
    findings: (["shifted", "missing"] as const).flatMap((kind) => {
      const strongest = reported.find((each) => each.kind === kind);
      return strongest ? [findingOf(strongest, boxOf(strongest, luma), reading)] : [];
    }),
    measurements: {
      main_grid: reading.main === undefined ? null : originOf(reading.main),
      voting_share: reading.votingShare,
      strongest_shifted: found.find(({ kind }) => kind === "shifted")?.strength ?? 0,
      strongest_missing: found.find(({ kind }) => kind === "missing")?.strength ?? 0,
    },
  };
}

function boxOf(found: Inconsistency, raster: Pick<Raster, "width" | "height">): Region {
  const offset = rim / cellSide;
  const cells = { ...found.region, x: found.region.x + offset, y: found.region.y + offset };
  return pixelRegion(cells, cellSide, raster, confidenceOf(found));
}

/** Rises with the strength: 0.5–1 where boundaries are shifted, 0–0.5 where they are missing. Not a probability. */
function confidenceOf({ kind, strength }: Inconsistency): number {
  const share = strength / (strength + 4);
  return kind === "shifted" ? 0.5 + 0.5 * share : 0.5 * share;
}

function heatmapOf({ width, height }: Plane, reported: readonly Inconsistency[]): Heatmap {
  const [columns, rows] = [Math.ceil(width / cellSide), Math.ceil(height / cellSide)];
  const inner = cellsAlong(width);
  const data = new Float32Array(columns * rows);
  for (const found of reported) {
    for (const cell of found.region.cells) {
      const at = (Math.floor(cell / inner) + 1) * columns + (cell % inner) + 1;
      data[at] = Math.max(data[at]!, confidenceOf(found));
    }
  }
  return { width: columns, height: rows, scale: cellSide, data };
}

function findingOf({ kind, grid }: Inconsistency, region: Region, { main }: BlockingReading): ObservedFinding {
  if (kind === "shifted") {
    const rest = main === undefined ? "the rest shows none" : `that of the rest starts at ${originOf(main)}`;
    return {
      code: "shifted-block-boundaries",
      claim: `Steps in a region follow an 8×8 grid that starts at ${originOf(grid!)}, while ${rest}.`,
      direction: "forged",
      limitation: "Collages, screenshots and panoramas made of JPEG pictures show the same without intent to deceive.",
      overturned_by: "The layout of a collage, screenshot or panorama whose parts end where the region ends.",
      region,
    };
  }
  return {
    code: "missing-block-boundaries",
    claim:
      "A region lacks the block boundaries of a JPEG compression that parts of like texture show: it was added later, resized or smoothed.",
    direction: "neutral",
    limitation:
      "Blur, local noise reduction and material of its own weaken block boundaries too: missing ones alone are no sign of forgery.",
    overturned_by: "A region that follows a material or depth of the scene, such as blurred background, not an object.",
    region,
  };
}

function originOf(grid: number): string {
  return `(${grid & 7}, ${grid >> 3})`;
}
