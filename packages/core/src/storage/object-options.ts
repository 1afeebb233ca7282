import { ArtGuardError } from "../errors/artguard-error.ts";
import { type ByteRange, defaultMaximumObjectBytes, type ObjectTags, type PutOptions } from "./object-store.ts";

const mostTags = 10;
/** The characters that S3 guarantees for tags in every region. */
const tagText = /^[\p{L}\p{N} +\-=._:/@]*$/u;
const contentTypeText = /^[\x21-\x7e]+\/[\x20-\x7e]+$/;
const sha256Text = /^[0-9a-f]{64}$/;

function invalid(message: string): ArtGuardError {
  return new ArtGuardError("storage.invalid-option", message);
}

/**
 * The options of a `put`, checked, with their defaults.
 *
 * @throws ArtGuardError `storage.invalid-option`
 * @example
 * const { contentType, tags, maxBytes } = resolvePutOptions({ contentType: "image/jpeg" });
 */
export function resolvePutOptions(options: PutOptions) {
  const { contentType = "application/octet-stream", tags = {}, maxBytes = defaultMaximumObjectBytes } = options;
  assertContentType(contentType);
  assertTags(tags);
  assertByteCount("maxBytes", maxBytes);
  if (options.sha256 !== undefined) assertSha256(options.sha256);
  return {
    contentType,
    tags,
    maxBytes,
    ifAbsent: options.ifAbsent ?? false,
    sha256: options.sha256,
    signal: options.signal,
  };
}

export function assertContentType(contentType: string): void {
  if (!contentTypeText.test(contentType) || contentType.length > 255) throw invalid("contentType must be a media type");
}

/** Refuses what is not the lower-case hex form. */
export function assertSha256(sha256: string): void {
  if (!sha256Text.test(sha256)) throw invalid("sha256 must be 64 lower-case hex digits");
}

/**
 * Refuses tags that S3 would refuse.
 *
 * @example
 * assertTags({ dataset: "authentic_v1" });
 */
export function assertTags(tags: ObjectTags): void {
  const entries = Object.entries(tags);
  if (entries.length > mostTags) throw invalid(`an object has at most ${mostTags} tags`);
  for (const [name, value] of entries) {
    const allowed =
      name !== "" && name.length <= 128 && value.length <= 256 && tagText.test(name) && tagText.test(value);
    if (!allowed) throw invalid(`not a tag: ${JSON.stringify(name.slice(0, 130))}`);
  }
}

/** Refuses what is not a whole number from 0. */
export function assertByteCount(name: string, bytes: number): void {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw invalid(`${name} must be a whole number of bytes`);
}

/**
 * First byte and the one after the last, inside an object of `size` bytes.
 *
 * @throws ArtGuardError `storage.invalid-option`
 * @example
 * const { start, end } = resolveRange({ offset: 100, length: 50 }, bytes.length);
 * const part = bytes.subarray(start, end);
 */
export function resolveRange(range: ByteRange | undefined, size: number): { start: number; end: number } {
  if (range === undefined) return { start: 0, end: size };
  assertRange(range);
  if (range.offset >= size) throw invalid(`offset ${range.offset} lies behind the end of ${size} bytes`);
  return { start: range.offset, end: range.length === undefined ? size : Math.min(size, range.offset + range.length) };
}

/** Refuses ranges that no object has. */
export function assertRange({ offset, length }: ByteRange): void {
  assertByteCount("offset", offset);
  if (length !== undefined && (!Number.isSafeInteger(length) || length < 1)) throw invalid("length must be at least 1");
}
