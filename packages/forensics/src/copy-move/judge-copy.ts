import type { Plane } from "../raster/plane.ts";
import { mapX, mapY } from "./affine.ts";
import { pixelStates, tileSide } from "./compare-tile.ts";
import type { GrownCopy } from "./grow-copy.ts";
import { recursElsewhere } from "./look-for-recurrence.ts";
import { type CopyMeasures, measureCopy } from "./measure-copy.ts";
import { QuantizationNoise } from "./quantization-noise.ts";

/** A copy and how much it looks like a clone rather than a repetition of the scene. */
export interface JudgedCopy {
  readonly copy: GrownCopy;
  readonly measures: CopyMeasures;
  /** Other places of the image that are like the same region. */
  readonly otherPlaces: number;
  /** 0–2; 1 and above: a clone. Twice the probability of a clone at the base rate of the fit. */
  readonly score: number;
}

/** Coefficients of the measures in the log-odds of a clone. */
interface Weights {
  readonly bias: number;
  readonly tightness: number;
  readonly size: number;
  readonly solidity: number;
  readonly overlap: number;
  readonly distortion: number;
  readonly otherPlaces: number;
  readonly excess: number;
  readonly crowd: number;
}

/**
 * Logistic regression on the copies found in disc clones made by code from every second photograph of kodak24 and UCID
 * (36–116 px, turned, scaled, mirrored; some at 384 px; PNG or JPEG 70–99): 32 and 58 clones against 245 and 505
 * repetitions. For JPEGs each clone counts twice, once as a further compression would leave it (more difference, more
 * gaps); correlation then says nothing that the difference does not. The bias is lowered by about 1 so that a clone must
 * be clear.
 */
const losslessWeights: Weights = {
  bias: -8.1,
  tightness: 1.45,
  size: 0.83,
  solidity: 1.87,
  overlap: -8.2,
  distortion: -2,
  otherPlaces: -1.6,
  excess: -0.77,
  crowd: 0,
};
const compressedWeights: Weights = {
  bias: -0.5,
  tightness: 0,
  size: 1.23,
  solidity: 1.12,
  overlap: -15.8,
  distortion: -14.9,
  otherPlaces: -0.98,
  excess: -1.38,
  crowd: -0.77,
};
/**
 * In a file without loss, a clone that was neither turned nor scaled is equal to the last digit: a look-alike at the
 * same size and angle is a repetition.
 */
const uprightPenalty = 3;
/** Letters and lines agree by their edges, which leave little noise to tell a clone from the same word set twice. */
const twoTonePenalty = 1;
const uprightDegrees = 1.5;
const uprightScale = 0.03;
const uprightExcess = 2;

/** Beyond the sizes of the fit, a larger area says no more. */
const largestArea = 8000;
/** Share of the region that another copy has to hold to count as another place. */
const sharedPart = 0.3;
/** Pixels of a region that are looked up in the other copies, and copies that are judged, largest first. */
const correspondences = 500;
const mostJudged = 48;

/**
 * Judges all copies of an image together: a repetition seldom comes alone. Best first. What remains in a compressed file
 * is looked for once more, as the noise that tells a clone may be gone.
 */
export function judgeCopies(plane: Plane, copies: readonly GrownCopy[], quality: number): JudgedCopy[] {
  const noise = new QuantizationNoise(plane, quality);
  const judged = copies
    .slice(0, mostJudged)
    .map((copy) => judgeCopy(plane, copy, copies, noise, quality))
    .map((one) => {
      const isRepetition = one.score >= 1 && quality <= 100 && recursElsewhere(plane, one.copy);
      return isRepetition ? { ...one, otherPlaces: one.otherPlaces + 1, score: one.score / 2.1 } : one;
    });
  return judged.sort((a, b) => b.score - a.score);
}

