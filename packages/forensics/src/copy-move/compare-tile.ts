import type { Plane } from "../raster/plane.ts";
import type { Affine } from "./affine.ts";
import { sampleCubic } from "./sample-plane.ts";

/** Pixels per side of a tile of a growing region. */
export const tileSide = 32;

/** What a pixel of a tile is: the two places differ, hold nothing to compare, or agree. */
export const pixelStates = { differs: 0, plain: 1, agrees: 2 } as const;

/** How strictly two places are compared. */
export interface Tolerance {
  /** Least mean square of the residual in a window for it to count as texture, grey values². */
  readonly leastEnergy: number;
  /** Largest root mean square difference of windows without texture, grey values. */
  readonly plainDifference: number;
  /** Least correlation of the residuals of a window. */
  readonly leastCorrelation: number;
  /** Largest difference of the means of a window, grey values. */
  readonly meanDifference: number;
}

/** The detail that is compared. */
export interface Grain {
  /** Half a side of the box whose mean is taken out, pixels; what remains is the residual. */
  readonly boxRadius: number;
  /** Half a side of the window that is compared around each pixel. */
  readonly windowRadius: number;
  /** Whether differences are those of the residuals, so that light and shade do not count. */
  readonly isResidualDifference: boolean;
}

/** One tile: the states of its pixels and, for those that agree, correlation and energy of their windows. */
export interface CopyTile {
  readonly x: number;
  readonly y: number;
  readonly states: Uint8Array;
  readonly correlations: Float32Array;
  readonly energies: Float32Array;
  /** Mean square difference of the windows. */
  readonly differences: Float32Array;
  readonly agreeing: number;
}

/** Compares a tile with its image under a map, window by window. Its buffers are reused from tile to tile. */
export class TileComparison {
  readonly #boxRadius: number;
  readonly #windowRadius: number;
  readonly #isResidualDifference: boolean;
  /** Sides of what is read and of the residual. */
  readonly #outer: number;
  readonly #inner: number;
  readonly #here: Float32Array;
  readonly #there: Float32Array;
  readonly #valid: Uint8Array;
  readonly #hereResidual: Float32Array;
  readonly #thereResidual: Float32Array;
  /** Squares here and there, products, differences and their squares. */
  readonly #columnSums: Float64Array;
  readonly #boxColumns: Float64Array;
  readonly #states = new Uint8Array(tileSide * tileSide);
  readonly #correlations = new Float32Array(tileSide * tileSide);
  readonly #energies = new Float32Array(tileSide * tileSide);
  readonly #differences = new Float32Array(tileSide * tileSide);

  constructor({ boxRadius, windowRadius, isResidualDifference }: Grain) {
    this.#boxRadius = boxRadius;
    this.#windowRadius = windowRadius;
    this.#isResidualDifference = isResidualDifference;
    this.#inner = tileSide + 2 * windowRadius;
    this.#outer = this.#inner + 2 * boxRadius;
    this.#here = new Float32Array(this.#outer ** 2);
    this.#there = new Float32Array(this.#outer ** 2);
    this.#valid = new Uint8Array(this.#outer ** 2);
    this.#hereResidual = new Float32Array(this.#inner ** 2);
    this.#thereResidual = new Float32Array(this.#inner ** 2);
    this.#columnSums = new Float64Array(5 * this.#inner);
    this.#boxColumns = new Float64Array(this.#outer);
  }

