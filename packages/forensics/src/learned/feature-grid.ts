import { type FeatureStatistics, featureCount } from "./forgery-network.ts";
import type { Tile } from "./tiles.ts";

/** Keeps the spread of an image without any texture above zero, as in the training. */
const leastVariance = 1e-6;

/** The features of every cell of an image: 64 bytes per cell, one byte per pixel. */
export class FeatureGrid {
  readonly columns: number;
  readonly rows: number;
  readonly #planes: Float32Array;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#planes = new Float32Array(featureCount * columns * rows);
  }

  /**
   * Takes the core of a tile, which the network described.
   *
   * @param tile In cells.
   * @param features Of the tile's input.
   */
  put({ core, input }: Tile, features: Float32Array): void {
    for (let plane = 0; plane < featureCount; plane++) {
      for (let y = core.y; y < core.y + core.height; y++) {
        const from = (plane * input.height + y - input.y) * input.width + core.x - input.x;
        const to = (plane * this.rows + y) * this.columns + core.x;
        this.#planes.set(features.subarray(from, from + core.width), to);
      }
    }
  }

  /** The features of a tile's input. */
  cut({ input }: Tile): Float32Array {
    const cut = new Float32Array(featureCount * input.width * input.height);
    for (let plane = 0; plane < featureCount; plane++) {
      for (let y = 0; y < input.height; y++) {
        const from = (plane * this.rows + input.y + y) * this.columns + input.x;
        cut.set(this.#planes.subarray(from, from + input.width), (plane * input.height + y) * input.width);
      }
    }
    return cut;
  }

  statistics(): FeatureStatistics {
    const area = this.columns * this.rows;
    const [mean, spread] = [new Float32Array(featureCount), new Float32Array(featureCount)];
    for (let plane = 0; plane < featureCount; plane++) {
      const values = this.#planes.subarray(plane * area, (plane + 1) * area);
      const middle = values.reduce((sum, value) => sum + value, 0) / area;
      const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / area;
      mean[plane] = middle;
      spread[plane] = Math.sqrt(variance + leastVariance);
    }
    return { mean, spread };
  }
}
