import { ArtGuardError } from "@artguard/core";
import type { FrameHeader } from "./frame-header.ts";

/** One component of a scan: index into the frame's components and its Huffman tables. */
interface ScanComponent {
  readonly index: number;
  readonly dcTable: number;
  readonly acTable: number;
}

/** A scan header (ITU-T T.81, B.2.3). */
export interface ScanHeader {
  readonly components: readonly ScanComponent[];
  readonly spectralStart: number;
  readonly spectralEnd: number;
  readonly approximationHigh: number;
  readonly approximationLow: number;
}

const mostBlocksPerMcu = 10;

/** Parses a start-of-scan segment. @throws ArtGuardError `jpeg.malformed` */
export function parseScanHeader(payload: Uint8Array, frame: FrameHeader): ScanHeader {
  const count = payload[0] ?? 0;
  if (count < 1 || count > 4 || payload.length < 4 + 2 * count) throw malformed("the scan header is too short");
  const components = Array.from({ length: count }, (_, i) => ({
    index: frame.components.findIndex(({ id }) => id === payload[1 + 2 * i]),
    dcTable: payload[2 + 2 * i]! >> 4,
    acTable: payload[2 + 2 * i]! & 15,
  }));
  const indexes = new Set(components.map(({ index }) => index));
  if (indexes.has(-1) || indexes.size !== count) throw malformed("a scan names an unknown or repeated component");
  const [spectralStart = 0, spectralEnd = 0, approximation = 0] = payload.subarray(1 + 2 * count);
  const scan = {
    components,
    ...(frame.process === "progressive"
      ? { spectralStart, spectralEnd, approximationHigh: approximation >> 4, approximationLow: approximation & 15 }
      : { spectralStart: 0, spectralEnd: 63, approximationHigh: 0, approximationLow: 0 }),
  };
  assertScan(scan, frame);
  return scan;
}

function assertScan(scan: ScanHeader, frame: FrameHeader): void {
  const { components, spectralStart, spectralEnd, approximationHigh, approximationLow } = scan;
  const blocks = components.reduce((sum, { index }) => {
    const { horizontalSampling, verticalSampling } = frame.components[index]!;
    return sum + horizontalSampling * verticalSampling;
  }, 0);
  if (components.length > 1 && blocks > mostBlocksPerMcu) throw malformed("a scan interleaves too many blocks");
  if (spectralEnd > 63 || spectralStart > spectralEnd || approximationLow > 13)
    throw malformed("a scan names impossible coefficients");
  if (frame.process !== "progressive") return;
  if (spectralStart === 0 && spectralEnd !== 0) throw malformed("a progressive scan mixes DC and AC coefficients");
  if (spectralStart > 0 && components.length > 1) throw malformed("a progressive AC scan interleaves components");
  if (approximationHigh !== 0 && approximationHigh !== approximationLow + 1)
    throw malformed("a refinement scan skips a bit");
}

function malformed(message: string): ArtGuardError {
  return new ArtGuardError("jpeg.malformed", message);
}
