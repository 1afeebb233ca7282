import type { z } from "zod";

/** Names of the attributes of an item; of a union of items, those of every kind. */
export type Attribute<Item> = Item extends unknown ? keyof Item & string : never;

/** Names of the attributes of an item that hold numbers. */
export type NumberAttribute<Item> = Item extends unknown
  ? { [A in keyof Item & string]-?: Item[A] extends number | undefined ? A : never }[keyof Item & string]
  : never;

/** What a key attribute can hold: a number, or a string that is not empty. */
export type KeyValue = string | number;

/** Partition and, if items of one partition are ordered, sort attribute. */
export interface KeyDefinition<Item> {
  readonly partition: Attribute<Item>;
  readonly sort?: Attribute<Item>;
}

/** A secondary index. An item without the index's attributes is not in it (sparse). */
export interface IndexDefinition<Item> extends KeyDefinition<Item> {
  /**
   * What a query through the index can read besides the key attributes of index and table and the ttl attribute;
   * default `all`.
   */
  readonly projection?: "all" | "keys" | readonly Attribute<Item>[];
}

/** One declaration from which every backend derives its table. */
export interface TableDefinition<Item extends object> {
  /** 3–255 letters, digits, `_`, `-` and `.`. */
  readonly name: string;
  readonly key: KeyDefinition<Item>;
  /** Secondary indexes by name. */
  readonly indexes: Readonly<Record<string, IndexDefinition<Item>>>;
  /** Attribute in epoch seconds after which an item no longer exists for readers and for conditions. */
  readonly ttl?: Attribute<Item>;
  /** Every item must match. An object schema or a union of object schemas. */
  readonly schema: z.ZodType<Item>;
}

/**
 * Declares a table; the identity function, there for type inference.
 *
 * @example
 * const notes = defineTable({
 *   name: "notes",
 *   key: { partition: "user_id", sort: "created_at" },
 *   indexes: {},
 *   schema: z.object({ user_id: z.string(), created_at: z.number(), text: z.string() }),
 * });
 */
export function defineTable<Item extends object>(definition: TableDefinition<Item>): TableDefinition<Item> {
  return definition;
}

/** An operand of a comparison: a value, or another attribute of the same item. */
export type Operand<Item, Value> = Value | { readonly attribute: Attribute<Item> };

/** A comparison of one attribute. Strings are ordered by their UTF-8 bytes; values of two types are never equal or ordered. */
type Comparison<Item> =
  | { readonly equals: Operand<Item, KeyValue | boolean> }
  | { readonly notEquals: Operand<Item, KeyValue | boolean> }
  | { readonly lessThan: Operand<Item, KeyValue> }
  | { readonly atMost: Operand<Item, KeyValue> }
  | { readonly greaterThan: Operand<Item, KeyValue> }
  | { readonly atLeast: Operand<Item, KeyValue> }
  | { readonly beginsWith: Operand<Item, string> }
  /** 1–100 values. */
  | { readonly oneOf: readonly KeyValue[] };

/**
 * What must hold of the stored item for a write to happen. A comparison with an absent attribute is false, except
 * `notEquals`, which is true; an absent item has no attributes. `all` and `any` take at least one condition.
 */
export type Condition<Item> =
  | { readonly item: "absent" | "present" }
  | { readonly attribute: Attribute<Item>; readonly is: "absent" | "present" }
  | ({ readonly attribute: Attribute<Item> } & Comparison<Item>)
  | { readonly all: readonly Condition<Item>[] }
  | { readonly any: readonly Condition<Item>[] }
  | { readonly not: Condition<Item> };

/**
 * A change of an item: `set` replaces attributes, `add` adds to numbers (an absent attribute counts as 0; exact for
 * whole numbers), `remove` takes attributes away. Each attribute at most once, never one of the table's key.
 */
export interface Change<Item> {
  readonly set?: Partial<Item>;
  readonly add?: { readonly [A in NumberAttribute<Item>]?: number };
  readonly remove?: readonly Attribute<Item>[];
}

/** Options of a read by key. */
export interface ReadOptions {
  /** Reads the last acknowledged write; default false. Embedded stores always do. */
  readonly consistent?: boolean;
  readonly signal?: AbortSignal;
}

/** Options of a write. */
export interface WriteOptions<Item> {
  readonly condition?: Condition<Item>;
  readonly signal?: AbortSignal;
}

/** Bounds of the sort attribute; at most one of the alternatives. */
export type SortRange =
  | { readonly equals: KeyValue }
  | { readonly beginsWith: string }
  | { readonly atLeast?: KeyValue; readonly atMost?: KeyValue }
  | { readonly lessThan: KeyValue }
  | { readonly greaterThan: KeyValue };

