import { ArtGuardError } from "../errors/artguard-error.ts";
import { textAt } from "./container-facts.ts";
import type { ImageFormat } from "./image-info.ts";

const isobmffBrands: Readonly<Record<string, string>> = {
  avif: "avif",
  avis: "avif",
  heic: "HEIC",
  heix: "HEIC",
  heim: "HEIC",
  heis: "HEIC",
  hevc: "HEIC",
  hevx: "HEIC",
  mif1: "HEIF",
  msf1: "HEIF",
};

/** Formats that are recognised to be refused by name. */
const foreign: readonly (readonly [name: string, is: (bytes: Uint8Array) => boolean])[] = [
  ["BMP", (bytes) => textAt(bytes, 0, 2) === "BM"],
  ["JPEG XL", (bytes) => (bytes[0] === 0xff && bytes[1] === 0x0a) || textAt(bytes, 4, 4) === "JXL "],
  ["JPEG 2000", (bytes) => textAt(bytes, 4, 4) === "jP  " || (bytes[0] === 0xff && bytes[1] === 0x4f)],
  ["Photoshop", (bytes) => textAt(bytes, 0, 4) === "8BPS"],
  ["PDF", (bytes) => textAt(bytes, 0, 1024).includes("%PDF-")],
  ["ZIP", (bytes) => textAt(bytes, 0, 2) === "PK"],
  ["BigTIFF", (bytes) => ["II+\0", "MM\0+"].includes(textAt(bytes, 0, 4))],
  ["HTML", (bytes) => /<(?:!DOCTYPE\s+)?html/i.test(textAt(bytes, 0, 1024))],
  ["SVG", (bytes) => /<(?:svg|\?xml|!DOCTYPE)/i.test(textAt(bytes, 0, 1024))],
];

/**
 * The format that the first bytes name; file names and declared types are not asked.
 *
 * @throws ArtGuardError `image.empty`, `image.unsupported-format` (naming the format where it is known)
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new ArtGuardError("image.empty", "the input has no bytes");
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "jpeg";
  if (textAt(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") return "png";
  if (textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP") return "webp";
  if (["II*\0", "MM\0*"].includes(textAt(bytes, 0, 4))) return "tiff";
  if (["GIF87a", "GIF89a"].includes(textAt(bytes, 0, 6))) return "gif";
  const isobmff = isobmffFormat(bytes);
  if (isobmff === "avif") return "avif";
  const name = isobmff ?? foreign.find(([, is]) => is(bytes))?.[0] ?? "not a known image format";
  throw new ArtGuardError("image.unsupported-format", `unsupported image format: ${name}`, {
    details: { format: name },
  });
}

/** By the brands of an ISO base media file (ISO/IEC 14496-12, 4.3); undefined when it is none. */
function isobmffFormat(bytes: Uint8Array): string | undefined {
  if (textAt(bytes, 4, 4) !== "ftyp") return undefined;
  const brands = textAt(bytes, 8, 56).match(/.{4}/gs) ?? [];
  const known = brands.map((brand) => isobmffBrands[brand]).filter((name) => name !== undefined);
  const coded = known.find((name) => name === "avif") ?? known.find((name) => name !== "HEIF");
  return coded ?? known[0] ?? "an ISO media file that is not AVIF";
}
