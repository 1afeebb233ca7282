/** The content of an object: all bytes, or their pieces in order (a Node or web stream, a generator). */
export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array>;

/** Names and values that classify an object, at most 10; lifecycle rules refer to them. */
export type ObjectTags = Readonly<Record<string, string>>;

/** What a listing tells of an object. */
export interface ObjectSummary {
  readonly key: string;
  readonly size_bytes: number;
  /** Epoch milliseconds of the last `put`. */
  readonly modified_at: number;
}

/** What a store knows of an object besides its bytes. */
export interface ObjectHead extends ObjectSummary {
  readonly content_type: string;
  /** Lower-case hex SHA-256 of the bytes; absent only where another program wrote the object (a presigned upload, a console). */
  readonly sha256?: string;
}

/** What `put` wrote. */
export interface WrittenObject {
  readonly key: string;
  readonly size_bytes: number;
  /** Lower-case hex SHA-256 of the bytes. */
  readonly sha256: string;
  readonly content_type: string;
}

/** Options of every call that can wait. */
export interface ObjectCallOptions {
  /** Rejects with the signal's reason once it fired. */
  readonly signal?: AbortSignal;
}

/** How an object is written. */
export interface PutOptions extends ObjectCallOptions {
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
  /** Fails with `storage.condition-failed` when the key exists. */
  readonly ifAbsent?: boolean;
  /** Lower-case hex SHA-256 that the bytes must have. */
  readonly sha256?: string;
  readonly tags?: ObjectTags;
  /** Most bytes to accept; default {@link defaultMaximumObjectBytes}. */
  readonly maxBytes?: number;
}

/** 1 GiB. */
export const defaultMaximumObjectBytes = 2 ** 30;

/** Part of an object; `offset` must lie inside it, and it may end before `length` bytes. */
export interface ByteRange {
  readonly offset: number;
  /** At least 1; to the end when omitted. */
  readonly length?: number;
}

/** How an object is read. */
export interface GetOptions extends ObjectCallOptions {
  readonly range?: ByteRange;
}

/** An object being read. Read `body` to its end or cancel it: until then it holds a file or a connection open. */
export interface ObjectStream {
  readonly head: ObjectHead;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * A store of bytes by key. Keys are relative paths of non-empty segments separated by `/`, at most 1,024 bytes; segments
 * `.` and `..`, control characters and backslashes are refused (`storage.invalid-key`).
 *
 * An object is written wholly or not at all, and `put` resolves once it is durable: whoever reads afterwards sees it,
 * whoever reads meanwhile sees the object before or after, never a mixture. Two writers of one key: the last one wins.
 * Tags, content types, ranges and limits out of bounds are refused with `storage.invalid-option`.
 *
 * Failures of the backend, from any method: `storage.access-denied`, `storage.unavailable`, `storage.throttled`,
 * `storage.timed-out`, `storage.bucket-missing`.
 */
export interface ObjectStore {
  /**
   * Writes an object, replacing the one with its key. The SHA-256 of the bytes is computed and kept with them.
   * A rejected `put` changed nothing, except with `storage.timed-out` and `storage.unavailable`: whether the object was
   * written is then unknown.
   *
   * @throws ArtGuardError `storage.checksum-mismatch` when the bytes do not have `options.sha256`.
   * @throws ArtGuardError `storage.object-too-large` when there are more than `options.maxBytes`.
   * @throws ArtGuardError `storage.condition-failed` with `ifAbsent`, `storage.full`, `storage.write-failed`.
   * @throws What the iteration of `body` throws.
   */
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<WrittenObject>;
  /**
   * The object's bytes. A whole object is checked against its SHA-256, a range is not.
   *
   * @throws ArtGuardError `storage.not-found`, `storage.corrupt`
   */
  get(key: string, options?: GetOptions): Promise<Uint8Array>;
  /** Like `get`, piece by piece. `storage.corrupt` may come at the end: do not trust the pieces before it. */
  getStream(key: string, options?: GetOptions): Promise<ObjectStream>;
  /** The object's head, or undefined. @throws ArtGuardError `storage.corrupt` */
  head(key: string, options?: ObjectCallOptions): Promise<ObjectHead | undefined>;
  /** Does nothing when the key does not exist. Works on a damaged object. */
  delete(key: string, options?: ObjectCallOptions): Promise<void>;
  /** All objects whose key starts with `prefix`, in the order of their keys' UTF-8 bytes; damaged ones, too. */
  list(prefix: string, options?: ObjectCallOptions): AsyncIterable<ObjectSummary>;
  /** @throws ArtGuardError `storage.not-found` */
  getTags(key: string, options?: ObjectCallOptions): Promise<ObjectTags>;
  /** Replaces all tags; `modified_at` stays. @throws ArtGuardError `storage.not-found`, or `storage.condition-failed` when the object was replaced meanwhile. */
  setTags(key: string, tags: ObjectTags, options?: ObjectCallOptions): Promise<void>;
  /** Where the object is, for people and logs: `s3://bucket/key`, `file:///…`, `memory:key`. No permission to read it. */
  uri(key: string): string;
}

/** Validity of a presigned request. */
export interface PresignOptions {
  /** 1–3600; default 300. */
  readonly expiresInSeconds?: number;
}

/** A request that whoever holds it can make until it expires. */
export interface PresignedRequest {
  readonly method: "GET" | "PUT";
  readonly url: string;
  /** To be sent exactly so. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A form upload: send `fields` and then the file, last and named `file`, as multipart/form-data by POST. */
export interface PresignedPost {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * A store whose objects can be read and written directly by others, with requests that it signed. Not every store can:
 * ask {@link canPresign}.
 */
export interface PresigningObjectStore extends ObjectStore {
  presignGet(key: string, options?: PresignOptions & { readonly downloadName?: string }): Promise<PresignedRequest>;
  /** An upload of exactly `sizeBytes` bytes, and of exactly these bytes when `sha256` (hex) is given. */
  presignPut(
    key: string,
    options: PresignOptions & {
      readonly sizeBytes: number;
      readonly contentType: string;
      readonly sha256?: string;
      readonly tags?: ObjectTags;
    },
  ): Promise<PresignedRequest>;
  /**
   * An upload by an HTML form, at most `maxBytes` and at least one byte.
   *
   * @param target One key, or a prefix ending in `/` under which the sender chooses the name.
   */
  presignPost(
    target: { readonly key: string } | { readonly prefix: string },
    options: PresignOptions & { readonly maxBytes: number; readonly contentType: string; readonly tags?: ObjectTags },
  ): Promise<PresignedPost>;
}

/**
 * Whether a store can sign requests for others.
 *
 * @example
 * if (canPresign(objects)) console.log((await objects.presignGet("inference/a/original.jpg")).url);
 */
export function canPresign(store: ObjectStore): store is PresigningObjectStore {
  return "presignGet" in store && "presignPut" in store && "presignPost" in store;
}
