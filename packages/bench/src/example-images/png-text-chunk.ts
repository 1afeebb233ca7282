import { crc32 } from "node:zlib";

/** The signature and the IHDR chunk, which comes first. */
const headerBytes = 8 + 25;

/** A PNG with one more `tEXt` chunk, before its pixels (PNG specification, 11.3.3.2). */
export function withTextChunk(png: Buffer, keyword: string, text: string): Buffer {
  const body = Buffer.from(`tEXt${keyword}\0${text}`, "latin1");
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return Buffer.concat([png.subarray(0, headerBytes), chunk, png.subarray(headerBytes)]);
}
