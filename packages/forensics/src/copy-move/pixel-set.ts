const blockSide = 64;

/** A set of pixels of an image; memory only where there are some. */
export class PixelSet {
  readonly width: number;
  readonly height: number;
  readonly #columns: number;
  readonly #blocks = new Map<number, Uint8Array>();
  #size = 0;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#columns = Math.ceil(width / blockSide);
  }

  get size(): number {
    return this.#size;
  }

  has(x: number, y: number): boolean {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return false;
    const block = this.#blocks.get(this.#blockOf(x, y));
    return block !== undefined && block[(y % blockSide) * blockSide + (x % blockSide)] === 1;
  }

  /** Pixels outside the image are ignored. */
  add(x: number, y: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const id = this.#blockOf(x, y);
    let block = this.#blocks.get(id);
    if (!block) {
      block = new Uint8Array(blockSide * blockSide);
      this.#blocks.set(id, block);
    }
    const i = (y % blockSide) * blockSide + (x % blockSide);
    this.#size += 1 - block[i]!;
    block[i] = 1;
  }

  forEach(visit: (x: number, y: number) => void): void {
    for (const [id, block] of this.#blocks) {
      const [x0, y0] = [(id % this.#columns) * blockSide, Math.floor(id / this.#columns) * blockSide];
      for (let i = 0; i < block.length; i++) {
        if (block[i] === 1) visit(x0 + (i % blockSide), y0 + Math.floor(i / blockSide));
      }
    }
  }

  /** The smallest rectangle around all pixels; undefined when there are none. */
  bounds(): { x: number; y: number; width: number; height: number } | undefined {
    if (this.#size === 0) return undefined;
    let [left, top, right, bottom] = [this.width, this.height, 0, 0];
    this.forEach((x, y) => {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    });
    return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  }

  #blockOf(x: number, y: number): number {
    return Math.floor(y / blockSide) * this.#columns + Math.floor(x / blockSide);
  }
}
