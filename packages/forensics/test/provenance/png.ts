import { crc32, deflateSync } from "node:zlib";

function chunk(type: string, body: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const bytes = Buffer.alloc(typed.length + 8);
  bytes.writeUInt32BE(body.length, 0);
  typed.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(typed), typed.length + 4);
  return bytes;
}

/** A text chunk of a PNG. */
export function textChunk(type: "tEXt" | "zTXt" | "iTXt", keyword: string, text: string): Buffer {
  const head = Buffer.from(`${keyword}\0`, "latin1");
  if (type === "tEXt") return chunk(type, Buffer.concat([head, Buffer.from(text)]));
  if (type === "zTXt") return chunk(type, Buffer.concat([head, Buffer.from([0]), deflateSync(text)]));
  return chunk(type, Buffer.concat([head, Buffer.from([1, 0, 0, 0]), deflateSync(text)]));
}

/** A PNG of RGBA pixels, with chunks before and after them. */
export function png(
  { width, height, data }: { width: number; height: number; data: Uint8Array },
  before: readonly Buffer[] = [],
  after: readonly Buffer[] = [],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const rows = Buffer.concat(
    Array.from({ length: height }, (_, y) =>
      Buffer.concat([Buffer.from([0]), data.subarray(4 * width * y, 4 * width * (y + 1))]),
    ),
  );
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    ...before,
    chunk("IDAT", deflateSync(rows)),
    ...after,
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
