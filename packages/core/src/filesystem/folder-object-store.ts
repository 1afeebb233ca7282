import { type FileHandle, mkdir, open, realpath, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { deleteExpiredObjects, type LifecycleRule } from "../storage/lifecycle.ts";
import { BodyMeasure, chunksOf } from "../storage/object-body.ts";
import { assertObjectKey } from "../storage/object-key.ts";
import { assertTags, resolvePutOptions, resolveRange } from "../storage/object-options.ts";
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
} from "../storage/object-store.ts";
import { bytesOf, corrupt, verifiedStream } from "../storage/object-stream.ts";
import { publish, removeDurably, syncFolder } from "./durable-file.ts";
import { folderError, systemCode, typed } from "./folder-error.ts";
import { removeLeftovers, temporaryName } from "./incoming.ts";
import { keyPath } from "./key-path.ts";
import { encodeTrailer, openObjectFile, readAt, readHead, type StoredHead } from "./object-file.ts";
import { walkFolder } from "./walk-folder.ts";

const chunkBytes = 256 * 1024;

/** Where a {@link FolderObjectStore} lies, and how it behaves. */
export interface FolderObjectStoreOptions {
  /** The store's own folder, made on first use; relative to the working directory of now. */
  readonly path: string;
  /** Clock in epoch milliseconds, for `modified_at`; default `Date.now`. */
  readonly now?: () => number;
}

/**
 * An {@link ObjectStore} in a folder, for any number of processes of one machine. Objects are in `objects/`, one file each
 * (the bytes, then their head); files being written are in `incoming/` of the same file system, which must know hard links.
 *
 * `put` resolves after the file and the names that lead to it were flushed. A symbolic link inside the folder is never
 * followed; a program that exchanges folders for links at the very moment of a call is not kept out.
 *
 * @example
 * const objects = new FolderObjectStore({ path: ".artguard/objects" });
 * await objects.put("inference/a/original.jpg", bytes, { contentType: "image/jpeg" });
 */
export class FolderObjectStore implements ObjectStore {
  readonly #path: string;
  readonly #objects: string;
  readonly #now: () => number;
  #opened: Promise<string> | undefined;

