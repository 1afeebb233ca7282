import { ArtGuardError } from "@artguard/core";
import { assertTrustAnchors, readContentCredentials, type TrustOptions } from "./c2pa-reader.ts";
import { exifBlock } from "./exif-block.ts";
import { type ExifFacts, readExifFacts } from "./exif-facts.ts";
import { recogniseGenerator } from "./generator-metadata.ts";
import { mediaTypeOf } from "./media-type.ts";
import { pngAlpha } from "./png-alpha.ts";
import type { ProvenanceReport } from "./provenance-report.ts";
import { stealthText } from "./stealth-metadata.ts";
import { type EmbeddedText, pngTexts } from "./text-chunks.ts";
import { readXmpFacts, type XmpFacts } from "./xmp-facts.ts";

/** Options of {@link readProvenance}. */
export type ProvenanceOptions = TrustOptions;

/**
 * Reads where a file says that it comes from: C2PA manifests, image generators' settings, EXIF and XMP. Works on bytes
 * alone, so on containers that ArtGuard does not decode too (SVG, HEIC, MP4, a manifest store by itself), and opens no
 * connection.
 *
 * @throws ArtGuardError `image.empty`, `analysis.invalid-input` when `bytes` is no Uint8Array or a trust anchor no
 * certificate.
 * @example
 * const { content_credentials } = await readProvenance(await readFile("portrait.jpg"));
 * console.log(content_credentials.integrity, content_credentials.signer); // intact untrusted
 */
export async function readProvenance(bytes: Uint8Array, options: ProvenanceOptions = {}): Promise<ProvenanceReport> {
  if (!(bytes instanceof Uint8Array))
    throw new ArtGuardError("analysis.invalid-input", "readProvenance() takes the bytes of a file as a Uint8Array");
  if (bytes.length === 0) throw new ArtGuardError("image.empty", "the input has no bytes");
  assertTrustAnchors(options);
  const mediaType = mediaTypeOf(bytes);
  const exif = await exifFacts(bytes, mediaType);
  const xmp = readXmpFacts(bytes);
  return {
    media_type: mediaType ?? null,
    content_credentials: await readContentCredentials(bytes, mediaType, xmp?.manifestUrl, options),
    generator: recogniseGenerator([...embeddedTexts(bytes, mediaType), ...(exif?.texts ?? [])]) ?? null,
    digital_source_types: xmp?.digitalSourceTypes ?? [],
    camera: cameraOf(exif),
    software: softwareOf(exif, xmp),
    created: exif?.taken ?? xmp?.created ?? null,
    modified: xmp?.modified ?? exif?.modified ?? null,
    history: xmp?.history ?? [],
  };
}

async function exifFacts(bytes: Uint8Array, mediaType: string | undefined): Promise<ExifFacts | undefined> {
  const block = exifBlock(bytes, mediaType);
  return block && (await readExifFacts(block));
}

function embeddedTexts(bytes: Uint8Array, mediaType: string | undefined): EmbeddedText[] {
  if (mediaType !== "image/png") return [];
  const texts = pngTexts(bytes);
  if (texts.length > 0) return texts;
  const alpha = pngAlpha(bytes);
  const hidden = alpha && stealthText(alpha);
  return hidden ? [hidden] : [];
}

function cameraOf(exif: ExifFacts | undefined): ProvenanceReport["camera"] {
  if (exif?.make === undefined && exif?.model === undefined) return null;
  return { make: exif.make ?? null, model: exif.model ?? null };
}

function softwareOf(exif: ExifFacts | undefined, xmp: XmpFacts | undefined): string[] {
  const names = [exif?.software, xmp?.creatorTool, ...(xmp?.history.map(({ software }) => software) ?? [])];
  return [...new Set(names.filter((name) => name !== undefined))];
}