/** Items of one partition of the table or of an index. */
export interface TableQuery<Item, Selected extends Attribute<Item> = Attribute<Item>> {
  /** Index name; the table's own key when omitted. */
  readonly index?: string;
  /** Value of the partition attribute. */
  readonly partition: KeyValue;
  readonly sort?: SortRange;
  /** By the sort attribute, equal ones in an order of the store's choice; default `oldest_first`. */
  readonly order?: "oldest_first" | "newest_first";
  /** 1–1000 items a page; default 100. */
  readonly limit?: number;
  /** From the previous page of the same query with the same `scope`; `limit`, `select` and `consistent` may differ. */
  readonly cursor?: string;
  /** Whom the cursor belongs to, e.g. a user_id: a cursor of another scope is refused. */
  readonly scope?: string;
  /** Attributes to return (projection); default all that the index projects. */
  readonly select?: readonly Selected[];
  /** Reads the last acknowledged writes; default false. Not through an index. */
  readonly consistent?: boolean;
  readonly signal?: AbortSignal;
}

/** The selected attributes of an item; of a union of items, kind by kind. */
export type Projected<Item, Selected extends string> = Item extends unknown
  ? Pick<Item, Extract<keyof Item, Selected>>
  : never;

/** One page of a query. Only an absent `cursor` means that it was the last: a page can be short or empty and have one. */
export interface Page<Item> {
  readonly items: Item[];
  readonly cursor?: string;
}

/** What {@link Table.batchWrite} writes. */
export interface BatchWrites<Item> {
  readonly put?: readonly Item[];
  /** Keys. */
  readonly delete?: readonly Partial<Item>[];
}

/**
 * A table of items with DynamoDB's semantics: writes to one item are atomic, and their conditions see the last write.
 * Items past their `ttl` do not exist, whether the store has removed them or not. An item is JSON (plain objects, arrays,
 * strings, numbers, booleans, null) of at most 400 KB; attributes that are undefined are absent. Returned items are copies.
 *
 * Every method takes an AbortSignal and rejects with its reason once it fired. Besides the codes named, every method can
 * throw what the store itself suffers: `storage.throttled`, `storage.timed-out`, `storage.unavailable`,
 * `storage.access-denied`, `storage.table-missing`, `storage.table-mismatch`, `storage.corrupt`, `storage.full`, `storage.write-failed`.
 */
export interface Table<Item extends object> {
  readonly definition: TableDefinition<Item>;
  /** The item with this key, or undefined. @throws ArtGuardError `storage.invalid-key` when a key attribute is missing or of another type. */
  get(key: Partial<Item>, options?: ReadOptions): Promise<Item | undefined>;
  /**
   * Writes an item, replacing the one with its key.
   *
   * @throws ArtGuardError `storage.invalid-item` when it does not match the schema, `storage.item-too-large`,
   * `storage.invalid-key`, `storage.condition-failed`, `storage.invalid-query` for a condition no store can evaluate; nothing is written.
   */
  put(item: Item, options?: WriteOptions<Item>): Promise<void>;
  /**
   * Changes an item and returns it as it is then. Creates the item when there is none, unless the condition says
   * otherwise. Validates what it sets; embedded stores validate the whole result.
   *
   * @throws ArtGuardError as {@link Table.put}; `storage.invalid-key` also when a key attribute would change.
   */
  update(key: Partial<Item>, change: Change<Item>, options?: WriteOptions<Item>): Promise<Item>;
  /** Removes the item with this key; does nothing when there is none. @throws ArtGuardError `storage.condition-failed`, `storage.invalid-key`, `storage.invalid-query` */
  delete(key: Partial<Item>, options?: WriteOptions<Item>): Promise<void>;
  /**
   * One page of a partition.
   *
   * @throws ArtGuardError `storage.invalid-query` for an unknown index, a limit out of range, a range that the sort
   * attribute cannot have or attributes that the index does not project; `storage.invalid-key` for a consistent read
   * through an index; `storage.invalid-cursor`.
   */
  query<Selected extends Attribute<Item> = Attribute<Item>>(
    query: TableQuery<Item, Selected>,
  ): Promise<Page<Projected<Item, Selected>>>;
  /** Items by key, in the order of the keys, undefined where there is none; any number of keys. @throws ArtGuardError `storage.invalid-key`; `storage.throttled` when some stayed unread until the deadline. */
  batchGet(keys: readonly Partial<Item>[], options?: ReadOptions): Promise<(Item | undefined)[]>;
  /**
   * Puts and deletes without conditions, for idempotent imports and deletions; any number, at most one per item.
   * All are checked before the first is written; written are all, or with an error any part of them.
   *
   * @throws ArtGuardError as {@link Table.put}; `storage.invalid-query` for two writes of one item;
   * `storage.batch-incomplete` with `details.written` when some stayed unprocessed.
   */
  batchWrite(writes: BatchWrites<Item>, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Deletes items past their ttl, at most `limit` (1–10 000, default 1000), and returns how many; 0 where the store does it itself. */
  deleteExpired(options?: { readonly limit?: number; readonly signal?: AbortSignal }): Promise<number>;
}
