import { createHash } from "node:crypto";
import {
  ArtGuardError,
  BodyMeasure,
  bytesOf,
  chunksOf,
  corrupt,
  type GetOptions,
  isArtGuardError,
  type ObjectBody,
  type ObjectCallOptions,
  type ObjectHead,
  type ObjectStore,
  type ObjectStream,
  type ObjectSummary,
  type ObjectTags,
  type PutOptions,
  resolvePutOptions,
  resolveRange,
  verifiedStream,
  type WrittenObject,
} from "@artguard/core";
import type { DataKeys } from "./data-keys.ts";
import { contextBytes, type KeyContext } from "./key-context.ts";
import {
  chunkSpan,
  decryptedBytes,
  encryptedBytes,
  footerBytes,
  ObjectCipher,
  type ObjectFooter,
  parseFooter,
} from "./object-cipher.ts";
import { asCorrupt, decrypted, encrypted } from "./object-streams.ts";
import { wiping } from "./secret-bytes.ts";

/** What an object belongs to, besides its key: bound into its ciphertext. */
export interface ObjectContext {
  /** Whose keys protect it. */
  readonly owner: string;
  /** What it may be used for, e.g. `evidence`. */
  readonly purpose: string;
}

/** Options of {@link encryptedObjects}. */
export interface EncryptedObjectsOptions {
  /** Name of the store, so that an object of one bucket does not open in another. */
  readonly bucket: string;
  /**
   * What the object with this key belongs to: the same answer when it is written and when it is read. Undefined when it
   * belongs to nobody any more: then it is neither read nor written, only deleted.
   */
  readonly contextOf: (key: string) => ObjectContext | undefined | Promise<ObjectContext | undefined>;
}

/** Times that a read begins anew because the object was replaced meanwhile. */
const mostAttempts = 5;

/**
 * Encrypts what is put into a store and decrypts what is read from it: each object by a fresh key, in authenticated chunks
 * of 64 KiB, so that a stream needs little memory and a range reads only its chunks. Keys, sizes, content types, tags and
 * times stay readable in the store. It signs no requests for others: they would get ciphertext.
 *
 * Beyond what the port says, `get`, `getStream` and `head` throw `keys.shredded` for an object whose key was destroyed
 * and `keys.approval-required` for one that only custodians can open; they and `put` throw `keys.not-found` for one that
 * belongs to nobody.
 *
 * @param keys One source of keys for all objects, or which one for the object with this key.
 * @example
 * import { folder } from "@artguard/core/filesystem";
 *
 * const objects = encryptedObjects(folder({ path: "objects" }), keys.dataKeys, {
 *   bucket: "raw",
 *   contextOf: () => ({ owner: "museum-1", purpose: "evidence" }),
 * });
 */
export function encryptedObjects(
  store: ObjectStore,
  keys: DataKeys | ((key: string) => DataKeys),
  options: EncryptedObjectsOptions,
): ObjectStore {
  return new EncryptedObjectStore(store, typeof keys === "function" ? keys : () => keys, options);
}

/** An object whose footer was read and proven. */
interface OpenedObject {
  readonly stored: ObjectHead;
  readonly cipher: ObjectCipher;
  readonly head: ObjectHead;
}

class EncryptedObjectStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #keysOf: (key: string) => DataKeys;
  readonly #options: EncryptedObjectsOptions;

  constructor(store: ObjectStore, keysOf: (key: string) => DataKeys, options: EncryptedObjectsOptions) {
    this.#store = store;
    this.#keysOf = keysOf;
    this.#options = options;
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<WrittenObject> {
    const { maxBytes, sha256, signal, ...passed } = resolvePutOptions(options);
    this.#store.uri(key);
    signal?.throwIfAborted();
    const calls = { ...(signal && { signal }) };
    const { owner, context, object } = await this.#contextOf(key);
    const replaced = passed.ifAbsent ? undefined : await this.#dataKeyIdOf(key, calls);
    const keys = this.#keysOf(key);
    const dataKey = await keys.create(owner, { ...calls, object });
    const cipher = await wiping([dataKey.key], () => ObjectCipher.create(dataKey.id, dataKey.key, context));
    const measure = new BodyMeasure(key, maxBytes);
    let digest = "";
    const finish = () => {
      digest = measure.finish(sha256);
      return digest;
    };
    let written: WrittenObject;
    try {
      const sealed = encrypted(cipher, measure, chunksOf(body, signal), finish);
      written = await this.#store.put(key, sealed, { ...passed, ...calls, maxBytes: encryptedBytes(maxBytes) });
    } catch (error) {
      // What may have been written must stay readable. A key that stays behind opens nothing.
      if (isRefused(error, signal)) await keys.forget(dataKey.id, owner, { object }).catch(() => undefined);
      throw error;
    } finally {
      cipher.close();
    }
    if (replaced !== undefined) await keys.forget(replaced, owner, { ...calls, object });
    return { key, size_bytes: measure.sizeBytes, sha256: digest, content_type: written.content_type };
  }

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    return bytesOf((await this.getStream(key, options)).body);
  }

  async getStream(key: string, options: GetOptions = {}): Promise<ObjectStream> {
    for (let attempt = 1; ; attempt++) {
      const opened = await this.#open(key, options);
      if (!opened) throw new ArtGuardError("storage.not-found", `there is no object ${key}`);
      try {
        const stream = await this.#decrypted(opened, options);
        if (stream) return stream;
      } catch (error) {
        opened.cipher.close();
        throw error;
      }
      opened.cipher.close();
      if (attempt === mostAttempts) throw replacedTooOften(key);
    }
  }

  async head(key: string, options: ObjectCallOptions = {}): Promise<ObjectHead | undefined> {
    const opened = await this.#open(key, options);
    opened?.cipher.close();
    return opened?.head;
  }

  async delete(key: string, options: ObjectCallOptions = {}): Promise<void> {
    const dataKeyId = await this.#dataKeyIdOf(key, options);
    // First: should the object stay because the second step fails, nobody can read it.
    const context = dataKeyId === undefined ? undefined : await this.#options.contextOf(key);
    if (dataKeyId !== undefined && context) {
      await this.#keysOf(key).forget(dataKeyId, context.owner, { ...options, object: this.#objectOf(key) });
    }
    await this.#store.delete(key, options);
  }

  async *list(prefix: string, options: ObjectCallOptions = {}): AsyncIterable<ObjectSummary> {
    for await (const summary of this.#store.list(prefix, options)) {
      yield { ...summary, size_bytes: decryptedBytes(summary.size_bytes) ?? summary.size_bytes };
    }
  }

  getTags(key: string, options: ObjectCallOptions = {}): Promise<ObjectTags> {
    return this.#store.getTags(key, options);
  }

  setTags(key: string, tags: ObjectTags, options: ObjectCallOptions = {}): Promise<void> {
    return this.#store.setTags(key, tags, options);
  }

  uri(key: string): string {
    return this.#store.uri(key);
  }

  async #contextOf(key: string): Promise<{ owner: string; context: KeyContext; object: string }> {
    const found = await this.#options.contextOf(key);
    if (!found) throw new ArtGuardError("keys.not-found", `the object ${key} belongs to nobody`);
    const { owner, purpose } = found;
    return { owner, context: { bucket: this.#options.bucket, key, owner, purpose }, object: this.#objectOf(key) };
  }

  /** What a data key is bound to: a copy of the ciphertext elsewhere must not destroy the key. */
  #objectOf(key: string): string {
    const name = contextBytes("object-name", { bucket: this.#options.bucket, key });
    return createHash("sha256").update(name).digest("hex");
  }

  /** The object's footer, opened; undefined when there is no object. Its cipher is the caller's to close. */
  async #open(key: string, { signal }: ObjectCallOptions): Promise<OpenedObject | undefined> {
    const calls = { ...(signal && { signal }) };
    for (let attempt = 1; ; attempt++) {
      const stored = await this.#store.head(key, calls);
      if (!stored) return undefined;
      const footer = await this.#footerOf(stored, calls);
      if (footer !== "replaced") {
        try {
          return await this.#openedBy(stored, footer, calls);
        } catch (error) {
          // Whoever replaces an object destroys the key of the one before.
          const now = isArtGuardError(error, "keys.shredded") ? await this.#store.head(key, calls) : stored;
          if (now && same(now, stored)) throw error;
        }
      }
      if (attempt === mostAttempts) throw replacedTooOften(key);
    }
  }

  async #openedBy(stored: ObjectHead, footer: ObjectFooter, calls: ObjectCallOptions): Promise<OpenedObject> {
    const { key, size_bytes: size, ...rest } = stored;
    const plainBytes = decryptedBytes(size);
    if (plainBytes === undefined) throw corrupt(key, "no encrypted object has its size");
    const { owner, context } = await this.#contextOf(key);
    const dataKey = await this.#keysOf(key).open(footer.dataKeyId, owner, calls);
    return wiping([dataKey], () =>
      asCorrupt(key, () => {
        const cipher = ObjectCipher.open(footer, dataKey, context);
        try {
          return {
            stored,
            cipher,
            head: { ...rest, key, size_bytes: plainBytes, sha256: cipher.openFooter(footer, plainBytes) },
          };
        } catch (error) {
          cipher.close();
          throw error;
        }
      }),
    );
  }

  async #footerOf(stored: ObjectHead, calls: ObjectCallOptions): Promise<ObjectFooter | "replaced"> {
    const { key, size_bytes } = stored;
    if (size_bytes < footerBytes) throw corrupt(key, "it was not encrypted");
    const range = { offset: size_bytes - footerBytes, length: footerBytes };
    const { head, body } = await this.#store.getStream(key, { range, ...calls }).catch((error) => {
      if (isArtGuardError(error, "storage.not-found") || isArtGuardError(error, "storage.invalid-option")) {
        return { head: undefined, body: undefined };
      }
      throw error;
    });
    if (!head) return "replaced";
    const bytes = await bytesOf(body);
    if (!same(head, stored)) return "replaced";
    const footer = parseFooter(bytes);
    if (footer) return footer;
    throw corrupt(key, "it was not encrypted, or by a later version");
  }

  /** The bytes asked for; undefined when the object was replaced since it was opened. */
  async #decrypted(opened: OpenedObject, { range, signal }: GetOptions): Promise<ObjectStream | undefined> {
    const { stored, cipher, head } = opened;
    const { start, end } = resolveRange(range, head.size_bytes);
    const span = chunkSpan(start, end, head.size_bytes);
    const calls = { ...(signal && { signal }) };
    // A store reads no range of no bytes.
    if (span.length === 0) return { head, body: verifiedStream(endOf(head, cipher)) };
    const source = await this.#store.getStream(head.key, {
      range: { offset: span.offset, length: span.length },
      ...calls,
    });
    if (!same(source.head, stored)) {
      await source.body.cancel();
      return undefined;
    }
    const pieces = decrypted(cipher, head.key, source.body, { first: span.first, start, end });
    const body = verifiedStream({
      key: head.key,
      sizeBytes: end - start,
      ...(range === undefined && { sha256: head.sha256 }),
      ...calls,
      read: async () => (await pieces.next()).value ?? undefined,
      close: async () => {
        cipher.close();
        await pieces.return(undefined);
        // Pieces that nobody asked for have not taken hold of the source.
        await source.body.cancel();
      },
    });
    return { head, body };
  }

  /** Id of the key of the object, where it can be read; undefined where there is none, or where others replace it just now. */
  async #dataKeyIdOf(key: string, calls: ObjectCallOptions): Promise<string | undefined> {
    try {
      const stored = await this.#store.head(key, calls);
      const footer = stored && (await this.#footerOf(stored, calls));
      return footer === "replaced" ? undefined : footer?.dataKeyId;
    } catch (error) {
      if (isArtGuardError(error, "storage.corrupt")) return undefined;
      throw error;
    }
  }
}

/** The source of an object without bytes. */
function endOf({ key, sha256 }: ObjectHead, cipher: ObjectCipher) {
  return { key, sizeBytes: 0, sha256, read: async () => undefined, close: async () => cipher.close() };
}

function same(a: ObjectHead, b: ObjectHead): boolean {
  return a.sha256 === b.sha256 && a.size_bytes === b.size_bytes && a.modified_at === b.modified_at;
}

/** Whether a write that failed has certainly written nothing: after an interruption nobody knows. */
function isRefused(error: unknown, signal: AbortSignal | undefined): boolean {
  const isUncertain = isArtGuardError(error, "storage.timed-out") || isArtGuardError(error, "storage.unavailable");
  return !isUncertain && signal?.aborted !== true;
}

function replacedTooOften(key: string): ArtGuardError {
  return new ArtGuardError("storage.unavailable", `the object ${key} was replaced again and again while it was read`);
}
