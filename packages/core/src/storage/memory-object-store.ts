import { ArtGuardError } from "../errors/artguard-error.ts";
import { BodyMeasure, chunksOf } from "./object-body.ts";
import { assertObjectKey, compareKeys } from "./object-key.ts";
import { assertTags, resolvePutOptions, resolveRange } from "./object-options.ts";
import type {
  GetOptions,
  ObjectBody,
  ObjectCallOptions,
  ObjectHead,
  ObjectStore,
  ObjectStream,
  ObjectSummary,
  ObjectTags,
  PutOptions,
  WrittenObject,
} from "./object-store.ts";

interface StoredObject {
  readonly head: ObjectHead;
  readonly bytes: Uint8Array;
  readonly tags: ObjectTags;
}

/**
 * An {@link ObjectStore} in this process's memory: for a single run, and the fake for tests.
 *
 * @example
 * const objects = new MemoryObjectStore();
 * await objects.put("inference/a/original.jpg", bytes, { contentType: "image/jpeg" });
 */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, StoredObject>();
  readonly #now: () => number;

  /** @param options.now Clock in epoch milliseconds, for `modified_at`; default `Date.now`. */
  constructor(options: { now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<WrittenObject> {
    assertObjectKey(key);
    const { contentType, ifAbsent, maxBytes, sha256: expected, tags, signal } = resolvePutOptions(options);
    const measure = new BodyMeasure(key, maxBytes);
    const chunks: Uint8Array[] = [];
    for await (const chunk of chunksOf(body, signal)) {
      measure.add(chunk);
      chunks.push(chunk.slice());
    }
    const sha256 = measure.finish(expected);
    if (ifAbsent && this.#objects.has(key))
      throw new ArtGuardError("storage.condition-failed", `the object ${key} exists`);
    const written = { key, size_bytes: measure.sizeBytes, sha256, content_type: contentType };
    const bytes = new Uint8Array(Buffer.concat(chunks));
    this.#objects.set(key, { head: { ...written, modified_at: this.#now() }, bytes, tags: { ...tags } });
    return written;
  }

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    const { head, bytes } = this.#existing(key, options);
    const { start, end } = resolveRange(options.range, head.size_bytes);
    return bytes.slice(start, end);
  }

  async getStream(key: string, options: GetOptions = {}): Promise<ObjectStream> {
    const bytes = await this.get(key, options);
    return { head: this.#existing(key, options).head, body: ReadableStream.from([bytes]) };
  }

  async head(key: string, options: ObjectCallOptions = {}): Promise<ObjectHead | undefined> {
    options.signal?.throwIfAborted();
    assertObjectKey(key);
    return this.#objects.get(key)?.head;
  }

  async delete(key: string, options: ObjectCallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    assertObjectKey(key);
    this.#objects.delete(key);
  }

  async *list(prefix: string, options: ObjectCallOptions = {}): AsyncIterable<ObjectSummary> {
    options.signal?.throwIfAborted();
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix));
    for (const key of keys.sort(compareKeys)) {
      options.signal?.throwIfAborted();
      const head = this.#objects.get(key)?.head;
      if (head) yield { key, size_bytes: head.size_bytes, modified_at: head.modified_at };
    }
  }

  async getTags(key: string, options: ObjectCallOptions = {}): Promise<ObjectTags> {
    return { ...this.#existing(key, options).tags };
  }

  async setTags(key: string, tags: ObjectTags, options: ObjectCallOptions = {}): Promise<void> {
    assertTags(tags);
    this.#objects.set(key, { ...this.#existing(key, options), tags: { ...tags } });
  }

  uri(key: string): string {
    assertObjectKey(key);
    return `memory:${key}`;
  }

  #existing(key: string, { signal }: ObjectCallOptions): StoredObject {
    signal?.throwIfAborted();
    assertObjectKey(key);
    const object = this.#objects.get(key);
    if (object) return object;
    throw new ArtGuardError("storage.not-found", `there is no object ${key}`);
  }
}
