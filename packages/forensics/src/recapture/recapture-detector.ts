import type { Detector, ForensicImage, NotApplicable, Observation, ObservedFinding } from "@artguard/core";
import { detectorSource } from "../detector-source.ts";
import { notApplicable } from "../not-applicable.ts";
import { lumaPlane } from "../raster/plane.ts";
import { fewestShowing, type RegularPattern, regularPatterns } from "./regular-patterns.ts";

const smallestSide = 256;
/** Directions that differ by less belong to one set of lines. In degrees. */
const leastAngle = 20;

/**
 * Recapture: is this a photograph or scan of a print or a screen? Reports the regular pattern of a halftone, of screen
 * pixels or of moiré, with period and direction. For display only: a reproduction is not a forgery.
 *
 * @example
 * const artguard = await createArtGuard({ detectors: [recaptureDetector()] });
 */
export function recaptureDetector(): Detector {
  return {
    id: "recapture",
    version: "1.0.0",
    family: "display",
    source: detectorSource("recaptureDetector"),
    detect,
  };
}

function detect({ raster, info }: ForensicImage): Observation | NotApplicable {
  if (Math.min(raster.width, raster.height) < smallestSide)
    return notApplicable(`The image is smaller than ${smallestSide} px.`);
  if (info.format === "gif") return notApplicable("A dithered palette has a pattern of its own.");
  const { patterns, telling } = regularPatterns(lumaPlane(raster));
  if (telling < fewestShowing) return notApplicable("Too little of the image has any contrast.");
  return {
    applicable: true,
    statistic: 0,
    regions: [],
    findings: patterns.length > 0 ? [finding(patterns)] : [],
    measurements: {
      pattern_periods_px: patterns.map(({ period }) => rounded(period)),
      pattern_directions_deg: patterns.map(({ direction }) => rounded(direction)),
      pattern_share: patterns[0]?.share ?? 0,
    },
  };
}

function finding(patterns: readonly RegularPattern[]): ObservedFinding {
  const [first] = patterns as readonly [RegularPattern];
  const second = patterns.find((pattern) => angleBetween(pattern, first) >= leastAngle);
  return {
    code: "regular-pattern",
    claim: second
      ? `A regular lattice lies over the image (${described(first)}; ${described(second)}), as the dots of a print or the pixels of a screen make.`
      : `Regular lines lie over the image (${described(first)}), as the moiré of a screen or a print makes.`,
    direction: "neutral",
    limitation:
      "Fabric, sensor interference and generated pictures can show the same; a reproduction is not a forgery.",
    overturned_by: "The scene itself being covered by such a pattern, for example a woven cloth.",
  };
}

function described({ period, direction }: RegularPattern): string {
  return `period ${period.toFixed(1)} px at ${Math.round(direction)}°`;
}

function angleBetween(a: RegularPattern, b: RegularPattern): number {
  const difference = Math.abs(a.direction - b.direction);
  return Math.min(difference, 180 - difference);
}

function rounded(value: number): number {
  return Math.round(10 * value) / 10;
}
