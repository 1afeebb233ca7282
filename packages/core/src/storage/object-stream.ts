import { createHash } from "node:crypto";
import { ArtGuardError } from "../errors/artguard-error.ts";

/** Where the bytes of an object come from, and what they must be. */
export interface ObjectSource {
  readonly key: string;
  /** The next piece, or undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** Frees what the source holds; may be called again. */
  close(): Promise<void>;
  readonly sizeBytes: number;
  /** Checked at the end when given. */
  readonly sha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A stream that ends only if the bytes were complete and right; otherwise it fails with `storage.corrupt`.
 *
 * @example
 * const pieces = [bytes];
 * const stream = verifiedStream({
 *   key: "inference/a/original.jpg",
 *   read: async () => pieces.shift(),
 *   close: async () => undefined,
 *   sizeBytes: bytes.length,
 * });
 */
export function verifiedStream(source: ObjectSource): ReadableStream<Uint8Array> {
  const hash = source.sha256 === undefined ? undefined : createHash("sha256");
  let received = 0;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    source.signal?.throwIfAborted();
    const chunk = await source.read();
    if (chunk !== undefined) {
      received += chunk.length;
      hash?.update(chunk);
      return controller.enqueue(chunk);
    }
    if (received !== source.sizeBytes || hash?.digest("hex") !== source.sha256) throw corrupt(source.key);
    await source.close();
    controller.close();
  };
  return new ReadableStream(
    {
      async pull(controller) {
        await pull(controller).catch(async (error) => {
          await source.close().catch(() => undefined);
          throw error;
        });
      },
      cancel: () => source.close(),
    },
    { highWaterMark: 0 },
  );
}

/**
 * The error for an object whose bytes or head are damaged.
 *
 * @example
 * if (bytes.length !== 1024) throw corrupt("inference/a/original.jpg");
 */
export function corrupt(key: string, reason = "its bytes do not match its SHA-256"): ArtGuardError {
  return new ArtGuardError("storage.corrupt", `the object ${key} is damaged: ${reason}`, {
    fix: "Restore this object from a backup, or delete it.",
  });
}

/**
 * All bytes of a stream.
 *
 * @example
 * const { body } = await objects.getStream("inference/a/original.jpg");
 * const bytes = await bytesOf(body);
 */
export async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  // A copy, not a Buffer: callers compare and transfer plain arrays.
  return new Uint8Array(Buffer.concat(chunks));
}
