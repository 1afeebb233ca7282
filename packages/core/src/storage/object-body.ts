import { createHash, type Hash } from "node:crypto";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ObjectBody } from "./object-store.ts";

/**
 * Counts and hashes the bytes of an object while it is written.
 *
 * @example
 * const measure = new BodyMeasure("inference/a/original.jpg", 24 * 2 ** 20);
 * for await (const chunk of chunksOf(bytes, undefined)) measure.add(chunk);
 * const sha256 = measure.finish(undefined);
 */
export class BodyMeasure {
  readonly #hash: Hash = createHash("sha256");
  readonly #key: string;
  readonly #maxBytes: number;
  sizeBytes = 0;

  constructor(key: string, maxBytes: number) {
    this.#key = key;
    this.#maxBytes = maxBytes;
  }

  /** @throws ArtGuardError `storage.object-too-large` */
  add(chunk: Uint8Array): void {
    this.sizeBytes += chunk.length;
    if (this.sizeBytes > this.#maxBytes) {
      const details = { limit: this.#maxBytes };
      const message = `${this.#key} has more than ${this.#maxBytes} bytes`;
      throw new ArtGuardError("storage.object-too-large", message, { details });
    }
    this.#hash.update(chunk);
  }

  /** The hex SHA-256. @throws ArtGuardError `storage.checksum-mismatch` when it is not the expected one. */
  finish(expected: string | undefined): string {
    const sha256 = this.#hash.digest("hex");
    if (expected === undefined || expected === sha256) return sha256;
    throw new ArtGuardError(
      "storage.checksum-mismatch",
      `the bytes for ${this.#key} have the SHA-256 ${sha256}, not ${expected}`,
    );
  }
}

/**
 * The pieces of a body. Stops waiting for a silent source when the signal fires, and closes the source.
 *
 * @example
 * for await (const chunk of chunksOf(bytes, signal)) console.log(chunk.length);
 */
export async function* chunksOf(body: ObjectBody, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  const source = body[Symbol.asyncIterator]();
  let exhausted = false;
  try {
    while (true) {
      const { done, value } = await untilAborted(source.next(), signal);
      exhausted = done === true;
      if (exhausted) return;
      yield value;
    }
  } finally {
    // Not awaited: a source that is silent forever would keep us as long.
    if (!exhausted) void source.return?.()?.catch(() => undefined);
  }
}

/**
 * What comes first of a result and the signal. One promise for each: in a race with a promise that lives as long as the
 * body, every piece would stay in memory until its end.
 */
function untilAborted<Result>(result: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return result;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    result.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
