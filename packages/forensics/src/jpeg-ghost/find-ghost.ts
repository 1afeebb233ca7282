import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import { kthSmallest } from "../raster/kth-smallest.ts";
import type { Plane } from "../raster/plane.ts";
import { type RequantizationErrors, requantizationErrors } from "./requantization-error.ts";

/** A part of the image that was compressed before at a quality at which the rest was not. */
export interface Ghost {
  readonly quality: number;
  /** Mean log-ratio of the region below that of the rest, in nats; ≥ {@link leastDepth}. */
  readonly depth: number;
  readonly region: ConnectedRegion;
}

/** What the qualities say about an image. */
export interface GhostReading {
  /** Windows per row and per column. */
  readonly width: number;
  readonly height: number;
  /** Strongest first, one per quality at most. */
  readonly ghosts: readonly Ghost[];
  /** Qualities at which the whole image was compressed before. */
  readonly wholeImage: readonly number[];
  /** Share of the windows with enough texture to be judged, 0–1. */
  readonly activeShare: number;
}

/** Nats below the rest from which on a window counts as part of a ghost. */
const windowDepth = 0.7;
/** Mean nats below the rest that make a region a ghost: what texture does to a single compression stays below. */
const leastDepth = 1.5;
/** A region's own ratio must show the compression too, not only that the rest differs. */
const mostRatio = -0.6;
/** Median log-ratio below which the whole image was compressed at a quality. */
const wholeImageRatio = -1;
const smallestShare = 0.02;
const largestShare = 0.5;
/** Sum of squared differences of a window on the shifted grid below which it is too smooth to be judged. */
const leastError = 40;
const regularizer = 4;

/**
 * Looks for JPEG ghosts at each quality: where recompression changes the image far less on the grid of the file than
 * on one that is shifted by (4, 4), a compression at that quality is already in the past. The shifted grid takes the
 * place of the texture of the scene, which Farid's original difference image shows as well.
 *
 * Farid, "Exposing digital forgeries from JPEG ghosts", IEEE TIFS 4(1), 2009.
 */
export function findGhosts(plane: Plane, qualities: readonly number[]): GhostReading {
  const aligned = requantizationErrors(plane, 0, qualities);
  const shifted = requantizationErrors(plane, 4, qualities);
  const { width, height } = shifted;
  const ghosts: Ghost[] = [];
  const wholeImage: number[] = [];
  let activeShare = 0;
  for (const [index, quality] of qualities.entries()) {
    const active = activeWindows(shifted.data[index]!);
    activeShare = Math.max(activeShare, mean(active));
    const ratio = smoothed(logRatio(aligned, shifted, index, active), active, width, height);
    const median = medianWhere(ratio, active);
    if (median === undefined) continue;
    if (median < wholeImageRatio) {
      wholeImage.push(quality);
      continue;
    }
    const ghost = ghostAt(quality, ratio, median, active, width, height);
    if (ghost) ghosts.push(ghost);
  }
  return { width, height, ghosts: ghosts.sort((a, b) => b.depth - a.depth), wholeImage, activeShare };
}

function activeWindows(errors: Float32Array): Uint8Array {
  const active = new Uint8Array(errors.length);
  for (let i = 0; i < active.length; i++) active[i] = +(errors[i]! >= leastError);
  return active;
}

function logRatio(
  aligned: RequantizationErrors,
  shifted: RequantizationErrors,
  index: number,
  active: Uint8Array,
): Float32Array {
  const ratio = new Float32Array(active.length);
  for (let i = 0; i < ratio.length; i++) {
    // Both grids have the same windows; the aligned one may have a further column and row.
    const window = Math.floor(i / shifted.width) * aligned.width + (i % shifted.width);
    ratio[i] = Math.log((aligned.data[index]![window]! + regularizer) / (shifted.data[index]![i]! + regularizer));
  }
  return ratio;
}

/** Mean over the active windows among the 3 × 3 around each one; 0 without any. */
function smoothed(values: Float32Array, active: Uint8Array, width: number, height: number): Float32Array {
  const means = new Float32Array(values.length);
  for (let y = 0, i = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - 1), Math.min(height - 1, y + 1)];
    for (let x = 0; x < width; x++, i++) {
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      let sum = 0;
      let count = 0;
      for (let v = top; v <= bottom; v++) {
        for (let at = v * width + left, end = v * width + right; at <= end; at++) {
          if (active[at] === 0) continue;
          sum += values[at]!;
          count++;
        }
      }
      if (count > 0) means[i] = sum / count;
    }
  }
  return means;
}

function ghostAt(
  quality: number,
  ratio: Float32Array,
  median: number,
  active: Uint8Array,
  width: number,
  height: number,
): Ghost | undefined {
  const mask = new Uint8Array(ratio.length);
  let marked = 0;
  for (let i = 0; i < mask.length; i++) {
    if (active[i] === 0 || ratio[i]! >= mostRatio || ratio[i]! - median >= -windowDepth) continue;
    mask[i] = 1;
    marked++;
  }
  // No region can be larger than all of them together.
  if (marked < smallestShare * mask.length || marked > largestShare * mask.length) return undefined;
  const [region] = connectedRegions(mask, width, height);
  if (!region || region.area < smallestShare * mask.length) return undefined;
  const depth = median - region.cells.reduce((sum, cell) => sum + ratio[cell]!, 0) / region.area;
  return depth < leastDepth ? undefined : { quality, depth, region };
}

function mean(values: Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}

/** Undefined when fewer than a tenth of the windows are active. */
function medianWhere(values: Float32Array, active: Uint8Array): number | undefined {
  const chosen = new Float32Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (active[i] !== 0) chosen[count++] = values[i]!;
  return count < values.length / 10 ? undefined : kthSmallest(chosen.subarray(0, count), count >> 1);
}
