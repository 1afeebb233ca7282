import type { Plane } from "../raster/plane.ts";
import { binomial, type Placement, warped } from "../raster/resample.ts";
import { accumulate, median, solve } from "./least-squares.ts";

/** Pixels in all steps together, and the bounds of their number: large pictures start near the end. */
const pixelsOfAllSteps = 3e6;
const [fewestSteps, mostSteps] = [4, 12];
/** A step that moves no pixel further than this ends the refinement. */
const smallestMove = 0.01;
/** Residuals beyond this many standard deviations weigh nothing: Tukey's biweight at 95 % efficiency. */
const tukey = 4.685;
/** Samples from which the spread of the residuals is taken. */
const spreadSamples = 4000;

/** A placement and how well it fits. */
export interface RefinedPlacement {
  readonly place: Placement;
  /** Correlation of the two pictures over what they share, leaving out what differs; −1…1. */
  readonly correlation: number;
}

/**
 * Refines where `image` lies in `original` by Gauss–Newton steps on the luma difference, with brightness and contrast as
 * two more unknowns. Tukey weights keep an edited part from pulling the rest along.
 *
 * Lucas, Kanade, "An iterative image registration technique", IJCAI 1981; forward compositional form as in Baker,
 * Matthews, "Lucas-Kanade 20 years on", IJCV 56(3), 2004, section 3.2.
 */
export function refinePlacement(image: Plane, original: Plane, start: Placement): RefinedPlacement {
  const target = binomial(image);
  const source = binomial(original);
  let place = start;
  let best: RefinedPlacement = { place, correlation: -1 };
  const steps = Math.max(fewestSteps, Math.min(mostSteps, Math.round(pixelsOfAllSteps / target.data.length)));
  for (let step = 0; step < steps; step++) {
    const view = warped(source, place, image.width, image.height);
    const fit = fitStep(target, view);
    if (!fit) break;
    if (fit.correlation > best.correlation) best = { place, correlation: fit.correlation };
    place = composed(place, fit.change);
    if (fit.move < smallestMove) break;
  }
  return best;
}

interface Step {
  /** Growth across, shift across, growth down, shift down: in pixels of the image from its centre. */
  readonly change: Float64Array;
  readonly correlation: number;
  /** Pixels that a corner moves by. */
  readonly move: number;
}

function fitStep(target: Plane, view: Plane): Step | undefined {
  const { width, height } = target;
  const { gain, bias, spread } = photometry(target, view);
  const matrix = new Float64Array(36);
  const right = new Float64Array(6);
  const row = new Float64Array(6);
  const sums = new Float64Array(6);
  const limit = tukey * spread;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, i = y * width + 1; x < width - 1; x++, i++) {
      const value = view.data[i]!;
      const residual = target.data[i]! - gain * value - bias;
      if (!(Math.abs(residual) < limit)) continue;
      const gx = (gain * (view.data[i + 1]! - view.data[i - 1]!)) / 2;
      const gy = (gain * (view.data[i + width]! - view.data[i - width]!)) / 2;
      if (Number.isNaN(gx + gy)) continue;
      const weight = (1 - (residual / limit) ** 2) ** 2;
      row[0] = gx * (x - width / 2);
      row[1] = gx;
      row[2] = gy * (y - height / 2);
      row[3] = gy;
      row[4] = value;
      row[5] = 1;
      accumulate(matrix, right, row, residual, weight);
      addMoments(sums, target.data[i]!, value, weight);
    }
  }
  // Levenberg's damping against directions in which the picture does not change.
  for (let i = 0; i < 6; i++) matrix[7 * i]! += 1e-6 * matrix[7 * i]! + 1e-9;
  const change = solve(matrix, right)?.subarray(0, 4);
  if (!change?.every(Number.isFinite)) return undefined;
  const move = Math.max(
    Math.abs(change[0]!) * (width / 2) + Math.abs(change[1]!),
    Math.abs(change[2]!) * (height / 2) + Math.abs(change[3]!),
  );
  // A leap beyond a tenth of the picture has left the basin that this linearisation describes.
  if (move > 0.1 * Math.max(width, height)) return undefined;
  const [growX, shiftX, growY, shiftY] = change as unknown as [number, number, number, number];
  return {
    // The centre of pixel x lies at x + 1/2.
    change: Float64Array.of(growX, shiftX - (growX * (width + 1)) / 2, growY, shiftY - (growY * (height + 1)) / 2),
    correlation: correlationOf(sums),
    move,
  };
}

/** `place` after the image's own coordinates were moved by `x + change[0]·x + change[1]`. */
function composed(place: Placement, change: Float64Array): Placement {
  return {
    scaleX: place.scaleX * (1 + change[0]!),
    offsetX: place.offsetX + place.scaleX * change[1]!,
    scaleY: place.scaleY * (1 + change[2]!),
    offsetY: place.offsetY + place.scaleY * change[3]!,
  };
}

/** Contrast and brightness between the pictures by medians, and the spread of what is left. */
function photometry(target: Plane, view: Plane): { gain: number; bias: number; spread: number } {
  const stride = Math.max(1, Math.floor(target.data.length / spreadSamples));
  const [a, b]: [number[], number[]] = [[], []];
  for (let i = 0; i < target.data.length; i += stride) {
    if (Number.isNaN(view.data[i]!)) continue;
    a.push(target.data[i]!);
    b.push(view.data[i]!);
  }
  const [middleA, middleB] = [median(Float32Array.from(a)), median(Float32Array.from(b))];
  const deviation = (values: number[], middle: number) =>
    median(Float32Array.from(values, (value) => Math.abs(value - middle)));
  const gain = Math.min(4, Math.max(0.25, (deviation(a, middleA) + 1) / (deviation(b, middleB) + 1)));
  const bias = middleA - gain * middleB;
  const rest = median(Float32Array.from(a, (value, i) => Math.abs(value - gain * b[i]! - bias)));
  return { gain, bias, spread: Math.max(1, 1.4826 * rest) };
}

function addMoments(sums: Float64Array, a: number, b: number, weight: number): void {
  sums[0]! += weight;
  sums[1]! += weight * a;
  sums[2]! += weight * b;
  sums[3]! += weight * a * a;
  sums[4]! += weight * b * b;
  sums[5]! += weight * a * b;
}

function correlationOf([weight, a, b, aa, bb, ab]: Float64Array): number {
  const [w, ma, mb] = [weight!, a! / weight!, b! / weight!];
  const variances = (aa! / w - ma * ma) * (bb! / w - mb * mb);
  return variances > 0 ? (ab! / w - ma * mb) / Math.sqrt(variances) : 0;
}
