import { brokenHeader, type ContainerFacts, emptyFacts, type GrowingFacts, textAt, viewOf } from "./container-facts.ts";
import { exifOrientation } from "./exif-orientation.ts";

/** Reads the chunks of a WebP file (RFC 9649, 2.3–2.7). */
export function inspectWebp(bytes: Uint8Array): ContainerFacts {
  const facts = emptyFacts();
  const view = viewOf(bytes);
  let animationFrames = 0;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const type = textAt(bytes, offset, 4);
    const length = view.getUint32(offset + 4, true);
    const body = bytes.subarray(offset + 8, offset + 8 + length);
    if (type === "ANMF") animationFrames++;
    else readChunk(facts, type, body);
    offset += 8 + length + (length & 1);
  }
  facts.frames = Math.max(1, animationFrames);
  if (facts.width === 0 || facts.height === 0) throw brokenHeader("the WebP file has no frame with a size");
  return facts;
}

function readChunk(facts: GrowingFacts, type: string, body: Uint8Array): void {
  if (facts.width === 0) Object.assign(facts, sizeOf(type, body));
  if (type === "EXIF") {
    const tiff = textAt(body, 0, 6) === "Exif\0\0" ? body.subarray(6) : body;
    Object.assign(facts, { has_exif: true, orientation: exifOrientation(tiff) });
  }
  if (type === "ICCP") facts.has_icc = true;
  if (type === "EXIF" || type === "XMP " || type === "ICCP") facts.metadata_bytes += body.length;
}

function sizeOf(type: string, body: Uint8Array): { width: number; height: number } | undefined {
  if (body.length < 10) return undefined;
  const view = viewOf(body);
  if (type === "VP8X") {
    const uint24 = (offset: number) => view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
    return { width: uint24(4) + 1, height: uint24(7) + 1 };
  }
  if (type === "VP8 ") return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff };
  if (type === "VP8L" && body[0] === 0x2f) {
    const bits = view.getUint32(1, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return undefined;
}
