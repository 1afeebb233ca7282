/** What a store knows of an object besides its bytes. */
export interface ObjectHead {
  readonly key: string;
  readonly size_bytes: number;
  /** Lower-case hex SHA-256 of the bytes. */
  readonly sha256: string;
  readonly content_type: string;
}

/**
 * A store of bytes by key. Keys are relative paths of non-empty segments separated by `/`; segments `.` and `..`,
 * control characters and backslashes are refused (`storage.invalid-key`). An object is written wholly or not at all.
 *
 * Every method takes an AbortSignal and rejects with its reason once it fired.
 */
export interface ObjectStore {
  /** @param options.ifAbsent Fails with `storage.condition-failed` when the key exists. */
  put(
    key: string,
    bytes: Uint8Array,
    options?: { contentType?: string; ifAbsent?: boolean; signal?: AbortSignal },
  ): Promise<ObjectHead>;
  /** @throws ArtGuardError `storage.not-found` */
  get(key: string, options?: { signal?: AbortSignal }): Promise<Uint8Array>;
  /** The object's head, or undefined. */
  head(key: string, options?: { signal?: AbortSignal }): Promise<ObjectHead | undefined>;
  /** Does nothing when the key does not exist. */
  delete(key: string, options?: { signal?: AbortSignal }): Promise<void>;
  /** Heads of all objects whose key starts with `prefix`, in key order. */
  list(prefix: string, options?: { signal?: AbortSignal }): AsyncIterable<ObjectHead>;
  /** Where the object is, for people and logs. */
  uri(key: string): string;
}
