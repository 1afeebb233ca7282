import { brokenHeader, type ContainerFacts, emptyFacts, textAt, viewOf } from "./container-facts.ts";
import { exifOrientation } from "./exif-orientation.ts";

/** Reads the segments before the first scan (ITU-T T.81, B.2). */
export function inspectJpeg(bytes: Uint8Array): ContainerFacts {
  const facts = emptyFacts();
  const view = viewOf(bytes);
  for (let offset = 2; offset + 4 <= bytes.length; ) {
    if (bytes[offset] !== 0xff) {
      offset = bytes.indexOf(0xff, offset);
      if (offset < 0) break;
      continue;
    }
    const code = bytes[offset + 1]!;
    if (code === 0xff || code === 0 || code === 1 || (code >= 0xd0 && code <= 0xd8)) {
      offset += code === 0xff ? 1 : 2;
      continue;
    }
    if (code === 0xd9 || code === 0xda) break;
    const size = view.getUint16(offset + 2);
    readSegment(facts, code, bytes.subarray(offset + 4, offset + 2 + size));
    offset += 2 + Math.max(2, size);
  }
  if (facts.width === 0 || facts.height === 0) throw brokenHeader("the JPEG file has no frame header with a size");
  return facts;
}

function readSegment(facts: ReturnType<typeof emptyFacts>, code: number, payload: Uint8Array): void {
  const isFrame = code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
  if (isFrame && payload.length >= 6 && facts.width === 0) {
    facts.height = viewOf(payload).getUint16(1);
    facts.width = viewOf(payload).getUint16(3);
  }
  if (code !== 0xfe && (code < 0xe0 || code > 0xef)) return;
  facts.metadata_bytes += payload.length;
  if (code === 0xe1 && textAt(payload, 0, 6) === "Exif\0\0" && !facts.has_exif) {
    facts.has_exif = true;
    facts.orientation = exifOrientation(payload.subarray(6));
  }
  if (code === 0xe2 && textAt(payload, 0, 12) === "ICC_PROFILE\0") facts.has_icc = true;
}
