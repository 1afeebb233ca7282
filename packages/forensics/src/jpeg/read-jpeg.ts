import { ArtGuardError } from "@artguard/core";
import { findScanEnd } from "./entropy-segment.ts";
import { exifThumbnail } from "./exif-thumbnail.ts";
import { type FrameHeader, isFrameMarker, parseFrameHeader } from "./frame-header.ts";
import { buildHuffmanTable, type HuffmanTable } from "./huffman-table.ts";
import { estimateQuality } from "./ijg-quality.ts";
import type { CoefficientPlane, JpegComponent, JpegMarker, JpegStructure } from "./jpeg-structure.ts";
import { decodeScan } from "./scan-decoder.ts";
import { parseScanHeader, type ScanHeader } from "./scan-header.ts";
import { walkSegments } from "./walk-segments.ts";
import { zigzagToNatural } from "./zigzag.ts";

/** Structure and quantised coefficients of a JPEG file. */
export interface JpegCoefficients {
  readonly structure: JpegStructure;
  /** One plane per component, in the order of the frame header. */
  readonly planes: readonly CoefficientPlane[];
}

/** Options of {@link readJpegCoefficients}. */
export interface CoefficientOptions {
  /** Largest picture whose coefficients are read; default 128 million pixels. */
  readonly maxPixels?: number;
}

const defaultMaxPixels = 128e6;
/** Block visits per block over all scans: an honest progressive file needs about 30. */
const mostVisitsPerBlock = 256;

/**
 * Reads what the headers of a JPEG file say, without entropy decoding. Of several images in one file (MPO), the first.
 *
 * @throws ArtGuardError `jpeg.malformed`, `jpeg.unsupported`
 * @example
 * const structure = readJpegStructure(bytes);
 */
export function readJpegStructure(bytes: Uint8Array): JpegStructure {
  const reader = new JpegReader(bytes);
  const end = walkSegments(bytes, {
    segment: (marker, payload) => reader.segment(marker, payload),
    scan: (payload, offset) => {
      reader.beginScan(payload);
      return findScanEnd(bytes, offset);
    },
  });
  return reader.structure(end);
}

/**
 * Reads the quantised DCT coefficients of a baseline, extended sequential (8 bit) or progressive JPEG file.
 *
 * @throws ArtGuardError `jpeg.malformed` also when data is missing; its details then say how many MCUs were read.
 * @throws ArtGuardError `jpeg.unsupported`
 * @example
 * const coefficients = readJpegCoefficients(bytes);
 */
export function readJpegCoefficients(bytes: Uint8Array, options: CoefficientOptions = {}): JpegCoefficients {
  const reader = new JpegReader(bytes);
  const maxPixels = options.maxPixels ?? defaultMaxPixels;
  const end = walkSegments(bytes, {
    segment: (marker, payload) => reader.segment(marker, payload),
    scan: (payload, offset) => reader.decodeScan(payload, offset, maxPixels),
  });
  const structure = reader.structure(end);
  return { structure, planes: reader.coefficientPlanes(structure) };
}

/** The state that the segments of one file build up. */
class JpegReader {
  readonly #bytes: Uint8Array;
  readonly #markers: JpegMarker[] = [];
  readonly #quantization: (Uint16Array | undefined)[] = [];
  readonly #huffman: { dc: (HuffmanTable | undefined)[]; ac: (HuffmanTable | undefined)[] } = { dc: [], ac: [] };
  /** By component: the table in force at its first scan. */
  readonly #latched: (Uint16Array | undefined)[] = [];
  #frame: FrameHeader | undefined;
  #restartInterval = 0;
  #adobeTransform: JpegStructure["adobeTransform"] = null;
  #thumbnail: Uint8Array | null = null;
  #planes: Int16Array[] | undefined;
  #visits = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  segment(marker: JpegMarker, payload: Uint8Array): void {
    this.#markers.push(marker);
    const { code } = marker;
    if (code === 0xdb) this.#defineQuantization(payload);
    else if (code === 0xc4) this.#defineHuffman(payload);
    else if (code === 0xdd && payload.length >= 2) this.#restartInterval = (payload[0]! << 8) | payload[1]!;
    else if (code === 0xe1) this.#readExif(payload);
    else if (code === 0xee) this.#readAdobe(payload);
    else if (isFrameMarker(code)) {
      if (this.#frame) throw malformed("the file has two frame headers");
      this.#frame = parseFrameHeader(code, payload);
    }
  }

