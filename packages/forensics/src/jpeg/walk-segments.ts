import { ArtGuardError } from "@artguard/core";
import type { JpegMarker } from "./jpeg-structure.ts";

/** Receives the segments of a JPEG file in order. */
export interface SegmentVisitor {
  segment(marker: JpegMarker, payload: Uint8Array): void;
  /** A scan's entropy-coded data begins at `offset`; the offset of the marker after it. */
  scan(payload: Uint8Array, offset: number): number;
}

/** No file has more: each marker costs work, and a flood of them must end. */
const mostMarkers = 65_536;

/**
 * Walks the marker segments from SOI to EOI (ITU-T T.81, B.1). Bytes between segments are skipped, as libjpeg does.
 *
 * @returns Offset after EOI, or the file's length when EOI is missing.
 * @throws ArtGuardError `jpeg.malformed` for a missing SOI, a segment that leaves the file or a flood of markers.
 */
export function walkSegments(bytes: Uint8Array, visitor: SegmentVisitor): number {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8)
    throw new ArtGuardError("jpeg.malformed", "the file does not begin with SOI");
  let offset = 2;
  for (let count = 0; count < mostMarkers; count++) {
    const at = nextMarker(bytes, offset);
    if (at < 0) return bytes.length;
    const code = bytes[at + 1]!;
    if (code === 0xd9) return at + 2;
    offset = at + 2;
    if (isStandAlone(code)) continue;
    const size = at + 3 < bytes.length ? (bytes[at + 2]! << 8) | bytes[at + 3]! : 0;
    if (size < 2 || offset + size > bytes.length)
      throw new ArtGuardError("jpeg.malformed", "a marker segment leaves the file");
    const payload = bytes.subarray(offset + 2, offset + size);
    visitor.segment({ code, offset: at, length: payload.length }, payload);
    offset += size;
    if (code === 0xda) offset = visitor.scan(payload, offset);
  }
  throw new ArtGuardError("jpeg.malformed", `the file has more than ${mostMarkers} markers`);
}

/** Offset of the 0xff of the next marker, fill bytes skipped; −1 at the end of the file. */
function nextMarker(bytes: Uint8Array, offset: number): number {
  for (let i = bytes.indexOf(0xff, offset); i >= 0 && i + 1 < bytes.length; i = bytes.indexOf(0xff, i + 1)) {
    const code = bytes[i + 1]!;
    if (code !== 0 && code !== 0xff) return i;
  }
  return -1;
}

function isStandAlone(code: number): boolean {
  return code === 0x01 || (code >= 0xd0 && code <= 0xd8);
}
