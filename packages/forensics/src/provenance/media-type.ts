const isobmffTypes: Readonly<Record<string, string>> = {
  avif: "image/avif",
  avis: "image/avif",
  heic: "image/heic",
  heix: "image/heic",
  mif1: "image/heif",
  msf1: "image/heif",
  "qt  ": "video/quicktime",
};

/**
 * The media type that the first bytes name, among those that can carry a C2PA manifest; undefined for all others.
 * Wider than the formats that ArtGuard decodes: provenance is read from bytes alone.
 */
export function mediaTypeOf(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString("latin1");
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) return "image/webp";
  if (head.startsWith("II*\0") || head.startsWith("MM\0*")) return "image/tiff";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "image/gif";
  if (head.startsWith("ftyp", 4)) return isobmffTypes[head.slice(8, 12)] ?? "video/mp4";
  // A sidecar is the manifest store itself: a JUMBF superbox (ISO 19566-5).
  if (head.startsWith("jumb", 4)) return "application/c2pa";
  return /<svg[\s>]/i.test(head) ? "image/svg+xml" : undefined;
}
