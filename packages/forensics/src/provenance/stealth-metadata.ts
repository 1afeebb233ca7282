import { gunzipSync } from "node:zlib";
import type { AlphaChannel } from "./png-alpha.ts";
import type { EmbeddedText } from "./text-chunks.ts";

const signatureBytes = 15;
const longestText = 2 ** 20;

/**
 * Generator settings hidden in the lowest bits of the alpha channel ("stealth PNG info"): column after column, one bit
 * a pixel, most significant bit first; a signature, the length in bits as 32 bits, then UTF-8, plain or gzipped.
 */
export function stealthText(alpha: AlphaChannel): EmbeddedText | undefined {
  const room = Math.floor((alpha.width * alpha.height) / 8) - signatureBytes - 4;
  if (room <= 0) return undefined;
  const signature = alphaBytes(alpha, 0, signatureBytes).toString("latin1");
  if (signature !== "stealth_pnginfo" && signature !== "stealth_pngcomp") return undefined;
  const bits = alphaBytes(alpha, signatureBytes, 4).readUInt32BE();
  const length = Math.min(Math.floor(bits / 8), room, longestText);
  const data = alphaBytes(alpha, signatureBytes + 4, length);
  const text = signature === "stealth_pnginfo" ? data.toString("utf8") : gunzipped(data);
  return text === undefined ? undefined : { keyword: "stealth alpha", text };
}

function alphaBytes({ width, height, data }: AlphaChannel, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let bit = 0; bit < 8 * length; bit++) {
    const pixel = 8 * from + bit;
    const x = Math.floor(pixel / height);
    const y = pixel % height;
    bytes[bit >> 3]! |= (data[y * width + x]! & 1) << (7 - (bit & 7));
  }
  return bytes;
}

function gunzipped(data: Buffer): string | undefined {
  try {
    return gunzipSync(data, { maxOutputLength: longestText }).toString("utf8");
  } catch {
    return undefined;
  }
}
