import { ArtGuardError } from "@artguard/core";
import { type HuffmanTable, lookupBits } from "./huffman-table.ts";

/**
 * Reads bits, most significant first, from unstuffed entropy-coded data. The only state is a bit position: look-ahead
 * is three byte loads, because the data is padded. Reading past the end yields zeros; {@link BitReader.isExhausted}
 * tells afterwards.
 */
export class BitReader {
  readonly #data: Uint8Array;
  #position = 0;
  #end = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** Continues at the byte offset `start` of an interval that ends before `end`. */
  seek(start: number, end: number): void {
    this.#position = start * 8;
    this.#end = end * 8;
  }

  /** True when more bits were read than the interval holds. */
  get isExhausted(): boolean {
    return this.#position > this.#end;
  }

  /** The next symbol of a Huffman code. @throws ArtGuardError `jpeg.malformed` for a code that is not in the table. */
  symbol(table: HuffmanTable): number {
    const bits = this.#peek();
    const entry = table.lookup[bits >>> (16 - lookupBits)]!;
    if (entry !== 0) {
      this.#position += entry >> 8;
      return entry & 255;
    }
    return this.#longSymbol(table, bits);
  }

  /** `count` ≤ 16 bits as an unsigned number. */
  bits(count: number): number {
    const value = this.#peek() >>> (16 - count);
    this.#position += count;
    return value;
  }

  /** `count` bits as a signed magnitude (ITU-T T.81, F.2.2.1, EXTEND). */
  signed(count: number): number {
    if (count === 0) return 0;
    const value = this.bits(count);
    return value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
  }

  #peek(): number {
    const at = this.#position >>> 3;
    const data = this.#data;
    if (at + 2 >= data.length) return 0;
    return (((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!) >>> (8 - (this.#position & 7))) & 0xffff;
  }

  #longSymbol(table: HuffmanTable, bits: number): number {
    for (let length = lookupBits + 1; length <= 16; length++) {
      const code = bits >>> (16 - length);
      if (code > table.largestCode[length]!) continue;
      this.#position += length;
      return table.symbols[code + table.symbolOffset[length]!]!;
    }
    throw new ArtGuardError("jpeg.malformed", "a code is not in the Huffman table");
  }
}
