import { pngChunks } from "./text-chunks.ts";

const exifHeader = "Exif\0\0";

/** The EXIF data of a file as a TIFF block of its own; undefined when there is none. */
export function exifBlock(bytes: Uint8Array, mediaType: string | undefined): Uint8Array | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (mediaType === "image/jpeg") return jpegExif(file);
  if (mediaType === "image/webp") return webpExif(file);
  if (mediaType === "image/tiff") return file;
  if (mediaType === "image/png") return pngExif(file);
  return undefined;
}

/** Metadata of a JPEG stands before its first scan; the search ends there. */
function jpegExif(file: Buffer): Uint8Array | undefined {
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff; ) {
    const marker = file[at + 1]!;
    const length = file.readUInt16BE(at + 2);
    if (marker === 0xda || length < 2) return undefined;
    const isExif = marker === 0xe1 && file.toString("latin1", at + 4, at + 10) === exifHeader;
    if (isExif) return file.subarray(at + 10, at + 2 + length);
    at += 2 + length;
  }
  return undefined;
}

function webpExif(file: Buffer): Uint8Array | undefined {
  for (let at = 12; at + 8 <= file.length; ) {
    const length = file.readUInt32LE(at + 4);
    if (file.toString("latin1", at, at + 4) === "EXIF") return withoutHeader(file.subarray(at + 8, at + 8 + length));
    at += 8 + length + (length & 1);
  }
  return undefined;
}

function pngExif(file: Buffer): Uint8Array | undefined {
  for (const { type, body } of pngChunks(file)) if (type === "eXIf") return withoutHeader(body);
  return undefined;
}

/** Some writers keep the JPEG header before the block. */
function withoutHeader(block: Buffer): Uint8Array {
  return block.toString("latin1", 0, 6) === exifHeader ? block.subarray(6) : block;
}
