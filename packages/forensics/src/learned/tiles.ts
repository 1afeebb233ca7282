import type { Raster } from "@artguard/core";
import { cellSize, inputStep } from "./forgery-network.ts";

/** A rectangle in pixels or cells. */
interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is judged, and the surroundings that the judgement looks at. */
export interface Tile {
  readonly core: Rectangle;
  readonly input: Rectangle;
}

/** Pixels, both multiples of 16, so that every tile lies on the 8×8 grid of the file; or cells, both even. */
export interface Tiling {
  readonly core: number;
  /** How far the input reaches beyond the core where the image does. */
  readonly halo: number;
}

/** Of the pixels that are described: inputs of at most 640×640, which keeps a process at about 500 MB. */
export const defaultTiling: Tiling = { core: 512, halo: 64 };
/** Of the cells that are compared; the halo is more than the comparison sees, so that its tiles change nothing. */
export const comparisonTiling: Tiling = { core: 192, halo: 32 };

/** Tiles whose cores cover an image once. An image that fits one input is one tile. */
export function tilesOf(width: number, height: number, tiling: Tiling = defaultTiling): Tile[] {
  return spans(height, tiling).flatMap(([y, below, top, bottom]) =>
    spans(width, tiling).map(([x, right, left, end]) => ({
      core: { x, y, width: right - x, height: below - y },
      input: { x: left, y: top, width: end - left, height: bottom - top },
    })),
  );
}

/** A tile of pixels in cells, rounded up as {@link planarInput} does it. */
export function inCells({ core, input }: Tile): Tile {
  return { core: cellsOf(core), input: cellsOf(input) };
}

function cellsOf({ x, y, width, height }: Rectangle): Rectangle {
  return {
    x: x / cellSize,
    y: y / cellSize,
    width: roundedUp(width) / cellSize,
    height: roundedUp(height) / cellSize,
  };
}

/** From and to of the core, then of the input, along one side. */
function spans(length: number, { core, halo }: Tiling): [number, number, number, number][] {
  if (length <= core + 2 * halo) return [[0, length, 0, length]];
  return Array.from({ length: Math.ceil(length / core) }, (_, i) => {
    const [from, to] = [i * core, Math.min((i + 1) * core, length)];
    return [from, to, Math.max(0, from - halo), Math.min(length, to + halo)];
  });
}

/** Planar RGB of a part of a raster, its sides rounded up to the network's step by repeating the last pixels. */
export interface PlanarInput {
  readonly width: number;
  readonly height: number;
  readonly rgb: Float32Array;
}

/** Reads the input of a tile; grey becomes RGB of equal channels. */
export function planarInput({ width, channels, data }: Raster, { input }: Tile): PlanarInput {
  const [columns, rows] = [roundedUp(input.width), roundedUp(input.height)];
  const area = columns * rows;
  const rgb = new Float32Array(3 * area);
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  for (let row = 0; row < rows; row++) {
    const line = (input.y + Math.min(row, input.height - 1)) * width + input.x;
    for (let column = 0; column < columns; column++) {
      const from = (line + Math.min(column, input.width - 1)) * channels;
      const to = row * columns + column;
      rgb[to] = data[from]!;
      rgb[area + to] = data[from + green]!;
      rgb[2 * area + to] = data[from + blue]!;
    }
  }
  return { width: columns, height: rows, rgb };
}

function roundedUp(length: number): number {
  return Math.ceil(length / inputStep) * inputStep;
}
