import { ArtGuardError } from "@artguard/core";
import { BitReader } from "./bit-reader.ts";
import { type BlockContext, type BlockDecoder, blockDecoder } from "./block-decoders.ts";
import { readEntropySegment } from "./entropy-segment.ts";
import type { FrameComponent, FrameHeader } from "./frame-header.ts";
import { buildHuffmanTable, type HuffmanTable } from "./huffman-table.ts";
import type { ScanHeader } from "./scan-header.ts";

/** The tables in force when a scan begins. */
export interface HuffmanTables {
  readonly dc: readonly (HuffmanTable | undefined)[];
  readonly ac: readonly (HuffmanTable | undefined)[];
}

interface ComponentWork {
  readonly frame: FrameComponent;
  readonly context: BlockContext;
  /** Takes the blocks of an interleaved scan that lie outside the picture. */
  readonly scratch: BlockContext;
}

const emptyTable = buildHuffmanTable(new Uint8Array(16), new Uint8Array(0));

/**
 * Decodes the entropy-coded data of one scan into the coefficient planes.
 *
 * @param planes One array per frame component, 64 coefficients a block.
 * @returns Offset of the marker after the scan.
 * @throws ArtGuardError `jpeg.malformed` with `mcus_read` and `mcus` in its details when data is missing or corrupt.
 */
export function decodeScan(
  bytes: Uint8Array,
  offset: number,
  frame: FrameHeader,
  scan: ScanHeader,
  tables: HuffmanTables,
  restartInterval: number,
  planes: readonly Int16Array[],
): number {
  const segment = readEntropySegment(bytes, offset);
  const decoder = blockDecoder(frame.process === "progressive", scan);
  const work = scan.components.map((component) => componentWork(component, frame, scan, tables, planes));
  const layout = work.length === 1 ? singleLayout(work[0]!.frame) : frame;
  const mcus = layout.mcusPerRow * layout.mcusPerColumn;
  const reader = new BitReader(segment.data);
  const interval = restartInterval === 0 ? mcus : restartInterval;
  let mcu = 0;
  try {
    for (let i = 0; mcu < mcus; i++) {
      const [start, end] = [segment.starts[i], segment.starts[i + 1]];
      if (start === undefined || end === undefined)
        throw new ArtGuardError("jpeg.malformed", "a restart marker is missing");
      reader.seek(start, end);
      decoder.restart();
      for (const component of work) component.context.prediction = component.scratch.prediction = 0;
      for (const stop = Math.min(mcus, mcu + interval); mcu < stop; mcu++) {
        decodeMcu(reader, decoder, work, Math.floor(mcu / layout.mcusPerRow), mcu % layout.mcusPerRow);
        if (reader.isExhausted) throw new ArtGuardError("jpeg.malformed", "the entropy-coded data ends too early");
      }
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : "the entropy-coded data is corrupt";
    throw new ArtGuardError("jpeg.malformed", message, { details: { mcus_read: mcu, mcus }, cause: error });
  }
  return segment.end;
}

/** A scan of one component is not interleaved: its unit is the block (ITU-T T.81, A.2.2). */
function singleLayout({ blocksPerRow, blocksPerColumn }: FrameComponent) {
  return { mcusPerRow: blocksPerRow, mcusPerColumn: blocksPerColumn };
}

function decodeMcu(
  reader: BitReader,
  decoder: BlockDecoder,
  work: readonly ComponentWork[],
  row: number,
  column: number,
): void {
  for (const { frame, context, scratch } of work) {
    const across = work.length === 1 ? 1 : frame.horizontalSampling;
    const down = work.length === 1 ? 1 : frame.verticalSampling;
    for (let v = 0; v < down; v++) {
      for (let h = 0; h < across; h++) {
        const blockRow = row * down + v;
        const blockColumn = column * across + h;
        if (blockRow < frame.blocksPerColumn && blockColumn < frame.blocksPerRow) {
          decoder.decode(reader, context, (blockRow * frame.blocksPerRow + blockColumn) * 64);
        } else {
          scratch.prediction = context.prediction;
          scratch.coefficients.fill(0);
          decoder.decode(reader, scratch, 0);
          context.prediction = scratch.prediction;
        }
      }
    }
  }
}

function componentWork(
  { index, dcTable, acTable }: ScanHeader["components"][number],
  frame: FrameHeader,
  scan: ScanHeader,
  tables: HuffmanTables,
  planes: readonly Int16Array[],
): ComponentWork {
  const needsDc = scan.spectralStart === 0 && scan.approximationHigh === 0;
  const needsAc = scan.spectralEnd > 0;
  const chosen = {
    dcTable: needsDc ? required(tables.dc[dcTable]) : emptyTable,
    acTable: needsAc ? required(tables.ac[acTable]) : emptyTable,
    prediction: 0,
  };
  return {
    frame: frame.components[index]!,
    context: { ...chosen, coefficients: planes[index]! },
    scratch: { ...chosen, coefficients: new Int16Array(64) },
  };
}

function required(table: HuffmanTable | undefined): HuffmanTable {
  if (table) return table;
  throw new ArtGuardError("jpeg.malformed", "a scan uses a Huffman table that was not defined");
}
