import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { typed } from "../filesystem/folder-error.ts";
import { readAt } from "../filesystem/object-file.ts";
import { BodyMeasure, chunksOf } from "../storage/object-body.ts";
import type { ObjectBody } from "../storage/object-store.ts";

/** A body of known length and hash that can be read again, as often as requests are repeated. */
export interface SpooledBody {
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Frees what holds the bytes. */
  close(): Promise<void>;
}

export interface SpoolOptions {
  readonly key: string;
  readonly maxBytes: number;
  readonly sha256: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Bytes of a stream that are kept in memory; the rest goes to a file. */
  readonly memoryBytes: number;
}

/**
 * Takes in a whole body before anything is sent: S3 wants the head, with the hash, before the bytes, and what is too
 * large, broken off or not what was expected shall not reach it. A long stream waits in an unnamed file.
 *
 * @throws ArtGuardError `storage.object-too-large`, `storage.checksum-mismatch`, `storage.full`
 */
export async function spool(body: ObjectBody, options: SpoolOptions): Promise<SpooledBody> {
  const measure = new BodyMeasure(options.key, options.maxBytes);
  const store = body instanceof Uint8Array ? new MemorySpool() : new FileSpool(options.memoryBytes);
  try {
    for await (const chunk of chunksOf(body, options.signal)) {
      measure.add(chunk);
      await store.append(chunk);
    }
    const sha256 = measure.finish(options.sha256);
    return {
      sizeBytes: measure.sizeBytes,
      sha256,
      read: (offset, length) => store.read(offset, length),
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

class MemorySpool {
  #bytes: Uint8Array = new Uint8Array();

  /** Of the one chunk that a caller's own array is; a copy, since the caller may change it while it is sent. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#bytes = chunk.slice();
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.#bytes.subarray(offset, offset + length);
  }

  async close(): Promise<void> {}
}

class FileSpool {
  readonly #memoryBytes: number;
  #chunks: Uint8Array[] = [];
  #waiting = 0;
  #file: FileHandle | undefined;
  #path: string | undefined;

  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes;
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk.slice());
    this.#waiting += chunk.length;
    if (this.#waiting > this.#memoryBytes) await this.#flush();
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (!this.#file) return Buffer.concat(this.#chunks).subarray(offset, offset + length);
    if (this.#waiting > 0) await this.#flush();
    return typed("read", readAt(this.#file, offset, length));
  }

  async close(): Promise<void> {
    await this.#file?.close();
    if (this.#path !== undefined) await unlink(this.#path).catch(() => undefined);
  }

  async #flush(): Promise<void> {
    this.#file ??= await this.#create();
    await typed("write", this.#file.writeFile(Buffer.concat(this.#chunks)));
    this.#chunks = [];
    this.#waiting = 0;
  }

  async #create(): Promise<FileHandle> {
    const path = join(tmpdir(), `artguard-${randomUUID()}`);
    const file = await typed("write", open(path, "wx+", 0o600));
    // Without a name nothing stays behind, however this process ends. Windows removes no open file.
    if (process.platform === "win32") this.#path = path;
    else await unlink(path);
    return file;
  }
}