  /** @returns undefined where no pixel agrees. */
  compare(
    plane: Plane,
    map: Affine,
    x: number,
    y: number,
    tolerance: Tolerance,
    leastShift: number,
  ): CopyTile | undefined {
    const margin = this.#windowRadius + this.#boxRadius;
    if (!this.#fill(plane, map, x - margin, y - margin, leastShift)) return undefined;
    this.#takeMeans(this.#here, this.#hereResidual);
    this.#takeMeans(this.#there, this.#thereResidual);
    const agreeing = this.#judgeWindows(tolerance);
    if (agreeing === 0) return undefined;
    return {
      x,
      y,
      states: this.#states.slice(),
      correlations: this.#correlations.slice(),
      energies: this.#energies.slice(),
      differences: this.#differences.slice(),
      agreeing,
    };
  }

  /** Reads both places; false when no pixel can be compared. */
  #fill({ width, height, data }: Plane, map: Affine, x0: number, y0: number, leastShift: number): boolean {
    const [here, there, valid, outer] = [this.#here, this.#there, this.#valid, this.#outer];
    const [right, bottom] = [width - 2.001, height - 2.001];
    const nearest = leastShift * leastShift;
    let some = false;
    for (let v = 0, i = 0; v < outer; v++) {
      const y = y0 + v;
      const row = Math.max(0, Math.min(height - 1, y)) * width;
      for (let u = 0; u < outer; u++, i++) {
        const x = x0 + u;
        const value = data[row + Math.max(0, Math.min(width - 1, x))]!;
        here[i] = value;
        const tx = map.a * x + map.b * y + map.c;
        const ty = map.d * x + map.e * y + map.f;
        const isTargetInside = tx >= 1 && ty >= 1 && tx < right && ty < bottom;
        if (isTargetInside && x >= 0 && y >= 0 && x < width && y < height) {
          there[i] = sampleCubic(data, width, tx, ty);
          const isMoved = (tx - x) * (tx - x) + (ty - y) * (ty - y) >= nearest;
          valid[i] = isMoved ? 1 : 0;
          if (isMoved) some = true;
        } else {
          there[i] = value + 255;
          valid[i] = 0;
        }
      }
    }
    return some;
  }

  /** The values less the mean of the box around them. */
  #takeMeans(values: Float32Array, residual: Float32Array): void {
    const [outer, inner, radius, columns] = [this.#outer, this.#inner, this.#boxRadius, this.#boxColumns];
    const box = 2 * radius + 1;
    for (let y = 0; y < inner; y++) {
      const row = y * outer;
      for (let x = 0; x < outer; x++) {
        let sum = 0;
        for (let k = 0; k < box; k++) sum += values[row + k * outer + x]!;
        columns[x] = sum;
      }
      let sum = 0;
      for (let x = 0; x < box; x++) sum += columns[x]!;
      for (let x = 0; x < inner; x++) {
        residual[y * inner + x] = values[row + radius * outer + x + radius]! - sum / (box * box);
        if (x + 1 < inner) sum += columns[x + box]! - columns[x]!;
      }
    }
  }

  /** Slides a window over the tile; returns how many pixels agree. */
  #judgeWindows(tolerance: Tolerance): number {
    const [inner, outer, sums] = [this.#inner, this.#outer, this.#columnSums];
    const margin = this.#windowRadius + this.#boxRadius;
    const span = 2 * this.#windowRadius + 1;
    let agreeing = 0;
    sums.fill(0);
    this.#states.fill(0);
    for (let y = 0; y < span - 1; y++) this.#addRow(y, 1);
    for (let y = 0; y < tileSide; y++) {
      this.#addRow(y + span - 1, 1);
      let [sa, sb, sab, sd, sdd] = [0, 0, 0, 0, 0];
      for (let x = 0; x < inner; x++) {
        sa += sums[x]!;
        sb += sums[inner + x]!;
        sab += sums[2 * inner + x]!;
        sd += sums[3 * inner + x]!;
        sdd += sums[4 * inner + x]!;
        if (x >= span) {
          const gone = x - span;
          sa -= sums[gone]!;
          sb -= sums[inner + gone]!;
          sab -= sums[2 * inner + gone]!;
          sd -= sums[3 * inner + gone]!;
          sdd -= sums[4 * inner + gone]!;
        }
        if (x < span - 1) continue;
        const column = x - span + 1;
        if (this.#valid[(y + margin) * outer + column + margin] === 0) continue;
        if (this.#judgeWindow(y * tileSide + column, sa, sb, sab, sd, sdd, tolerance)) agreeing++;
      }
      this.#addRow(y, -1);
    }
    return agreeing;
  }

  #judgeWindow(i: number, sa: number, sb: number, sab: number, sd: number, sdd: number, tolerance: Tolerance): boolean {
    const windowArea = (2 * this.#windowRadius + 1) ** 2;
    const difference = (this.#isResidualDifference ? sa + sb - 2 * sab : sdd) / windowArea;
    const energy = Math.min(sa, sb) / windowArea;
    const correlation = sab / Math.sqrt(sa * sb + 1e-9);
    this.#energies[i] = energy;
    this.#correlations[i] = correlation;
    this.#differences[i] = difference;
    if (Math.abs(sd) > tolerance.meanDifference * windowArea) return false;
    if (energy >= tolerance.leastEnergy) {
      if (correlation < tolerance.leastCorrelation) return false;
      this.#states[i] = pixelStates.agrees;
      return true;
    }
    const isPlain = Math.max(sa, sb) < 4 * tolerance.leastEnergy * windowArea;
    if (difference <= tolerance.plainDifference ** 2 && isPlain) this.#states[i] = pixelStates.plain;
    return false;
  }

  #addRow(y: number, sign: number): void {
    const [inner, outer, radius, sums] = [this.#inner, this.#outer, this.#boxRadius, this.#columnSums];
    const [here, there, hereResidual, thereResidual] = [
      this.#here,
      this.#there,
      this.#hereResidual,
      this.#thereResidual,
    ];
    for (let x = 0; x < inner; x++) {
      const i = y * inner + x;
      const j = (y + radius) * outer + x + radius;
      const [a, b, d] = [hereResidual[i]!, thereResidual[i]!, here[j]! - there[j]!];
      sums[x]! += sign * a * a;
      sums[inner + x]! += sign * b * b;
      sums[2 * inner + x]! += sign * a * b;
      sums[3 * inner + x]! += sign * d;
      sums[4 * inner + x]! += sign * d * d;
    }
  }
}
