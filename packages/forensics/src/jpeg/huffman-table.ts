import { ArtGuardError } from "@artguard/core";

/** Codes up to this length are found by one table look-up. */
export const lookupBits = 9;

/** A Huffman table ready for decoding (ITU-T T.81, annexes C and F.2.2.3). */
export interface HuffmanTable {
  /** By the next 9 bits: `length << 8 | symbol`, or 0 when the code is longer. */
  readonly lookup: Uint16Array;
  /** By code length: largest code of that length, −1 when there is none; index 17 ends every search. */
  readonly largestCode: Int32Array;
  /** By code length: what added to a code gives the index of its symbol. */
  readonly symbolOffset: Int32Array;
  readonly symbols: Uint8Array;
}

/**
 * Builds a decoding table from a DHT segment's counts and symbols.
 *
 * @param counts Number of codes of each length 1–16.
 * @throws ArtGuardError `jpeg.malformed` when the counts do not form a prefix code.
 */
export function buildHuffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const lookup = new Uint16Array(1 << lookupBits);
  const largestCode = new Int32Array(18).fill(-1);
  const symbolOffset = new Int32Array(18);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1]!;
    symbolOffset[length] = index - code;
    if (code + count > 1 << length)
      throw new ArtGuardError("jpeg.malformed", "a Huffman table holds more codes than fit");
    for (let i = 0; i < count; i++, code++, index++) {
      if (length <= lookupBits) fillLookup(lookup, code, length, symbols[index]!);
    }
    if (count > 0) largestCode[length] = code - 1;
    code <<= 1;
  }
  return { lookup, largestCode, symbolOffset, symbols };
}

function fillLookup(lookup: Uint16Array, code: number, length: number, symbol: number): void {
  const first = code << (lookupBits - length);
  lookup.fill((length << 8) | symbol, first, first + (1 << (lookupBits - length)));
}
