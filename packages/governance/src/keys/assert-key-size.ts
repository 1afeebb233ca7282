import { ArtGuardError } from "@artguard/core";

/** What an RSA-4096 key can encrypt at once, rounded down. */
const mostBytes = 256;

/** Refuses what some provider could not wrap. @throws ArtGuardError `keys.invalid-input` */
export function assertWrappable(key: Uint8Array): void {
  if (key.length >= 1 && key.length <= mostBytes) return;
  throw new ArtGuardError("keys.invalid-input", `a key to wrap has 1–${mostBytes} bytes, not ${key.length}`);
}
