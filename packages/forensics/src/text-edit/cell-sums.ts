import type { Raster } from "@artguard/core";
import { blockDct } from "../raster/dct.ts";
import type { Plane } from "../raster/plane.ts";
import type { TextLayer } from "./text-layer.ts";

/** Pixels per side of a cell: a JPEG block. */
export const cellSide = 8;

/** What is added up over the pixels of a cell. */
interface Sums {
  /** Pixels of paper, that is three pixels and more from ink: their number and sums. */
  readonly paper: Float32Array;
  readonly paperNoise: Float32Array;
  readonly paperCoarseNoise: Float32Array;
  readonly paperColourNoise: Float32Array;
  readonly paperFlat: Float32Array;
  readonly paperContrast: Float32Array;
  readonly paperLuma: Float32Array;
  readonly paperRed: Float32Array;
  readonly paperBlue: Float32Array;
  /** Paper up to six pixels from ink, where JPEG leaves its ringing. */
  readonly fringe: Float32Array;
  readonly fringeNoise: Float32Array;
  /** Pixels of ink, and those at its edge. */
  readonly ink: Float32Array;
  readonly inkEdge: Float32Array;
  /** Powers of the contrast to paper and of the gradient, over ink and two pixels around. */
  readonly contrast2: Float32Array;
  readonly contrast3: Float32Array;
  readonly gradient1: Float32Array;
  readonly gradient2: Float32Array;
  readonly gradient4: Float32Array;
  readonly curvature: Float32Array;
  /** Red and blue of ink, less luma. */
  readonly inkRed: Float32Array;
  readonly inkBlue: Float32Array;
  /** Pixels two to four away from ink: where sharpening overshoots. */
  readonly rim: Float32Array;
  readonly rimContrast: Float32Array;
  /** Pixels of at least 0.3 of the contrast of ink; of them those below 0.65, and those equal to their neighbours. */
  readonly inked: Float32Array;
  readonly middle: Float32Array;
  readonly inkedFlat: Float32Array;
  /** Energy of the DCT coefficients below and above the middle, in blocks with ink. */
  readonly lowEnergy: Float32Array;
  readonly highEnergy: Float32Array;
}

/** Name of a sum. */
export type SumName = keyof Sums;

/** Sums over the cells of a picture, row-major; the last cells may overhang. */
export interface CellSums {
  readonly columns: number;
  readonly rows: number;
  readonly sums: Sums;
}

/** Adds up, cell by cell, what tells how paper and letters came about. */
export function cellSums(raster: Raster, luma: Plane, layer: TextLayer): CellSums {
  const { width, height } = luma;
  const [columns, rows] = [Math.ceil(width / cellSide), Math.ceil(height / cellSide)];
  const sums = emptySums(columns * rows);
  addPaper(raster, luma, layer, columns, sums);
  addInk(raster, luma, layer, columns, sums);
  addSpectra(luma, columns, sums);
  return { columns, rows, sums };
}

function emptySums(cells: number): Sums {
  const plane = () => new Float32Array(cells);
  return {
    paper: plane(),
    paperNoise: plane(),
    paperCoarseNoise: plane(),
    paperColourNoise: plane(),
    paperFlat: plane(),
    paperContrast: plane(),
    paperLuma: plane(),
    paperRed: plane(),
    paperBlue: plane(),
    fringe: plane(),
    fringeNoise: plane(),
    ink: plane(),
    inkEdge: plane(),
    contrast2: plane(),
    contrast3: plane(),
    gradient1: plane(),
    gradient2: plane(),
    gradient4: plane(),
    curvature: plane(),
    inkRed: plane(),
    inkBlue: plane(),
    rim: plane(),
    rimContrast: plane(),
    inked: plane(),
    middle: plane(),
    inkedFlat: plane(),
    lowEnergy: plane(),
    highEnergy: plane(),
  };
}

/** Samples of a pixel: red and blue, or the grey value twice. */
function colourAt({ channels, data }: Raster, i: number): readonly [red: number, blue: number] {
  return channels === 1 ? [data[i]!, data[i]!] : [data[3 * i]!, data[3 * i + 2]!];
}

function isFlat({ channels, width, data }: Raster, i: number): boolean {
  for (let c = 0, at = i * channels; c < channels; c++, at++)
    if (data[at] !== data[at + channels] || data[at] !== data[at + width * channels]) return false;
  return true;
}

