import { setImmediate } from "node:timers/promises";
import type { Raster } from "@artguard/core";
import { evidenceScale, type ForgeryNetwork, mapScale } from "./forgery-network.ts";
import { defaultTiling, planarInput, type Tile, type Tiling, tilesOf } from "./tiles.ts";

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
 * Runs the network over an image tile by tile, so that memory does not depend on the size.
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
  const [width, height] = [cells(raster.width, mapScale), cells(raster.height, mapScale)];
  const logits = new Float32Array(width * height);
  const mean = new MeanOfExponentials();
  for (const tile of tilesOf(raster.width, raster.height, tiling)) {
    // Inference may block the process: gives timers a chance to fire the signal.
    await setImmediate();
    signal.throwIfAborted();
    const input = planarInput(raster, tile);
    const output = await network.run(input.rgb, input.width, input.height);
    forEachCell(tile, mapScale, input.width, (from, x, y) => {
      logits[y * width + x] = output.map[from]!;
    });
    forEachCell(tile, evidenceScale, input.width, (from) => mean.add(output.evidence[from]!));
  }
  return { width, height, logits, imageLogit: mean.logarithm() };
}

/** The cells of a tile's core: their index in the tile's output and their place in the image's grid. */
function forEachCell(
  { core, input }: Tile,
  scale: number,
  inputWidth: number,
  visit: (from: number, x: number, y: number) => void,
): void {
  const columns = inputWidth / scale;
  const [left, top] = [core.x / scale, core.y / scale];
  const [right, bottom] = [cells(core.x + core.width, scale), cells(core.y + core.height, scale)];
  for (let y = top; y < bottom; y++) {
    const line = (y - input.y / scale) * columns - input.x / scale;
    for (let x = left; x < right; x++) visit(line + x, x, y);
  }
}

function cells(length: number, scale: number): number {
  return Math.ceil(length / scale);
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
