import { expiredLimit, prepareBatch } from "./batch.ts";
import { CursorSeal } from "./cursor.ts";
import { asStored } from "./item.ts";
import { MemoryRows } from "./memory-rows.ts";
import { cursorAfter, pick, planQuery } from "./query-plan.ts";
import type {
  Attribute,
  BatchWrites,
  Change,
  Page,
  Projected,
  ReadOptions,
  Table,
  TableDefinition,
  TableQuery,
  WriteOptions,
} from "./table.ts";
import { keyOf } from "./table-key.ts";
import { decideWrite, prepareWrite, type TableWrite } from "./table-write.ts";

/** Options of {@link MemoryTable}; those of a store's tables are the store's. */
export interface MemoryTableOptions<Item extends object> {
  /** Clock in epoch milliseconds, for expiry; default `Date.now`. */
  readonly now?: () => number;
  /** Default a seal of this table's own. */
  readonly seal?: CursorSeal;
  /** Default none. */
  readonly rows?: MemoryRows<Item>;
}

/**
 * A {@link Table} in this process's memory: the default for a single run, and the fake for tests.
 *
 * @example
 * const users = new MemoryTable(defineUserTable());
 */
export class MemoryTable<Item extends object> implements Table<Item> {
  readonly definition: TableDefinition<Item>;
  readonly #rows: MemoryRows<Item>;
  readonly #seal: CursorSeal;

  constructor(definition: TableDefinition<Item>, options: MemoryTableOptions<Item> = {}) {
    this.definition = definition;
    this.#rows = options.rows ?? new MemoryRows(definition, options.now ?? Date.now);
    this.#seal = options.seal ?? CursorSeal.random();
  }

  async get(key: Partial<Item>, options: ReadOptions = {}): Promise<Item | undefined> {
    options.signal?.throwIfAborted();
    return structuredClone(this.#rows.find(keyOf(this.definition, key)));
  }

  async put(item: Item, options: WriteOptions<Item> = {}): Promise<void> {
    this.#write({ kind: "put", item, ...options });
  }

  async update(key: Partial<Item>, change: Change<Item>, options: WriteOptions<Item> = {}): Promise<Item> {
    return asStored(this.#write({ kind: "update", key, change, ...options })!);
  }

  async delete(key: Partial<Item>, options: WriteOptions<Item> = {}): Promise<void> {
    this.#write({ kind: "delete", key, ...options });
  }

  async query<Selected extends Attribute<Item> = Attribute<Item>>(
    query: TableQuery<Item, Selected>,
  ): Promise<Page<Projected<Item, Selected>>> {
    query.signal?.throwIfAborted();
    const plan = planQuery(this.definition, query, this.#seal);
    const found = this.#rows.select(plan);
    const page = found.slice(0, plan.limit);
    const items = page.map((item) => structuredClone(plan.attributes ? pick(item, plan.attributes) : item));
    const more = found.length > page.length && { cursor: cursorAfter(plan, page.at(-1)!, this.#seal) };
    return { items: items as Projected<Item, Selected>[], ...more };
  }

  async batchGet(keys: readonly Partial<Item>[], options: ReadOptions = {}): Promise<(Item | undefined)[]> {
    options.signal?.throwIfAborted();
    return keys.map((key) => keyOf(this.definition, key)).map((key) => structuredClone(this.#rows.find(key)));
  }

  async batchWrite(writes: BatchWrites<Item>, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted();
    for (const write of prepareBatch(this.definition, writes)) {
      this.#rows.save(write.keyValues, decideWrite(this.definition, write, undefined));
    }
  }

  async deleteExpired(options: { readonly limit?: number; readonly signal?: AbortSignal } = {}): Promise<number> {
    options.signal?.throwIfAborted();
    return this.#rows.removeExpired(expiredLimit(options.limit));
  }

  #write({ signal, ...write }: TableWrite<Item> & { readonly signal?: AbortSignal }): Item | undefined {
    signal?.throwIfAborted();
    const prepared = prepareWrite(this.definition, write);
    const next = decideWrite(this.definition, prepared, this.#rows.find(prepared.keyValues));
    this.#rows.save(prepared.keyValues, next);
    return next;
  }
}
