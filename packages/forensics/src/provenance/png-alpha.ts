import { inflateSync } from "node:zlib";
import { pngChunks } from "./text-chunks.ts";

/** The alpha channel of a picture, one byte a pixel, row-major. */
export interface AlphaChannel {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Larger pictures are not searched for hidden text: what hides it are generators of a few megapixels. */
const mostPixels = 16e6;
const bytesPerPixel = 4;

/** Alpha of an 8-bit RGBA PNG without interlace; undefined for all others and for broken ones. */
export function pngAlpha(png: Uint8Array): AlphaChannel | undefined {
  const parts: Buffer[] = [];
  let size: { width: number; height: number } | undefined;
  for (const { type, body } of pngChunks(png)) {
    if (type === "IHDR") size = rgbaSize(body);
    if (!size) return undefined;
    if (type === "IDAT") parts.push(body);
  }
  if (!size || parts.length === 0) return undefined;
  const rowBytes = 1 + bytesPerPixel * size.width;
  const rows = inflated(Buffer.concat(parts), rowBytes * size.height);
  return rows && { ...size, data: unfilteredAlpha(rows, size.width, size.height) };
}

function rgbaSize(header: Buffer): { width: number; height: number } | undefined {
  if (header.length < 13) return undefined;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const isPlainRgba = header[8] === 8 && header[9] === 6 && header[12] === 0;
  return isPlainRgba && width * height <= mostPixels ? { width, height } : undefined;
}

function inflated(data: Buffer, length: number): Buffer | undefined {
  try {
    const rows = inflateSync(data, { maxOutputLength: length });
    return rows.length === length ? rows : undefined;
  } catch {
    return undefined;
  }
}

/** Undoes the row filters (PNG specification, 9.2) for one channel; channels do not depend on each other. */
function unfilteredAlpha(rows: Buffer, width: number, height: number): Uint8Array {
  const alpha = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * (1 + bytesPerPixel * width);
    const filter = rows[row]!;
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const left = x > 0 ? alpha[at - 1]! : 0;
      const up = y > 0 ? alpha[at - width]! : 0;
      const corner = x > 0 && y > 0 ? alpha[at - width - 1]! : 0;
      alpha[at] = rows[row + bytesPerPixel * (x + 1)]! + predicted(filter, left, up, corner);
    }
  }
  return alpha;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  return filter === 4 ? paeth(left, up, corner) : 0;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
