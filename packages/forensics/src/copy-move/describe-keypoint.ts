import type { Extremum } from "./find-extrema.ts";
import { blurOfLevel, scalesPerOctave } from "./scale-space.ts";

/** Numbers per descriptor: 4 × 4 cells of 8 directions. */
export const descriptorLength = 128;

const directionBins = 36;
/** Samples per side of the patch that gives the orientation, and of the one that is described. */
const orientationSide = 17;
const patchSide = 16;
/** Sample distance in units of the keypoint's blur: cells of 3 σ, as in Lowe's own program, four samples each. */
const spacing = 0.75;
/** Lowe's limit against large gradients from illumination. */
const largestShare = 0.2;

const samples = new Float32Array((patchSide + 3) * (patchSide + 3));

const directions = new Float64Array(directionBins);
const orientationWindow = gaussianWindow(orientationSide, orientationSide / 4);
const patchWindow = gaussianWindow(patchSide, patchSide / 2);

/** A square of weights around its middle, row-major. */
function gaussianWindow(side: number, sigma: number): Float64Array {
  const middle = (side - 1) / 2;
  return Float64Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) - middle, Math.floor(i / side) - middle];
    return Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
  });
}

/** Main directions of the gradients around an extremum, radians; two at most (Lowe 2004, section 5). */
export function orientationsOf(extremum: Extremum): number[] {
  const blur = blurOfLevel(extremum.level);
  const side = orientationSide;
  samplePatch(extremum, 0, side + 2, blur * spacing * 0.75);
  const histogram = directions.fill(0);
  for (let v = 1; v <= side; v++) {
    for (let u = 1; u <= side; u++) {
      const i = v * (side + 2) + u;
      const dx = samples[i + 1]! - samples[i - 1]!;
      const dy = samples[i + side + 2]! - samples[i - side - 2]!;
      const bin = (Math.atan2(dy, dx) / (2 * Math.PI) + 1) * directionBins;
      const weight = orientationWindow[(v - 1) * side + u - 1]!;
      histogram[Math.floor(bin) % directionBins]! += weight * Math.sqrt(dx * dx + dy * dy);
    }
  }
  smooth(histogram);
  smooth(histogram);
  return peaksOf(histogram);
}

/** Replaces the values of a ring by weighted means of three. */
function smooth(ring: Float64Array): void {
  const first = ring[0]!;
  let before = ring[ring.length - 1]!;
  for (let i = 0; i < ring.length; i++) {
    const value = ring[i]!;
    ring[i] = (before + 2 * value + (i + 1 < ring.length ? ring[i + 1]! : first)) / 4;
    before = value;
  }
}

function peaksOf(histogram: Float64Array): number[] {
  const n = histogram.length;
  let most = 0;
  for (let i = 0; i < n; i++) most = Math.max(most, histogram[i]!);
  const peaks: { bin: number; value: number }[] = [];
  for (let i = 0; i < n; i++) {
    const value = histogram[i]!;
    const [before, after] = [histogram[(i + n - 1) % n]!, histogram[(i + 1) % n]!];
    if (value < 0.8 * most || value <= before || value < after) continue;
    peaks.push({ bin: i + 0.5 + (before - after) / (2 * (before + after - 2 * value)), value });
  }
  peaks.sort((a, b) => b.value - a.value);
  return peaks.slice(0, 2).map(({ bin }) => (2 * Math.PI * bin) / n);
}

/**
 * Writes the RootSIFT descriptor of a keypoint (length 1) and that of its mirror image, in which the patch's second
 * axis is reversed.
 *
 * Lowe 2004, section 6; Arandjelović and Zisserman, "Three things everyone should know to improve object retrieval",
 * CVPR 2012, section 3.
 */
export function describe(extremum: Extremum, angle: number, plain: Float32Array, mirrored: Float32Array): void {
  const side = patchSide + 2;
  samplePatch(extremum, angle, side, blurOfLevel(extremum.level) * spacing);
  plain.fill(0);
  for (let v = 0; v < patchSide; v++) {
    for (let u = 0; u < patchSide; u++) {
      const i = (v + 1) * side + u + 1;
      addGradient(plain, u, v, samples[i + 1]! - samples[i - 1]!, samples[i + side]! - samples[i - side]!);
    }
  }
  toRootSift(plain);
  for (let cell = 0; cell < 16; cell++) {
    const other = (3 - (cell >> 2)) * 4 + (cell & 3);
    for (let bin = 0; bin < 8; bin++) mirrored[other * 8 + ((8 - bin) & 7)] = plain[cell * 8 + bin]!;
  }
}

