import type { z } from "zod";

/** Names of the attributes of an item. */
type Attribute<Item> = keyof Item & string;

/** Partition and, if items of one partition are ordered, sort attribute. */
export interface KeyDefinition<Item> {
  readonly partition: Attribute<Item>;
  readonly sort?: Attribute<Item>;
}

/** One declaration from which every backend derives its table. */
export interface TableDefinition<Item> {
  readonly name: string;
  readonly key: KeyDefinition<Item>;
  /** Secondary indexes by name. An item without an index's attributes is not in that index. */
  readonly indexes: Readonly<Record<string, KeyDefinition<Item>>>;
  /** Attribute in epoch seconds after which an item no longer exists for readers. */
  readonly ttl?: Attribute<Item>;
  /** Every written item must match. */
  readonly schema: z.ZodType<Item>;
}

/** Declares a table; the identity function, there for type inference. */
export function defineTable<Item>(definition: TableDefinition<Item>): TableDefinition<Item> {
  return definition;
}

/** What must hold for a write to happen: no item has the key, or the stored item has these attribute values. */
export type WriteCondition<Item> = { readonly absent: true } | { readonly equals: Partial<Item> };

/** Options of a write. */
export interface WriteOptions<Item> {
  readonly condition?: WriteCondition<Item>;
  readonly signal?: AbortSignal;
}

/** Items of one partition of the table or of an index. */
export interface TableQuery {
  /** Index name; the table's own key when omitted. */
  readonly index?: string;
  /** Value of the partition attribute. */
  readonly partition: string | number;
  /** By the sort attribute; default `oldest_first`. */
  readonly order?: "oldest_first" | "newest_first";
  /** 1–1000 items a page; default 100. */
  readonly limit?: number;
  /** From the previous page. */
  readonly cursor?: string;
  readonly signal?: AbortSignal;
}

/** One page of a query; `cursor` is absent on the last one. */
export interface Page<Item> {
  readonly items: Item[];
  readonly cursor?: string;
}

/**
 * A table of items with DynamoDB's semantics: an item is replaced as a whole, writes to one key are atomic, reads by
 * key see the last write. Items past their `ttl` are not returned. Returned items are copies.
 *
 * Every method takes an AbortSignal and rejects with its reason once it fired.
 */
export interface Table<Item> {
  readonly definition: TableDefinition<Item>;
  /** The item with this key, or undefined. @throws ArtGuardError `storage.invalid-key` when a key attribute is missing. */
  get(key: Partial<Item>, options?: { signal?: AbortSignal }): Promise<Item | undefined>;
  /**
   * Writes an item, replacing the one with its key.
   *
   * @throws ArtGuardError `storage.invalid-item` when it does not match the schema; nothing is written.
   * @throws ArtGuardError `storage.condition-failed` when the condition does not hold; nothing is written.
   */
  put(item: Item, options?: WriteOptions<Item>): Promise<void>;
  /** Removes the item with this key; does nothing when there is none. @throws ArtGuardError `storage.condition-failed` */
  delete(key: Partial<Item>, options?: WriteOptions<Item>): Promise<void>;
  /** @throws ArtGuardError `storage.invalid-key` for an unknown index, a limit out of range or a foreign cursor. */
  query(query: TableQuery): Promise<Page<Item>>;
}