  constructor(options: FolderObjectStoreOptions) {
    this.#path = resolve(options.path);
    this.#objects = join(this.#path, "objects");
    this.#now = options.now ?? Date.now;
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<WrittenObject> {
    assertObjectKey(key);
    const { contentType, ifAbsent, maxBytes, sha256: expected, tags, signal } = resolvePutOptions(options);
    const measure = new BodyMeasure(key, maxBytes);
    let head: StoredHead | undefined;
    await this.#write(key, ifAbsent, async (file) => {
      for await (const chunk of chunksOf(body, signal)) {
        measure.add(chunk);
        await typed("write", file.writeFile(chunk));
      }
      const written = {
        key,
        size_bytes: measure.sizeBytes,
        sha256: measure.finish(expected),
        content_type: contentType,
      };
      head = { ...written, modified_at: this.#now(), tags };
      await typed("write", file.writeFile(encodeTrailer(head)));
      signal?.throwIfAborted();
    });
    const { size_bytes, sha256, content_type } = head!;
    return { key, size_bytes, sha256, content_type };
  }

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    return bytesOf((await this.getStream(key, options)).body);
  }

  async getStream(key: string, options: GetOptions = {}): Promise<ObjectStream> {
    const { file, head } = await this.#existing(key, options);
    try {
      const { start, end } = resolveRange(options.range, head.size_bytes);
      let position = start;
      const body = verifiedStream({
        key,
        sizeBytes: end - start,
        sha256: options.range ? undefined : head.sha256,
        signal: options.signal,
        close: () => file.close(),
        async read() {
          if (position === end) return undefined;
          const chunk = await typed("read", readAt(file, position, Math.min(chunkBytes, end - position)));
          position += chunk.length;
          return chunk.length > 0 ? new Uint8Array(chunk) : undefined;
        },
      });
      return { head: publicHead(head), body };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async head(key: string, options: ObjectCallOptions = {}): Promise<ObjectHead | undefined> {
    const found = await this.#find(key, options);
    await found?.file.close();
    return found && publicHead(found.head);
  }

  async delete(key: string, options: ObjectCallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    assertObjectKey(key);
    const root = await this.#open();
    const names = keyPath(key);
    try {
      await this.#checkFolder(dirname(join(root, ...names)));
      await removeDurably(root, names);
    } catch (error) {
      if (!isMissing(error)) throw folderError(error, "write");
      await this.#checkRoot();
    }
  }

  async *list(prefix: string, options: ObjectCallOptions = {}): AsyncIterable<ObjectSummary> {
    options.signal?.throwIfAborted();
    const root = await this.#open();
    try {
      await this.#checkRoot();
      for await (const { key, path } of walkFolder(root, prefix)) {
        options.signal?.throwIfAborted();
        const summary = await this.#summary(key, path);
        if (summary) yield summary;
      }
    } catch (error) {
      throw folderError(error, "read");
    }
  }

  async getTags(key: string, options: ObjectCallOptions = {}): Promise<ObjectTags> {
    const { file, head } = await this.#existing(key, options);
    await file.close();
    return head.tags;
  }

  /** Writes the object anew, with the same bytes. A `put` by another process in the same instant may be lost against it. */
  async setTags(key: string, tags: ObjectTags, options: ObjectCallOptions = {}): Promise<void> {
    assertTags(tags);
    const { head, body } = await this.getStream(key, options);
    await this.#write(key, false, async (file) => {
      for await (const chunk of body) await typed("write", file.writeFile(chunk));
      await typed("write", file.writeFile(encodeTrailer({ ...head, sha256: head.sha256!, tags })));
      const now = await this.head(key, options);
      if (now?.modified_at === head.modified_at && now.sha256 === head.sha256) return;
      throw new ArtGuardError("storage.condition-failed", `the object ${key} was replaced meanwhile`);
    });
  }

  uri(key: string): string {
    assertObjectKey(key);
    return pathToFileURL(join(this.#objects, ...keyPath(key))).href;
  }

  /**
   * Deletes what has expired at `now`, epoch milliseconds, and returns how many objects.
   *
   * @param rules Of the bucket that this folder stands for: see `lifecycleOf`.
   */
  async deleteExpired(rules: readonly LifecycleRule[], now: number, options: ObjectCallOptions = {}): Promise<number> {
    return deleteExpiredObjects(this, rules, now, options);
  }

  /** Writes a file under a temporary name and publishes it; leaves nothing when it fails before that. */
  async #write(key: string, ifAbsent: boolean, fill: (file: FileHandle) => Promise<void>): Promise<void> {
    const root = await this.#open();
    const temporary = join(this.#path, "incoming", temporaryName());
    try {
      const file = await typed("write", open(temporary, "wx", 0o600));
      try {
        await fill(file);
        await typed("write", file.sync());
      } finally {
        await file.close();
      }
      await this.#publish(key, temporary, root, ifAbsent);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
  }

  async #publish(key: string, temporary: string, root: string, ifAbsent: boolean): Promise<void> {
    try {
      await publish(temporary, root, keyPath(key), ifAbsent, (path) => this.#checkFolder(path));
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw folderError(error, "write");
      throw new ArtGuardError("storage.condition-failed", `the object ${key} exists`, { cause: error });
    }
  }

  async #existing(key: string, options: ObjectCallOptions): Promise<{ file: FileHandle; head: StoredHead }> {
    const found = await this.#find(key, options);
    if (found) return found;
    throw new ArtGuardError("storage.not-found", `there is no object ${key}`);
  }

  /** The object's open file and its head; undefined when there is none. */
  async #find(key: string, { signal }: ObjectCallOptions): Promise<{ file: FileHandle; head: StoredHead } | undefined> {
    signal?.throwIfAborted();
    assertObjectKey(key);
    const path = join(await this.#open(), ...keyPath(key));
    let file: FileHandle;
    try {
      await this.#checkFolder(dirname(path));
      file = await openObjectFile(path);
    } catch (error) {
      if (!isMissing(error)) throw folderError(error, "read");
      await this.#checkRoot();
      return undefined;
    }
    try {
      return { file, head: await typed("read", readHead(file, key)) };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** From the head, or from the file itself when the head is damaged: what is there must be listed to be deleted. */
  async #summary(key: string, path: string): Promise<ObjectSummary | undefined> {
    try {
      const file = await openObjectFile(path);
      try {
        const { size, mtimeMs } = await file.stat();
        const head = await readHead(file, key).catch(() => ({ size_bytes: size, modified_at: Math.floor(mtimeMs) }));
        return { key, size_bytes: head.size_bytes, modified_at: head.modified_at };
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** The real path of the folder of objects. */
  #open(): Promise<string> {
    this.#opened ??= this.#prepare().catch((error) => {
      this.#opened = undefined;
      throw folderError(error, "write");
    });
    return this.#opened;
  }

  async #prepare(): Promise<string> {
    const incoming = join(this.#path, "incoming");
    for (const folder of [this.#objects, incoming]) await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeLeftovers(incoming);
    await syncFolder(this.#path);
    await syncFolder(dirname(this.#path));
    return realpath(this.#objects);
  }

  /** Without its folder the store is not empty but gone. */
  async #checkRoot(): Promise<void> {
    await typed("read", stat(this.#objects));
  }

  async #checkFolder(path: string): Promise<void> {
    if ((await realpath(path)) === path) return;
    throw corrupt(path, "a symbolic link leads out of its folder");
  }
}

/**
 * Objects in a folder of this machine: the embedded default.
 *
 * @example
 * const objects = folder({ path: "./.artguard/objects" });
 */
export function folder(options: FolderObjectStoreOptions): FolderObjectStore {
  return new FolderObjectStore(options);
}

function publicHead({ key, size_bytes, sha256, content_type, modified_at }: StoredHead): ObjectHead {
  return { key, size_bytes, sha256, content_type, modified_at };
}

function isMissing(error: unknown): boolean {
  return systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR";
}
