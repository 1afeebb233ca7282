import { DatabaseSync } from "node:sqlite";
import {
  ArtGuardError,
  assertObjectKey,
  assertTags,
  BodyMeasure,
  chunksOf,
  corrupt,
  type GetOptions,
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

/** SQLite takes at most 1 GB in one value, and this store holds an object in memory while it is written or read. */
const mostBytes = 256 * 2 ** 20;

type Row = Record<string, string | number | bigint | Uint8Array | null>;

/**
 * An ObjectStore in one SQLite file: a single thing to back up. Node's SQLite works in the thread that asks, so large
 * images hold others up for the time of a disk write; a folder does not.
 */
export class SqliteObjectStore implements ObjectStore, Disposable {
  readonly #database: DatabaseSync;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.#database = new DatabaseSync(path);
    // What was deleted shall not be found in the file: erasure promises it.
    this.#database.exec(`PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
      CREATE TABLE IF NOT EXISTS objects (
        key TEXT PRIMARY KEY, bytes BLOB NOT NULL, sha256 TEXT NOT NULL, content_type TEXT NOT NULL,
        tags TEXT NOT NULL, modified_at INTEGER NOT NULL
      ) STRICT`);
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<WrittenObject> {
    assertObjectKey(key);
    const { contentType, ifAbsent, maxBytes, sha256: expected, tags, signal } = resolvePutOptions(options);
    const measure = new BodyMeasure(key, Math.min(maxBytes, mostBytes));
    const chunks: Uint8Array[] = [];
    for await (const chunk of chunksOf(body, signal)) {
      measure.add(chunk);
      chunks.push(chunk.slice());
    }
    const sha256 = measure.finish(expected);
    const { changes } = this.#database
      .prepare(`INSERT OR ${ifAbsent ? "IGNORE" : "REPLACE"} INTO objects VALUES (?, ?, ?, ?, ?, ?)`)
      .run(key, Buffer.concat(chunks), sha256, contentType, JSON.stringify(tags ?? {}), Date.now());
    if (changes === 0) throw new ArtGuardError("storage.condition-failed", `the object ${key} exists`);
    return { key, size_bytes: measure.sizeBytes, sha256, content_type: contentType };
  }

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    const { body } = await this.getStream(key, options);
    return new Uint8Array(await new Response(body).arrayBuffer());
  }

  async getStream(key: string, { range, signal }: GetOptions = {}): Promise<ObjectStream> {
    const row = this.#existing(key, "*", signal);
    const head = headOf(row);
    const bytes = row["bytes"] as Uint8Array;
    const { start, end } = resolveRange(range, head.size_bytes);
    const left = [bytes.slice(start, end)];
    const source = { key, read: async () => left.pop(), close: async () => undefined, sizeBytes: end - start, signal };
    const whole = end - start === head.size_bytes;
    return { head, body: verifiedStream(whole ? { ...source, sha256: head.sha256 } : source) };
  }

  async head(key: string, { signal }: ObjectCallOptions = {}): Promise<ObjectHead | undefined> {
    const row = this.#find(key, headColumns, signal);
    return row && headOf(row);
  }

  async delete(key: string, { signal }: ObjectCallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    assertObjectKey(key);
    this.#database.prepare("DELETE FROM objects WHERE key = ?").run(key);
  }

  async *list(prefix: string, { signal }: ObjectCallOptions = {}): AsyncIterable<ObjectSummary> {
    // SQLite compares text by its UTF-8 bytes, as the port wants it.
    const next = this.#database.prepare(`SELECT ${headColumns} FROM objects WHERE key > ? ORDER BY key LIMIT 100`);
    const first = this.#database.prepare(`SELECT ${headColumns} FROM objects WHERE key >= ? ORDER BY key LIMIT 100`);
    for (let rows = first.all(prefix); rows.length > 0; ) {
      for (const row of rows) {
        signal?.throwIfAborted();
        const { key, size_bytes, modified_at } = headOf(row);
        if (!key.startsWith(prefix)) return;
        yield { key, size_bytes, modified_at };
      }
      rows = next.all(rows.at(-1)?.["key"] ?? "");
    }
  }

  async getTags(key: string, { signal }: ObjectCallOptions = {}): Promise<ObjectTags> {
    const tags: unknown = JSON.parse(String(this.#existing(key, "tags", signal)["tags"]));
    return tags as ObjectTags;
  }

  async setTags(key: string, tags: ObjectTags, { signal }: ObjectCallOptions = {}): Promise<void> {
    assertTags(tags);
    this.#existing(key, "key", signal);
    this.#database.prepare("UPDATE objects SET tags = ? WHERE key = ?").run(JSON.stringify(tags), key);
  }

  uri(key: string): string {
    assertObjectKey(key);
    return `sqlite:${this.#path}#${key}`;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #existing(key: string, columns: string, signal: AbortSignal | undefined): Row {
    const row = this.#find(key, columns, signal);
    if (row) return row;
    throw new ArtGuardError("storage.not-found", `there is no object ${key}`);
  }

  #find(key: string, columns: string, signal: AbortSignal | undefined): Row | undefined {
    signal?.throwIfAborted();
    assertObjectKey(key);
    try {
      return this.#database.prepare(`SELECT ${columns} FROM objects WHERE key = ?`).get(key);
    } catch (error) {
      throw corrupt(key, error instanceof Error ? error.message : String(error));
    }
  }
}

const headColumns = "key, length(bytes) AS size_bytes, sha256, content_type, modified_at";

function headOf(row: Row): ObjectHead {
  const { key, bytes, size_bytes = (bytes as Uint8Array).length, sha256, content_type, modified_at } = row;
  return {
    key: String(key),
    size_bytes: Number(size_bytes),
    sha256: String(sha256),
    content_type: String(content_type),
    modified_at: Number(modified_at),
  };
}