function addPaper(raster: Raster, luma: Plane, { contrast, distance }: TextLayer, columns: number, sums: Sums): void {
  const { width, height, data } = luma;
  const { channels, data: samples } = raster;
  const isColour = channels === 3;
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2, i = y * width + 2; x < width - 2; x++, i++) {
      const away = distance[i]!;
      if (away < 3) continue;
      const cell = (y >> 3) * columns + (x >> 3);
      const value = data[i]!;
      const residual = Math.abs(4 * value - data[i - 1]! - data[i + 1]! - data[i - width]! - data[i + width]!) / 4;
      sums.paper[cell]!++;
      sums.paperNoise[cell]! += residual;
      sums.paperCoarseNoise[cell]! +=
        Math.abs(4 * value - data[i - 2]! - data[i + 2]! - data[i - 2 * width]! - data[i + 2 * width]!) / 4;
      sums.paperContrast[cell]! += Math.abs(contrast[i]!);
      sums.paperLuma[cell]! += value;
      if (isFlat(raster, i)) sums.paperFlat[cell]!++;
      if (away <= 6) {
        sums.fringe[cell]!++;
        sums.fringeNoise[cell]! += residual;
      }
      if (!isColour) continue;
      const at = 3 * i;
      const [red, blue] = [samples[at]! - samples[at + 1]!, samples[at + 2]! - samples[at + 1]!];
      sums.paperRed[cell]! += red;
      sums.paperBlue[cell]! += blue;
      sums.paperColourNoise[cell]! +=
        Math.abs(2 * red - samples[at - 3]! + samples[at - 2]! - samples[at + 3]! + samples[at + 4]!) +
        Math.abs(2 * blue - samples[at - 1]! + samples[at - 2]! - samples[at + 5]! + samples[at + 4]!);
    }
  }
}

function addInk(raster: Raster, luma: Plane, layer: TextLayer, columns: number, sums: Sums): void {
  const { contrast, distance, inkContrast } = layer;
  const { width, height, data } = luma;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, i = y * width + 1; x < width - 1; x++, i++) {
      const away = distance[i]!;
      if (away > 4) continue;
      const cell = (y >> 3) * columns + (x >> 3);
      const level = contrast[i]!;
      if (away >= 2) {
        sums.rim[cell]!++;
        sums.rimContrast[cell]! += level;
      }
      if (away > 2) continue;
      const size = Math.abs(level);
      const dx = (data[i + 1]! - data[i - 1]!) / 2;
      const dy = (data[i + width]! - data[i - width]!) / 2;
      const steepness = dx * dx + dy * dy;
      sums.contrast2[cell]! += size * size;
      sums.contrast3[cell]! += size * size * size;
      sums.gradient1[cell]! += Math.sqrt(steepness);
      sums.gradient2[cell]! += steepness;
      sums.gradient4[cell]! += steepness * steepness;
      sums.curvature[cell]! +=
        Math.abs(4 * data[i]! - data[i - 1]! - data[i + 1]! - data[i - width]! - data[i + width]!) / 4;
      if (size > 0.3 * inkContrast) {
        sums.inked[cell]!++;
        if (size < 0.65 * inkContrast) sums.middle[cell]!++;
        if (isFlat(raster, i)) sums.inkedFlat[cell]!++;
      }
      if (away > 0) continue;
      sums.ink[cell]!++;
      if (distance[i - 1]! > 0 || distance[i + 1]! > 0 || distance[i - width]! > 0 || distance[i + width]! > 0)
        sums.inkEdge[cell]!++;
      const [red, blue] = colourAt(raster, i);
      sums.inkRed[cell]! += red - data[i]!;
      sums.inkBlue[cell]! += blue - data[i]!;
    }
  }
}

function addSpectra(luma: Plane, columns: number, { ink, lowEnergy, highEnergy }: Sums): void {
  const coefficients = new Float64Array(64);
  for (let y = 0; y + cellSide <= luma.height; y += cellSide) {
    for (let x = 0; x + cellSide <= luma.width; x += cellSide) {
      const cell = (y >> 3) * columns + (x >> 3);
      if (ink[cell] === 0) continue;
      blockDct(luma, x, y, coefficients);
      for (let k = 1; k < 64; k++) {
        const frequency = (k & 7) + (k >> 3);
        const energy = coefficients[k]! ** 2;
        if (frequency <= 4) lowEnergy[cell]! += energy;
        else if (frequency >= 7) highEnergy[cell]! += energy;
      }
    }
  }
}
