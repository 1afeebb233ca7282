import { brokenHeader, type ContainerFacts, emptyFacts, textAt, viewOf } from "./container-facts.ts";
import { exifOrientation } from "./exif-orientation.ts";

const metadataChunks = new Set(["tEXt", "zTXt", "iTXt", "eXIf", "iCCP", "caBX"]);

/** Reads the chunks of a PNG or APNG file (PNG third edition, 5.3). */
export function inspectPng(bytes: Uint8Array): ContainerFacts {
  const facts = emptyFacts();
  const view = viewOf(bytes);
  for (let offset = 8; offset + 8 <= bytes.length; ) {
    const length = view.getUint32(offset);
    const type = textAt(bytes, offset + 4, 4);
    const body = bytes.subarray(offset + 8, offset + 8 + length);
    if (type === "IHDR" && body.length >= 8 && facts.width === 0) {
      facts.width = viewOf(body).getUint32(0);
      facts.height = viewOf(body).getUint32(4);
    }
    if (type === "acTL" && body.length >= 4) facts.frames = Math.max(1, viewOf(body).getUint32(0));
    if (type === "eXIf") Object.assign(facts, { has_exif: true, orientation: exifOrientation(body) });
    if (type === "iCCP") facts.has_icc = true;
    if (metadataChunks.has(type)) facts.metadata_bytes += body.length;
    if (type === "IEND") break;
    offset += 12 + length;
  }
  if (facts.width === 0 || facts.height === 0) throw brokenHeader("the PNG file has no IHDR chunk with a size");
  return facts;
}
