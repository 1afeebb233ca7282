import { ArtGuardError } from "../errors/artguard-error.ts";

const longestKeyBytes = 1024;

/** Control characters, the backslash, and what XML, in which S3 lists keys, cannot carry. */
const unsafeCharacters = /[\p{Cc}\\\u{FFFE}\u{FFFF}]/u;

/**
 * Refuses keys that could escape a folder or that backends disagree about.
 *
 * @throws ArtGuardError `storage.invalid-key`
 * @example
 * assertObjectKey("inference/a/original.jpg");
 */
export function assertObjectKey(key: string): void {
  const segments = key.split("/");
  const unsafe = unsafeCharacters.test(key) || !key.isWellFormed();
  const misleading = segments.some((part) => part === "" || part === "." || part === "..");
  if (!unsafe && !misleading && Buffer.byteLength(key) <= longestKeyBytes) return;
  throw new ArtGuardError("storage.invalid-key", `not an object key: ${JSON.stringify(key.slice(0, 100))}`);
}

/**
 * The order of keys in every store: by the bytes of their UTF-8 form, as S3 lists them.
 *
 * @example
 * ["b", "B", "ä"].sort(compareKeys); // B, b, ä
 */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
