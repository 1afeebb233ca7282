import type { Plane } from "../raster/plane.ts";
import { TileComparison } from "./compare-tile.ts";
import { findCopies } from "./find-copies.ts";
import { findSmoothSeeds } from "./find-smooth-seeds.ts";
import type { JudgedCopy } from "./judge-copy.ts";
import { judgeSmoothCopies, type SmoothLimits } from "./judge-smooth-copy.ts";
import { QuantizationNoise } from "./quantization-noise.ts";
import { bandRadius, passedPower, smoothed, withoutMean } from "./smooth-band.ts";

/** What resampling leaves is taken for what a compression of this quality does. */
const bestQuality = 95;
/** What compression leaves of a smooth area: shapes of a few pixels, which only larger windows tell apart. */
const comparison = new TileComparison({ boxRadius: bandRadius, windowRadius: 8, isResidualDifference: true });
/** Windows with less are plain, and brightness was taken out. */
const tolerance = { leastEnergy: 0.1, plainDifference: 0.5, leastCorrelation: 0.6, meanDifference: Infinity };
/** The band and the comparison take the mean out once each. */
const passed = passedPower(2);

/**
 * The dense search: copies in smooth areas, which have no keypoints, judged, best first.
 *
 * @param quality Of the JPEG; above 100 for files without loss.
 * @param limits What makes a clone of a copy; the default is the detector's.
 */
export function findSmoothCopies(
  plane: Plane,
  quality: number,
  leastShift: number,
  limits?: SmoothLimits,
): JudgedCopy[] {
  const band = withoutMean(smoothed(plane));
  const noise = new QuantizationNoise(plane, Math.min(quality, bestQuality), passed);
  const seeds = findSmoothSeeds(plane, band, noise, leastShift);
  return judgeSmoothCopies(band, findCopies(band, seeds, { comparison, tolerance, leastShift }), noise, limits);
}
