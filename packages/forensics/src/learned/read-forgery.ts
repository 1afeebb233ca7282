import { setImmediate } from "node:timers/promises";
import type { Raster } from "@artguard/core";
import { FeatureGrid } from "./feature-grid.ts";
import { cellSize, type ForgeryNetwork } from "./forgery-network.ts";
import { comparisonTiling, defaultTiling, inCells, planarInput, type Tile, type Tiling, tilesOf } from "./tiles.ts";

/** What the network says of a whole image. */
export interface ForgeryReading {
  /** Cells of 8×8 pixels per row and per column. */
  readonly width: number;
  readonly height: number;
  /** Log-odds that a cell is forged. */
  readonly logits: Float32Array;
  /** Log-odds that the image is. */
  readonly imageLogit: number;
}

/**
 * Runs the network over an image: first describes its cells tile by tile, then compares them with the whole image.
 * Beside one byte per pixel, memory does not depend on the size.
 *
 * @throws the reason of the signal when it fires, at the latest after the current tile.
 * @example
 * const reading = await readForgery(await openForgeryNetwork("onnxruntime-web"), image.raster, { signal });
 */
export async function readForgery(
  network: ForgeryNetwork,
  raster: Raster,
  { signal, tiling = defaultTiling }: { signal: AbortSignal; tiling?: Tiling },
): Promise<ForgeryReading> {
  return await compared(network, await described(network, raster, { signal, tiling }), raster, signal);
}

async function described(
  network: ForgeryNetwork,
  raster: Raster,
  { signal, tiling }: { signal: AbortSignal; tiling: Tiling },
): Promise<FeatureGrid> {
  const grid = new FeatureGrid(evenCells(raster.width), evenCells(raster.height));
  for (const tile of tilesOf(raster.width, raster.height, tiling)) {
    await pause(signal);
    const input = planarInput(raster, tile);
    grid.put(inCells(tile), await network.describe(input.rgb, input.width, input.height));
  }
  return grid;
}

async function compared(
  network: ForgeryNetwork,
  grid: FeatureGrid,
  raster: Raster,
  signal: AbortSignal,
): Promise<ForgeryReading> {
  const [width, height] = [Math.ceil(raster.width / cellSize), Math.ceil(raster.height / cellSize)];
  const logits = new Float32Array(width * height);
  const mean = new MeanOfExponentials();
  const whole = grid.statistics();
  for (const tile of tilesOf(grid.columns, grid.rows, comparisonTiling)) {
    await pause(signal);
    const output = await network.compare(grid.cut(tile), tile.input.width, tile.input.height, whole);
    forEachCell(tile, 1, (from, x, y) => {
      if (x < width && y < height) logits[y * width + x] = output.map[from]!;
    });
    forEachCell(tile, 2, (from) => mean.add(output.evidence[from]!));
  }
  return { width, height, logits, imageLogit: mean.logarithm() };
}

/** Inference may block the process: gives timers a chance to fire the signal. */
async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

/** The outputs of a tile's core, one per square of `scale` cells: their index in the tile's output and their place. */
function forEachCell({ core, input }: Tile, scale: number, visit: (from: number, x: number, y: number) => void): void {
  for (let y = core.y / scale; y < (core.y + core.height) / scale; y++) {
    const line = ((y - input.y / scale) * input.width) / scale - input.x / scale;
    for (let x = core.x / scale; x < (core.x + core.width) / scale; x++) visit(line + x, x, y);
  }
}

/** Cells along a side, the network's input being rounded up to pairs of them. */
function evenCells(length: number): number {
  return 2 * Math.ceil(length / (2 * cellSize));
}

/** The logarithm of the mean of exponentials, as the network was trained to be read; safe from overflow. */
class MeanOfExponentials {
  #largest = Number.NEGATIVE_INFINITY;
  #sum = 0;
  #count = 0;

  add(exponent: number): void {
    if (exponent > this.#largest) {
      this.#sum = this.#sum * Math.exp(this.#largest - exponent) + 1;
      this.#largest = exponent;
    } else this.#sum += Math.exp(exponent - this.#largest);
    this.#count++;
  }

  logarithm(): number {
    return this.#largest + Math.log(this.#sum / this.#count);
  }
}
