import { randomBytes } from "node:crypto";

/**
 * A copy of secret bytes in memory of its own, not in the pool that small Buffers share, so that {@link wipe} leaves
 * nothing behind.
 */
export function secretCopy(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Random bytes of a new secret. */
export function randomSecret(bytes = 32): Uint8Array {
  const pooled = randomBytes(bytes);
  const secret = secretCopy(pooled);
  wipe(pooled);
  return secret;
}

/** Overwrites secrets that are no longer needed. What JavaScript cannot promise about it is said in docs/keys.md. */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

/** Lends secrets to a function and wipes them when it has ended, however it ends. */
export async function wiping<Result>(
  secrets: readonly Uint8Array[],
  use: () => Promise<Result> | Result,
): Promise<Result> {
  try {
    return await use();
  } finally {
    wipe(...secrets);
  }
}
