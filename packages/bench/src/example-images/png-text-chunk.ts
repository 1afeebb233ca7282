import { crc32 } from "node:zlib";

const endChunkBytes = 12;

/** A PNG with one more `tEXt` chunk, before its end (PNG specification, 11.3.3.2). */
export function withTextChunk(png: Buffer, keyword: string, text: string): Buffer {
  const body = Buffer.from(`tEXt${keyword}\0${text}`, "latin1");
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  const end = png.length - endChunkBytes;
  return Buffer.concat([png.subarray(0, end), chunk, png.subarray(end)]);
}
