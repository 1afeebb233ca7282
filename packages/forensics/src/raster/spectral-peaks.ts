import { SquareFft } from "./fft.ts";

/** Pixels per side of a tile, and frequencies per direction. */
export const tileSide = 128;
const area = tileSide * tileSide;
const wrap = tileSide - 1;
/** Bins on either side that make the background of a bin, and those next to it that a peak spreads over (Hann window). */
const reach = 6;
const spread = 2;
/** Multiples of 1/8 cycle per pixel: the JPEG grid and its harmonics; 1/2, the colour filter array, is one of them. */
const jpegHarmonic = tileSide / 8;

/** How much each frequency of a tile stands out. */
export type PeakRatios = Float32Array;

/**
 * Spectra of square tiles, each frequency as a ratio to the mean power around it: about exponentially distributed with
 * mean 1 where there is no peak. Frequencies (u, v) of 0…127 at 128·v + u, in cycles per 128 px, modulo 128.
 *
 * The background of the two axes is taken along them: horizontal and vertical edges make a cross in every spectrum.
 * Frequencies where both parts are multiples of 1/8, the nearest neighbours included, and the lowest ones have ratio 0.
 */
export class TileSpectra {
  readonly #fft = new SquareFft(tileSide);
  readonly #power = new Float64Array(area);
  readonly #sums = new Float64Array(area);
  readonly #near = new Float64Array(area);
  readonly #rows = new Float64Array(area);
  readonly #weights = judgedFrequencies();
  readonly #window = hannWindow();
  /** Weight of the ring around each frequency. */
  readonly #ring: Float64Array;
  readonly #axisCounts: Float64Array;

  constructor() {
    this.#ring = new Float64Array(area);
    this.#ringSums(Float64Array.from(this.#weights), this.#ring);
    this.#axisCounts = Float64Array.from({ length: tileSide }, (_, u) => axisSum(this.#weights, 0, u, 1));
  }

  /**
   * Two tiles in one transform, as real and imaginary part.
   *
   * @param first 128² samples, mean removed; not changed. @param second The same.
   * @param ratios Where the ratios of the two go.
   */
  analyze(
    first: Float64Array,
    second: Float64Array,
    [firstRatios, secondRatios]: readonly [PeakRatios, PeakRatios],
  ): void {
    const window = this.#window;
    const { real, imaginary } = this.#fft;
    for (let i = 0; i < area; i++) {
      real[i] = first[i]! * window[i]!;
      imaginary[i] = second[i]! * window[i]!;
    }
    this.#fft.transform();
    this.#separate(1);
    this.#ratios(firstRatios);
    this.#separate(-1);
    this.#ratios(secondRatios);
  }

  /** Power of the real (sign 1) or imaginary (−1) tile: of `X[k] ± conj X[−k]`; 0 where it is not judged. */
  #separate(sign: 1 | -1): void {
    const { real, imaginary } = this.#fft;
    const [weights, power] = [this.#weights, this.#power];
    for (let v = 0, i = 0; v < tileSide; v++) {
      const opposite = ((tileSide - v) & wrap) * tileSide;
      for (let u = 0; u < tileSide; u++, i++) {
        const j = opposite + ((tileSide - u) & wrap);
        const re = real[i]! + sign * real[j]!;
        const im = imaginary[i]! - sign * imaginary[j]!;
        power[i] = weights[i]! * (re * re + im * im);
      }
    }
  }

  #ratios(out: PeakRatios): void {
    const [power, weights, ring, sums] = [this.#power, this.#weights, this.#ring, this.#sums];
    this.#ringSums(power, sums);
    for (let i = 0; i < area; i++) out[i] = weights[i] === 0 ? 0 : quotient(power[i]! * ring[i]!, sums[i]!);
    for (let v = 0; v < tileSide; v++) {
      for (const u of axes) this.#axisRatio(out, v * tileSide + u, u, v, tileSide);
    }
    // Where the axes cross, the horizontal one prevails.
    for (const v of axes) {
      for (let u = 0; u < tileSide; u++) this.#axisRatio(out, v * tileSide + u, v * tileSide, u, 1);
    }
  }