/** The two cells of a line of four that samples fall into, and their shares in each; a cell of −1 or 4 is none. */
const firstCell = Int32Array.from({ length: patchSide }, (_, u) => Math.floor((u + 0.5) / 4 - 0.5));
const firstShare = Float64Array.from(
  { length: patchSide },
  (_, u) => 1 - Math.abs((u + 0.5) / 4 - 0.5 - firstCell[u]!),
);
const secondShare = Float64Array.from(
  { length: patchSide },
  (_, u) => 1 - Math.abs((u + 0.5) / 4 - 0.5 - (firstCell[u]! + 1)),
);

function addGradient(histogram: Float32Array, u: number, v: number, dx: number, dy: number): void {
  const size = Math.sqrt(dx * dx + dy * dy) * patchWindow[v * patchSide + u]!;
  const direction = (Math.atan2(dy, dx) / (2 * Math.PI) + 1) * 8;
  const bin = Math.floor(direction);
  const binShare = direction - bin;
  const [left, top] = [firstCell[u]!, firstCell[v]!];
  const [low, high] = [bin & 7, (bin + 1) & 7];
  for (let below = 0; below < 2; below++) {
    const row = top + below;
    if (row < 0 || row > 3) continue;
    const sizeOfRow = size * (below === 0 ? firstShare[v]! : secondShare[v]!);
    const cell = (row * 4 + left) * 8;
    if (left >= 0) addShare(histogram, cell, sizeOfRow * firstShare[u]!, low, high, binShare);
    if (left < 3) addShare(histogram, cell + 8, sizeOfRow * secondShare[u]!, low, high, binShare);
  }
}

function addShare(
  histogram: Float32Array,
  cell: number,
  share: number,
  low: number,
  high: number,
  binShare: number,
): void {
  histogram[cell + low]! += share * (1 - binShare);
  histogram[cell + high]! += share * binShare;
}

function toRootSift(histogram: Float32Array): void {
  let [squares, sum] = [0, 0];
  for (const value of histogram) squares += value * value;
  const limit = largestShare * Math.sqrt(squares);
  for (let i = 0; i < histogram.length; i++) {
    histogram[i] = Math.min(limit, histogram[i]!);
    sum += histogram[i]!;
  }
  for (let i = 0; i < histogram.length; i++) histogram[i] = sum === 0 ? 0 : Math.sqrt(histogram[i]! / sum);
}

/** Bilinear samples of the level nearest to the extremum on a rotated square grid, edges repeated. */
function samplePatch(extremum: Extremum, angle: number, side: number, distance: number): void {
  const level = Math.max(0, Math.min(scalesPerOctave + 2, Math.round(extremum.level)));
  const { width, height, levels } = extremum.octave;
  const data = levels[level]!;
  const [ux, uy] = [distance * Math.cos(angle), distance * Math.sin(angle)];
  const { x: middleX, y: middleY } = extremum;
  const [right, bottom] = [width - 1.001, height - 1.001];
  const centre = (side - 1) / 2;
  for (let v = 0, i = 0; v < side; v++) {
    const q = v - centre;
    const [acrossX, acrossY] = [q * uy, q * ux];
    for (let u = 0; u < side; u++, i++) {
      const p = u - centre;
      const x = Math.max(0, Math.min(right, middleX + p * ux - acrossX));
      const y = Math.max(0, Math.min(bottom, middleY + p * uy + acrossY));
      // Towards 0 is down here.
      const left = x | 0;
      const top = y | 0;
      const fx = x - left;
      const fy = y - top;
      const j = top * width + left;
      const upper = data[j]! + fx * (data[j + 1]! - data[j]!);
      const lower = data[j + width]! + fx * (data[j + width + 1]! - data[j + width]!);
      samples[i] = upper + fy * (lower - upper);
    }
  }
}