function judgeCopy(
  plane: Plane,
  copy: GrownCopy,
  all: readonly GrownCopy[],
  noise: QuantizationNoise,
  quality: number,
): JudgedCopy {
  const measures = measureCopy(plane, copy, noise);
  const otherPlaces = otherPlacesOf(copy, all);
  const isLossless = quality > 100;
  const logit =
    logitOf(measures, otherPlaces, all.length, isLossless ? losslessWeights : compressedWeights) -
    (isLossless && isUprightLookAlike(measures) ? uprightPenalty : 0) -
    (measures.isTwoTone ? twoTonePenalty : 0);
  return { copy, measures, otherPlaces, score: 2 / (1 + Math.exp(-logit)) };
}

/** How many of the copies lead from a good part of one of them to a third place. */
export function otherPlacesOf(copy: GrownCopy, all: readonly GrownCopy[]): number {
  const pairs = correspondencesOf(copy);
  return all.filter((other) => other !== copy && isAnotherPlace(pairs, other)).length;
}

function isUprightLookAlike({ angle, scale, isMirrored, excess }: CopyMeasures): boolean {
  // A reflection about a vertical axis is one about a horizontal axis turned by 180°.
  const turn = isMirrored ? Math.min(Math.abs(angle), 180 - Math.abs(angle)) : Math.abs(angle);
  return turn < uprightDegrees && Math.abs(scale - 1) < uprightScale && excess > uprightExcess;
}

function logitOf(measures: CopyMeasures, otherPlaces: number, candidates: number, weights: Weights): number {
  return (
    weights.bias +
    weights.tightness * Math.min(4.5, -Math.log(1.001 - measures.quietCorrelation)) +
    weights.size * Math.log(Math.min(largestArea, measures.area) / 500) +
    weights.solidity * Math.min(3, -Math.log(1.02 - measures.solidity)) +
    weights.overlap * Math.min(0.5, measures.overlap) +
    weights.distortion * Math.min(0.5, Math.log(measures.anisotropy)) +
    weights.otherPlaces * Math.min(3, otherPlaces) +
    weights.excess * Math.log(0.05 + measures.excess) +
    weights.crowd * Math.log(candidates)
  );
}

/** Pixels of a region, evenly chosen, and where its copy has them: x, y, target x, target y in turn. */
function correspondencesOf({ tiles, map, area }: GrownCopy): Float64Array {
  const every = Math.max(1, Math.floor(area / correspondences));
  const found: number[] = [];
  let count = 0;
  for (const tile of tiles) {
    for (let i = 0; i < tile.states.length; i++) {
      if (tile.states[i] !== pixelStates.agrees || count++ % every !== 0) continue;
      const [x, y] = [tile.x + (i % tileSide), tile.y + Math.floor(i / tileSide)];
      found.push(x, y, mapX(map, x, y), mapY(map, x, y));
    }
  }
  return Float64Array.from(found);
}

/** Whether `other` leads from a good part of a region, or of its target, to a third place. */
function isAnotherPlace(pairs: Float64Array, other: GrownCopy): boolean {
  let shared = 0;
  for (let i = 0; i < pairs.length; i += 4) {
    const [x, y, tx, ty] = [pairs[i]!, pairs[i + 1]!, pairs[i + 2]!, pairs[i + 3]!];
    if (leadsElsewhere(other, x, y, tx, ty) || leadsElsewhere(other, tx, ty, x, y)) shared++;
  }
  return shared >= (sharedPart * pairs.length) / 4;
}

/** Whether a copy holds (x, y) and takes it neither there nor anywhere near (tx, ty). */
function leadsElsewhere(copy: GrownCopy, x: number, y: number, tx: number, ty: number): boolean {
  const tile = copy.tileAt(x, y);
  if (tile?.states[Math.floor(y - tile.y) * tileSide + Math.floor(x - tile.x)] !== pixelStates.agrees) return false;
  return Math.hypot(mapX(copy.map, x, y) - tx, mapY(copy.map, x, y) - ty) > 12;
}
