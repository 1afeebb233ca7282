import { inflateSync } from "node:zlib";

/** A named text that a program wrote beside the pixels. */
export interface EmbeddedText {
  /** PNG keyword, or `UserComment` / `ImageDescription` for EXIF. */
  readonly keyword: string;
  readonly text: string;
}

/** Longer texts are cut: what names a generator stands at the beginning, a compressed bomb has no end. */
const longestText = 2 ** 20;
const mostTexts = 64;

/**
 * The tEXt, zTXt and iTXt chunks of a PNG that stand before its pixels (PNG specification, 11.3.3), as image
 * generators write them. Broken chunks are left out.
 */
export function pngTexts(png: Uint8Array): EmbeddedText[] {
  const texts: EmbeddedText[] = [];
  for (const { type, body } of pngChunks(png)) {
    if (type === "IDAT" || texts.length >= mostTexts) break;
    const text = readers[type]?.(body);
    if (text) texts.push(text);
  }
  return texts;
}

/** The chunks of a PNG in file order, as far as they are whole. */
export function* pngChunks(png: Uint8Array): Generator<{ type: string; body: Buffer }> {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.length);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) return;
    yield { type: bytes.toString("latin1", at + 4, at + 8), body: bytes.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

const readers: Readonly<Record<string, (body: Buffer) => EmbeddedText | undefined>> = {
  tEXt: (body) => {
    const end = body.indexOf(0);
    if (end <= 0) return undefined;
    return { keyword: body.toString("latin1", 0, end), text: utf8OrLatin1(body.subarray(end + 1)) };
  },
  zTXt: (body) => {
    const end = body.indexOf(0);
    const text = end > 0 && body[end + 1] === 0 ? inflated(body.subarray(end + 2)) : undefined;
    return text && { keyword: body.toString("latin1", 0, end), text: utf8OrLatin1(text) };
  },
  iTXt: (body) => {
    const end = body.indexOf(0);
    const language = body.indexOf(0, end + 3);
    const translated = body.indexOf(0, language + 1);
    if (end <= 0 || language < 0 || translated < 0) return undefined;
    const raw = body.subarray(translated + 1);
    const text = body[end + 1] === 1 ? inflated(raw) : raw;
    return text && { keyword: body.toString("latin1", 0, end), text: text.toString("utf8", 0, longestText) };
  },
};

function inflated(data: Buffer): Buffer | undefined {
  try {
    return inflateSync(data, { maxOutputLength: longestText });
  } catch {
    return undefined;
  }
}

/** tEXt is Latin-1 by the standard, and UTF-8 in what most generators write. */
function utf8OrLatin1(bytes: Buffer): string {
  const text = bytes.toString("utf8", 0, longestText);
  return text.includes("\ufffd") ? bytes.toString("latin1", 0, longestText) : text;
}
