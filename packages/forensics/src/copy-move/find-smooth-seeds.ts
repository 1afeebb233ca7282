import type { Plane } from "../raster/plane.ts";
import { type Affine, mapX, mapY } from "./affine.ts";
import { type Alignment, alignPatch } from "./align-patch.ts";
import { type Seed, seedFrom, withSupport } from "./find-seeds.ts";
import { fitNodeMatches } from "./fit-node-matches.ts";
import { matchMoments } from "./match-moments.ts";
import { momentField } from "./moment-field.ts";
import { pseudoRandom } from "./pseudo-random.ts";
import type { QuantizationNoise } from "./quantization-noise.ts";
import { sampleCubic } from "./sample-plane.ts";
import { reduced, smoothed, withoutMean } from "./smooth-band.ts";
import { discRadius } from "./zernike-moments.ts";

/** Pixels of the plane that is searched, about, and most pixels that are taken together along a side. */
const searchedPixels = 500_000;
const largestPitch = 8;
/**
 * Root mean square of a disc: below, compression leaves nothing (of means of pixels, it leaves as much less as there is
 * less noise); above, the keypoints see enough. Grey values.
 */
const leastDeviation = 0.25;
const mostDeviation = 4;
/** Discs do not overlap with their matches. */
const leastDistance = 2 * discRadius + 4;
const mostAligned = 400;
/** Half a side of the patch that is aligned, in pixels of the searched plane. */
const patchRadius = 10;
const leastCorrelation = 0.6;
/** Mean square difference of the patches over what compression leaves. */
const largestExcess = 10;

/**
 * Seeds in smooth areas: where the moments of discs are taken to another place by one similarity, and the pixels there
 * agree. The search runs on means of pixels in large images, the agreement is that of the unscaled ones.
 *
 * @param band The image without its finest detail and its local mean.
 * @param noise What compression leaves of the band.
 */
export function findSmoothSeeds(plane: Plane, band: Plane, noise: QuantizationNoise, leastShift: number): Seed[] {
  const pitch = searchPitch(plane);
  const searched = pitch === 1 ? band : withoutMean(smoothed(reduced(plane, pitch)));
  const field = momentField(searched, leastDeviation / pitch, mostDeviation);
  const matches = matchMoments(field, Math.max(leastDistance, leastShift / pitch), pseudoRandom());
  const seeds: Seed[] = [];
  for (const { x, y, map } of fitNodeMatches(field, matches).slice(0, mostAligned)) {
    const aligned = alignedAround(searched, x, y, map, 1);
    if (!aligned) continue;
    const seed = pitch === 1 ? seedFrom({ x, y }, aligned) : unscaledSeed(band, x, y, aligned.map, pitch);
    if (seed && excessOf(band, noise, seed) <= largestExcess) seeds.push(seed);
  }
  return withSupport(seeds);
}

function unscaledSeed(band: Plane, x: number, y: number, map: Affine, pitch: number): Seed | undefined {
  const shift = (pitch - 1) / 2;
  const [px, py] = [pitch * x + shift, pitch * y + shift];
  const { a, b, d, e } = map;
  const start = {
    a,
    b,
    c: pitch * mapX(map, x, y) + shift - a * px - b * py,
    d,
    e,
    f: pitch * mapY(map, x, y) + shift - d * px - e * py,
  };
  const aligned = alignedAround(band, px, py, start, pitch);
  return aligned && seedFrom({ x: px, y: py }, aligned);
}

function searchPitch({ width, height }: Plane): number {
  return Math.max(1, Math.min(largestPitch, Math.ceil(Math.sqrt((width * height) / searchedPixels))));
}

/** Aligns the patch around a point; undefined if it does not agree. */
function alignedAround(plane: Plane, x: number, y: number, start: Affine, step: number): Alignment | undefined {
  const aligned = alignPatch(plane, patchAround(plane, Math.round(x), Math.round(y), step), start);
  if (!aligned || aligned.correlation < leastCorrelation) return undefined;
  const moved = Math.hypot(mapX(aligned.map, x, y) - mapX(start, x, y), mapY(aligned.map, x, y) - mapY(start, x, y));
  return moved <= 4 * step ? aligned : undefined;
}

/** Mean square difference of the two places over what compression leaves of both. */
function excessOf({ width, height, data }: Plane, noise: QuantizationNoise, { x, y, map }: Seed): number {
  let [squares, expected, count] = [0, 0, 0];
  for (let py = Math.round(y) - patchRadius; py <= y + patchRadius; py++) {
    for (let px = Math.round(x) - patchRadius; px <= x + patchRadius; px++) {
      const [tx, ty] = [mapX(map, px, py), mapY(map, px, py)];
      const isInside = px >= 0 && py >= 0 && px < width && py < height;
      if (!isInside || tx < 1 || ty < 1 || tx >= width - 2 || ty >= height - 2) continue;
      squares += (data[py * width + px]! - sampleCubic(data, width, tx, ty)) ** 2;
      expected += noise.at(px, py) + noise.at(Math.round(tx), Math.round(ty));
      count++;
    }
  }
  return count === 0 ? Infinity : squares / expected;
}

/** A square grid of whole pixels inside the image. */
function patchAround({ width, height }: Plane, x: number, y: number, step: number): Int32Array {
  const points = new Int32Array(2 * (2 * patchRadius + 1) ** 2);
  let count = 0;
  for (let v = -patchRadius; v <= patchRadius; v++) {
    for (let u = -patchRadius; u <= patchRadius; u++) {
      const [px, py] = [x + u * step, y + v * step];
      if (px < 1 || py < 1 || px >= width - 1 || py >= height - 1) continue;
      points[count++] = px;
      points[count++] = py;
    }
  }
  return points.subarray(0, count);
}
