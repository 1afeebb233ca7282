import { ArtGuardError } from "../errors/artguard-error.ts";

const longestKey = 1024;

/** Refuses keys that could escape a folder or that backends disagree about. @throws ArtGuardError `storage.invalid-key` */
export function assertObjectKey(key: string): void {
  const bytes = new TextEncoder().encode(key).length;
  const segments = key.split("/");
  const unsafe = /[\p{Cc}\\]/u.test(key) || segments.some((part) => part === "" || part === "." || part === "..");
  if (!unsafe && bytes <= longestKey) return;
  throw new ArtGuardError("storage.invalid-key", `not an object key: ${JSON.stringify(key.slice(0, 100))}`);
}
