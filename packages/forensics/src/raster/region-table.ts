import type { ConnectedRegion } from "./connected-regions.ts";

/** Columns from `left` to below `right` and rows from `top` to below `bottom`. */
interface CellBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Whether a region has a cell in a box of a map of `width` columns. */
export function touches({ cells }: ConnectedRegion, { left, top, right, bottom }: CellBox, width: number): boolean {
  return cells.some((cell) => {
    const [u, v] = [cell % width, Math.floor(cell / width)];
    return u >= left && u < right && v >= top && v < bottom;
  });
}

/** Answers for any number of boxes whether a region has a cell in them, by a summed-area table (Crow 1984). */
export class RegionTable {
  readonly #width: number;
  readonly #height: number;
  /** Cells above and to the left of each corner. */
  readonly #sums: Int32Array;

  constructor({ cells }: ConnectedRegion, width: number, height: number) {
    [this.#width, this.#height] = [width, height];
    const stride = width + 1;
    const sums = new Int32Array(stride * (height + 1));
    for (const cell of cells) sums[(Math.floor(cell / width) + 1) * stride + (cell % width) + 1] = 1;
    for (let y = 1; y <= height; y++) {
      let row = 0;
      for (let x = 1, i = y * stride + 1; x <= width; x++, i++) {
        row += sums[i]!;
        sums[i] = sums[i - stride]! + row;
      }
    }
    this.#sums = sums;
  }

  touches({ left, top, right, bottom }: CellBox): boolean {
    const sum = this.#sumUpTo(right, bottom) - this.#sumUpTo(left, bottom);
    return sum - this.#sumUpTo(right, top) + this.#sumUpTo(left, top) > 0;
  }

  #sumUpTo(x: number, y: number): number {
    return this.#sums[Math.min(y, this.#height) * (this.#width + 1) + Math.min(x, this.#width)]!;
  }
}
