import type { BitReader } from "./bit-reader.ts";
import type { HuffmanTable } from "./huffman-table.ts";
import type { ScanHeader } from "./scan-header.ts";
import { zigzagToNatural } from "./zigzag.ts";

/** What a block decoder may use of its component. */
export interface BlockContext {
  readonly coefficients: Int16Array;
  readonly dcTable: HuffmanTable;
  readonly acTable: HuffmanTable;
  /** DC value of the component's previous block in this restart interval. */
  prediction: number;
}

/** Decodes one block of a scan into `context.coefficients` at `offset`. */
export interface BlockDecoder {
  decode(reader: BitReader, context: BlockContext, offset: number): void;
  /** Called at every restart. */
  restart(): void;
}

/** The decoder that a scan's process and parameters ask for. */
export function blockDecoder(isProgressive: boolean, scan: ScanHeader): BlockDecoder {
  if (!isProgressive) return sequentialDecoder;
  const { spectralStart, approximationHigh, approximationLow } = scan;
  if (spectralStart === 0) return approximationHigh === 0 ? dcFirst(approximationLow) : dcRefinement(approximationLow);
  return approximationHigh === 0 ? new AcFirst(scan) : new AcRefinement(scan);
}

const nothing = () => {};

/** Baseline and extended sequential blocks (ITU-T T.81, F.2.2). */
const sequentialDecoder: BlockDecoder = {
  restart: nothing,
  decode(reader, context, offset) {
    const { coefficients, acTable } = context;
    context.prediction += reader.signed(reader.symbol(context.dcTable) & 15);
    coefficients[offset] = context.prediction;
    for (let k = 1; k < 64; k++) {
      const symbol = reader.symbol(acTable);
      const size = symbol & 15;
      if (size === 0) {
        if (symbol !== 0xf0) return;
        k += 15;
        continue;
      }
      k += symbol >> 4;
      coefficients[offset + zigzagToNatural[k]!] = reader.signed(size);
    }
  },
};

/** First scan of the DC coefficients (ITU-T T.81, G.1.2.1). */
function dcFirst(shift: number): BlockDecoder {
  return {
    restart: nothing,
    decode(reader, context, offset) {
      context.prediction += reader.signed(reader.symbol(context.dcTable) & 15);
      context.coefficients[offset] = context.prediction << shift;
    },
  };
}

/** One more bit of the DC coefficients. */
function dcRefinement(shift: number): BlockDecoder {
  return {
    restart: nothing,
    decode(reader, { coefficients }, offset) {
      if (reader.bits(1) === 1) coefficients[offset]! |= 1 << shift;
    },
  };
}

/** First scan of a band of AC coefficients (ITU-T T.81, G.1.2.2). */
class AcFirst implements BlockDecoder {
  readonly #scan: ScanHeader;
  #endOfBandRun = 0;

  constructor(scan: ScanHeader) {
    this.#scan = scan;
  }

  restart(): void {
    this.#endOfBandRun = 0;
  }

  decode(reader: BitReader, { coefficients, acTable }: BlockContext, offset: number): void {
    if (this.#endOfBandRun > 0) {
      this.#endOfBandRun--;
      return;
    }
    const { spectralStart, spectralEnd, approximationLow } = this.#scan;
    for (let k = spectralStart; k <= spectralEnd; k++) {
      const symbol = reader.symbol(acTable);
      const run = symbol >> 4;
      const size = symbol & 15;
      if (size !== 0) {
        k += run;
        coefficients[offset + zigzagToNatural[k]!] = reader.signed(size) << approximationLow;
      } else if (run === 15) {
        k += 15;
      } else {
        this.#endOfBandRun = (1 << run) - 1 + (run > 0 ? reader.bits(run) : 0);
        return;
      }
    }
  }
}

/** One more bit of a band of AC coefficients (ITU-T T.81, G.1.2.3). */
class AcRefinement implements BlockDecoder {
  readonly #scan: ScanHeader;
  #endOfBandRun = 0;

  constructor(scan: ScanHeader) {
    this.#scan = scan;
  }

  restart(): void {
    this.#endOfBandRun = 0;
  }

  decode(reader: BitReader, { coefficients, acTable }: BlockContext, offset: number): void {
    const { spectralStart, spectralEnd, approximationLow } = this.#scan;
    const bit = 1 << approximationLow;
    let k = spectralStart;
    while (this.#endOfBandRun === 0 && k <= spectralEnd) {
      const symbol = reader.symbol(acTable);
      const run = symbol >> 4;
      let value = 0;
      if ((symbol & 15) !== 0) value = reader.bits(1) === 1 ? bit : -bit;
      else if (run < 15) {
        this.#endOfBandRun = (1 << run) + (run > 0 ? reader.bits(run) : 0);
        break;
      }
      k = this.#skipZeros(reader, coefficients, offset, k, run, bit);
      if (value !== 0) coefficients[offset + zigzagToNatural[k]!] = value;
      k++;
    }
    if (this.#endOfBandRun > 0) {
      this.#skipZeros(reader, coefficients, offset, k, 64, bit);
      this.#endOfBandRun--;
    }
  }

  /** Refines the coefficients that are already known while passing `zeros` unknown ones; the position it stops at. */
  #skipZeros(
    reader: BitReader,
    coefficients: Int16Array,
    offset: number,
    from: number,
    zeros: number,
    bit: number,
  ): number {
    let left = zeros;
    let k = from;
    for (; k <= this.#scan.spectralEnd; k++) {
      const index = offset + zigzagToNatural[k]!;
      const known = coefficients[index]!;
      if (known === 0) {
        if (left === 0) break;
        left--;
      } else if (reader.bits(1) === 1 && (known & bit) === 0) {
        coefficients[index] = known + (known > 0 ? bit : -bit);
      }
    }
    return k;
  }
}
