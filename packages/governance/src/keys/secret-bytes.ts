import { randomBytes } from "node:crypto";

/**
 * A copy of secret bytes in memory of its own, so that {@link wipe} leaves nothing behind: not in the pool that small
 * Buffers share, and not on V8's heap, where small typed arrays lie and whose collector copies them about.
 */
export function secretCopy(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** Moves secret bytes into memory of their own: wipes where they were. */
export function secretFrom(bytes: Uint8Array): Uint8Array {
  const copy = secretCopy(bytes);
  wipe(bytes);
  return copy;
}

/** Random bytes of a new secret. */
export function randomSecret(bytes = 32): Uint8Array {
  return secretFrom(randomBytes(bytes));
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
