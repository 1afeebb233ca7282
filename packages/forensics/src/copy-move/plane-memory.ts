import { type PlaneKernel, planeKernel } from "./plane-kernel.ts";

const wordSize = 4;
/** Rows are worked on in vectors of four: the last one may reach beyond a plane. */
const slack = 8;

/** Planes that share one memory with the operations on them. */
export class PlaneMemory {
  readonly kernel: PlaneKernel;
  #next = 0;

  /** @param numbers Room for so many, all planes together. */
  constructor(numbers: number, planes: number) {
    this.kernel = planeKernel(wordSize * (numbers + (slack + 4) * planes));
  }

  /** A plane with any content. */
  allocate(length: number): Float32Array {
    const plane = new Float32Array(this.kernel.memory, this.#next, length);
    this.#next += wordSize * (Math.ceil(length / 4) * 4 + slack);
    return plane;
  }

  /** Gives all planes back. */
  clear(): void {
    this.#next = 0;
  }
}