  /** The ratio of a frequency on an axis, the `at`th of those at `from + stride·k`. */
  #axisRatio(out: PeakRatios, i: number, from: number, at: number, stride: number): void {
    if (this.#weights[i] === 0) return;
    out[i] = quotient(this.#power[i]! * this.#axisCounts[at]!, axisSum(this.#power, from, at, stride));
  }

  #ringSums(values: Float64Array, out: Float64Array): void {
    const near = this.#near;
    boxSums(values, reach, this.#rows, out);
    boxSums(values, spread, this.#rows, near);
    for (let i = 0; i < area; i++) out[i] = out[i]! - near[i]!;
  }
}

/** Frequencies on the axis across and beside it, where edges spread to. */
const axes = [0, 1, tileSide - 1] as const;

function quotient(a: number, b: number): number {
  return b > 0 ? a / b : 0;
}

/** Sum of the values at `from + stride·k` within `2·reach` of `at`, without the nearest ones. */
function axisSum(values: Float64Array, from: number, at: number, stride: number): number {
  let sum = 0;
  for (let d = spread + 1; d <= 2 * reach; d++) {
    sum += values[from + stride * ((at + d) & wrap)]! + values[from + stride * ((at - d) & wrap)]!;
  }
  return sum;
}

/** Sums over (2·radius + 1)² neighbours; the array goes on at its other end. */
function boxSums(values: Float64Array, radius: number, rows: Float64Array, out: Float64Array): void {
  for (let y = 0; y < tileSide; y++) runningSums(values, y * tileSide, radius, rows);
  // The same down all columns at once: a row of sums loses one row of values and gains another.
  const sums = columnSums.fill(0);
  for (let d = -radius; d <= radius; d++) addRow(rows, d & wrap, sums);
  for (let y = 0; y < tileSide; y++) {
    const [gained, lost] = [((y + radius + 1) & wrap) * tileSide, ((y - radius) & wrap) * tileSide];
    for (let x = 0; x < tileSide; x++) {
      out[y * tileSide + x] = sums[x]!;
      sums[x]! += rows[gained + x]! - rows[lost + x]!;
    }
  }
}

const columnSums = new Float64Array(tileSide);

function addRow(values: Float64Array, y: number, sums: Float64Array): void {
  for (let x = 0; x < tileSide; x++) sums[x]! += values[y * tileSide + x]!;
}

function runningSums(values: Float64Array, from: number, radius: number, out: Float64Array): void {
  let sum = 0;
  for (let d = -radius; d <= radius; d++) sum += values[from + (d & wrap)]!;
  for (let k = 0; k < tileSide; k++) {
    out[from + k] = sum;
    sum += values[from + ((k + radius + 1) & wrap)]! - values[from + ((k - radius) & wrap)]!;
  }
}

/** 1 for frequencies that are judged, 0 for the others. */
function judgedFrequencies(): Float64Array {
  const lowest = 6;
  return Float64Array.from({ length: area }, (_, i) => {
    const [u, v] = [signed(i % tileSide), signed(Math.floor(i / tileSide))];
    const isHarmonic = distanceToHarmonic(u) <= 1 && distanceToHarmonic(v) <= 1;
    return isHarmonic || u * u + v * v < lowest * lowest ? 0 : 1;
  });
}

function distanceToHarmonic(k: number): number {
  const rest = ((k % jpegHarmonic) + jpegHarmonic) % jpegHarmonic;
  return Math.min(rest, jpegHarmonic - rest);
}

/** A frequency of 0…127 as one of −64…63. */
export function signed(k: number): number {
  return k < tileSide / 2 ? k : k - tileSide;
}

function hannWindow(): Float64Array {
  const row = Float64Array.from(
    { length: tileSide },
    (_, x) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (x + 0.5)) / tileSide),
  );
  return Float64Array.from({ length: area }, (_, i) => row[i % tileSide]! * row[Math.floor(i / tileSide)]!);
}
