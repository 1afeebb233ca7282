import { type BodyMeasure, corrupt, isArtGuardError } from "@artguard/core";
import { chunkBytes, encryptedBytes, footerBytes, type ObjectCipher } from "./object-cipher.ts";

/** Seals the pieces of a body as they come. @param finish The hex SHA-256 of all of them, once they are measured. */
export async function* encrypted(
  cipher: ObjectCipher,
  measure: BodyMeasure,
  body: AsyncIterable<Uint8Array>,
  finish: () => string,
): AsyncGenerator<Uint8Array> {
  const pending = Buffer.alloc(chunkBytes);
  let [filled, index] = [0, 0];
  for await (const piece of body) {
    measure.add(piece);
    for (let at = 0; at < piece.length; ) {
      const taken = piece.subarray(at, at + chunkBytes - filled);
      pending.set(taken, filled);
      [at, filled] = [at + taken.length, filled + taken.length];
      if (filled < chunkBytes) continue;
      yield cipher.sealChunk(index++, pending);
      filled = 0;
    }
  }
  if (filled > 0) yield cipher.sealChunk(index, pending.subarray(0, filled));
  yield cipher.sealFooter(measure.sizeBytes, finish());
}

/** Opens chunks as they come and yields the bytes from `start` to `end`. */
export async function* decrypted(
  cipher: ObjectCipher,
  key: string,
  source: ReadableStream<Uint8Array>,
  { first, start, end }: { first: number; start: number; end: number },
): AsyncGenerator<Uint8Array, undefined> {
  let index = first;
  for await (const sealed of regrouped(source, encryptedBytes(chunkBytes) - footerBytes)) {
    const at = index * chunkBytes;
    const chunk = asCorrupt(key, () => cipher.openChunk(index, sealed));
    index += 1;
    yield chunk.subarray(Math.max(0, start - at), end - at);
  }
  return undefined;
}

/** The bytes of a stream in pieces of one size, the last one shorter. */
async function* regrouped(source: ReadableStream<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let [pending, filled]: [Uint8Array, number] = [new Uint8Array(size), 0];
  for await (const piece of source) {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.subarray(at, at + size - filled);
      pending.set(taken, filled);
      [at, filled] = [at + taken.length, filled + taken.length];
      if (filled < size) continue;
      yield pending;
      [pending, filled] = [new Uint8Array(size), 0];
    }
  }
  if (filled > 0) yield pending.subarray(0, filled);
}

/** For the store's callers a ciphertext that does not open is a damaged object. */
export function asCorrupt<Result>(key: string, open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    if (!isArtGuardError(error, "keys.unwrap-failed")) throw error;
    throw corrupt(key, "its ciphertext was altered, or is another object's");
  }
}
