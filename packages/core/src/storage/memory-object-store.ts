import { createHash } from "node:crypto";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { assertObjectKey } from "./object-key.ts";
import type { ObjectHead, ObjectStore } from "./object-store.ts";

interface StoredObject {
  head: ObjectHead;
  bytes: Uint8Array;
}

/** An {@link ObjectStore} in this process's memory. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, StoredObject>();

  async put(
    key: string,
    bytes: Uint8Array,
    options: { contentType?: string; ifAbsent?: boolean; signal?: AbortSignal } = {},
  ): Promise<ObjectHead> {
    options.signal?.throwIfAborted();
    assertObjectKey(key);
    if (options.ifAbsent && this.#objects.has(key)) {
      throw new ArtGuardError("storage.condition-failed", `the object ${key} exists`);
    }
    const head: ObjectHead = {
      key,
      size_bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      content_type: options.contentType ?? "application/octet-stream",
    };
    this.#objects.set(key, { head, bytes: bytes.slice() });
    return head;
  }

  async get(key: string, options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted();
    assertObjectKey(key);
    const object = this.#objects.get(key);
    if (!object) throw new ArtGuardError("storage.not-found", `there is no object ${key}`);
    return object.bytes.slice();
  }

  async head(key: string, options: { signal?: AbortSignal } = {}): Promise<ObjectHead | undefined> {
    options.signal?.throwIfAborted();
    assertObjectKey(key);
    return this.#objects.get(key)?.head;
  }

  async delete(key: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted();
    assertObjectKey(key);
    this.#objects.delete(key);
  }

  async *list(prefix: string, options: { signal?: AbortSignal } = {}): AsyncIterable<ObjectHead> {
    for (const key of [...this.#objects.keys()].sort()) {
      options.signal?.throwIfAborted();
      const object = this.#objects.get(key);
      if (key.startsWith(prefix) && object) yield object.head;
    }
  }

  uri(key: string): string {
    return `memory:${key}`;
  }
}
