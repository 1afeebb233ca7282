import type { Plane } from "../raster/plane.ts";
import { nextRow, patternOfRow, patterns, residualLevels } from "./co-occurrence-codes.ts";

/** Numbers of a histogram of a cell: patterns across the direction of the residual, then along it. */
export const histogramSize = 2 * patterns;
/** Grey levels of the residual, whose filter has a gain of 3, that make one step: 2 after that gain. */
const quantizationStep = 6;
/** Luma outside this range has been clipped, and its noise with it. */
const darkest = 6;
const brightest = 252;
/** Distance in pixels over which the texture of the scene is measured: too far for noise alone to be correlated. */
const textureReach = 4;

/** Co-occurrences of the noise residual, and what the scene shows, in every cell of a square grid; row-major. */
export interface CellStatistics {
  readonly width: number;
  readonly height: number;
  /** Pixels per side of a cell. */
  readonly side: number;
  /** {@link histogramSize} counts per cell. */
  readonly histograms: Float32Array;
  /** Sum of luma. */
  readonly brightness: Float32Array;
  /** Sum of the absolute differences of luma over {@link textureReach} pixels, horizontally and vertically. */
  readonly texture: Float32Array;
  /** Pixels whose luma is clipped. */
  readonly clipped: Float32Array;
  /** Pixels whose luma is that of the pixel before. */
  readonly repeated: Float32Array;
}

/**
 * Counts rows of four quantised residuals `x₀ − 3x₁ + 3x₂ − x₃`, taken horizontally and vertically, along and across
 * the direction of the residual. A cell counts what ends in it, so neighbouring cells add up without gaps.
 *
 * Cozzolino, Poggi, Verdoliva, "Splicebuster: a new blind image splicing detector", WIFS 2015, section II.
 *
 * @param side Pixels per side of a cell; a rim of less than a cell is left out.
 */
export function cellStatistics(plane: Plane, side: number): CellStatistics {
  const width = Math.floor(plane.width / side);
  const height = Math.floor(plane.height / side);
  const cells = width * height;
  const statistics = {
    width,
    height,
    side,
    histograms: new Float32Array(cells * histogramSize),
    brightness: new Float32Array(cells),
    texture: new Float32Array(cells),
    clipped: new Float32Array(cells),
    repeated: new Float32Array(cells),
  };
  countResiduals(plane, statistics);
  measureScene(plane, statistics);
  return statistics;
}

function countResiduals({ width: stride, data }: Plane, { width, height, side, histograms }: CellStatistics): void {
  const columns = width * side;
  const horizontalAcross = new Uint8Array(columns);
  const verticalAlong = new Uint8Array(columns);
  for (let y = 3; y < height * side; y++) {
    const cellRow = Math.floor(y / side) * width;
    let horizontalAlong = 0;
    let verticalAcross = 0;
    for (let x = 3, at = y * stride + 3; x < columns; x++, at++) {
      const horizontal = quantized(data[at - 3]! - data[at]! + 3 * (data[at - 1]! - data[at - 2]!));
      const vertical = quantized(
        data[at - 3 * stride]! - data[at]! + 3 * (data[at - stride]! - data[at - 2 * stride]!),
      );
      horizontalAlong = nextRow[horizontalAlong * residualLevels + horizontal]!;
      verticalAcross = nextRow[verticalAcross * residualLevels + vertical]!;
      horizontalAcross[x] = nextRow[horizontalAcross[x]! * residualLevels + horizontal]!;
      verticalAlong[x] = nextRow[verticalAlong[x]! * residualLevels + vertical]!;
      if (x < 6 || y < 6) continue;
      const cell = (cellRow + Math.floor(x / side)) * histogramSize;
      histograms[cell + patternOfRow[horizontalAcross[x]!]!]!++;
      histograms[cell + patternOfRow[verticalAcross]!]!++;
      histograms[cell + patterns + patternOfRow[horizontalAlong]!]!++;
      histograms[cell + patterns + patternOfRow[verticalAlong[x]!]!]!++;
    }
  }
}

/** Rounded to steps and truncated to −1, 0, 1, as 0, 1, 2. */
function quantized(residual: number): number {
  if (residual >= quantizationStep / 2) return 2;
  return residual <= -quantizationStep / 2 ? 0 : 1;
}

function measureScene({ width: stride, data }: Plane, statistics: CellStatistics): void {
  const { width, height, side, brightness, texture, clipped, repeated } = statistics;
  for (let y = 0; y < height * side; y++) {
    const up = y >= textureReach ? textureReach * stride : 0;
    const cellRow = Math.floor(y / side) * width;
    for (let x = 0, at = y * stride; x < width * side; x++, at++) {
      const cell = cellRow + Math.floor(x / side);
      const value = data[at]!;
      brightness[cell]! += value;
      const left = x >= textureReach ? textureReach : 0;
      texture[cell]! += Math.abs(value - data[at - left]!) + Math.abs(value - data[at - up]!);
      if (value < darkest || value > brightest) clipped[cell]!++;
      if (x > 0 && value === data[at - 1]!) repeated[cell]!++;
    }
  }
}