  beginScan(payload: Uint8Array): ScanHeader {
    if (!this.#frame) throw malformed("a scan begins before the frame header");
    const scan = parseScanHeader(payload, this.#frame);
    for (const { index } of scan.components) this.#latched[index] ??= this.#tableOf(index);
    return scan;
  }

  decodeScan(payload: Uint8Array, offset: number, maxPixels: number): number {
    const scan = this.beginScan(payload);
    const frame = this.#frame!;
    this.#planes ??= this.#allocate(frame, maxPixels);
    this.#visits += scan.components.reduce((sum, { index }) => sum + this.#planes![index]!.length / 64, 0);
    const blocks = this.#planes.reduce((sum, plane) => sum + plane.length / 64, 0);
    if (this.#visits > blocks * mostVisitsPerBlock)
      throw malformed("the file has more scans than its picture can need");
    return decodeScan(this.#bytes, offset, frame, scan, this.#huffman, this.#restartInterval, this.#planes);
  }

  structure(end: number): JpegStructure {
    const frame = this.#frame;
    if (!frame) throw malformed("the file has no frame header");
    const components: JpegComponent[] = frame.components.map((component, index) => ({
      id: component.id,
      horizontalSampling: component.horizontalSampling,
      verticalSampling: component.verticalSampling,
      quantization: this.#latched[index] ?? this.#tableOf(index),
      blocksPerRow: component.blocksPerRow,
      blocksPerColumn: component.blocksPerColumn,
    }));
    return {
      width: frame.width,
      height: frame.height,
      process: frame.process,
      precision: 8,
      restartInterval: this.#restartInterval,
      markers: this.#markers,
      components,
      adobeTransform: this.#adobeTransform,
      quality: estimateQuality(components[0]!.quantization),
      thumbnail: this.#thumbnail,
      trailingBytes: this.#bytes.length - end,
    };
  }

  coefficientPlanes({ components }: JpegStructure): CoefficientPlane[] {
    if (!this.#planes) throw malformed("the file has no scan");
    return components.map((component, index) => ({ ...component, coefficients: this.#planes![index]! }));
  }

  #allocate({ width, height, components }: FrameHeader, maxPixels: number): Int16Array[] {
    if (width * height > maxPixels) throw malformed(`the picture has more than ${maxPixels} pixels`);
    const blocks = components.map(({ blocksPerRow, blocksPerColumn }) => blocksPerRow * blocksPerColumn);
    // Every block costs at least one bit: a file that is too short is refused before memory is taken for it.
    if (blocks.reduce((sum, count) => sum + count, 0) > this.#bytes.length * 8)
      throw malformed("the file is too short for its picture");
    return blocks.map((count) => new Int16Array(count * 64));
  }

  #tableOf(component: number): Uint16Array {
    const table = this.#quantization[this.#frame!.components[component]!.tableSelector];
    if (table) return table;
    throw malformed("a component uses a quantisation table that was not defined");
  }

  #defineQuantization(payload: Uint8Array): void {
    for (let at = 0; at < payload.length; ) {
      const wide = payload[at]! >> 4 !== 0;
      const values = payload.subarray(at + 1, at + 1 + (wide ? 128 : 64));
      if (values.length < (wide ? 128 : 64)) throw malformed("a quantisation table is cut short");
      const table = new Uint16Array(64);
      for (let k = 0; k < 64; k++) {
        table[zigzagToNatural[k]!] = wide ? (values[2 * k]! << 8) | values[2 * k + 1]! : values[k]!;
      }
      this.#quantization[payload[at]! & 15] = table;
      at += 1 + values.length;
    }
  }

  #defineHuffman(payload: Uint8Array): void {
    for (let at = 0; at < payload.length; ) {
      const counts = payload.subarray(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const symbols = payload.subarray(at + 17, at + 17 + total);
      if (counts.length < 16 || symbols.length < total || total > 256) throw malformed("a Huffman table is cut short");
      const tables = payload[at]! >> 4 === 0 ? this.#huffman.dc : this.#huffman.ac;
      tables[payload[at]! & 15] = buildHuffmanTable(counts, symbols);
      at += 17 + total;
    }
  }

  #readExif(payload: Uint8Array): void {
    const isExif = payload.length > 14 && String.fromCharCode(...payload.subarray(0, 6)) === "Exif\0\0";
    if (isExif) this.#thumbnail ??= exifThumbnail(payload.subarray(6));
  }

  #readAdobe(payload: Uint8Array): void {
    if (payload.length < 12 || String.fromCharCode(...payload.subarray(0, 5)) !== "Adobe") return;
    const transform = payload[11]!;
    this.#adobeTransform = transform === 1 || transform === 2 ? transform : 0;
  }
}

function malformed(message: string): ArtGuardError {
  return new ArtGuardError("jpeg.malformed", message);
}
