import { expiredLimit, prepareBatch } from "../storage/batch.ts";
import type { CursorSeal } from "../storage/cursor.ts";
import { asStored } from "../storage/item.ts";
import { cursorAfter, pick, planQuery } from "../storage/query-plan.ts";
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
} from "../storage/table.ts";
import { keyOf } from "../storage/table-key.ts";
import { decideWrite, type PreparedWrite, prepareWrite, type TableWrite } from "../storage/table-write.ts";
import type { Database } from "./database.ts";
import type { SqliteRows } from "./sqlite-rows.ts";

/**
 * A {@link Table} in a file of SQLite. An acknowledged write is on the disk; several processes may use one file. Every read is
 * consistent. SQLite works synchronously: a call holds the thread for as long as its statement takes.
 *
 * @example
 * await using store = await sqlite({ path: ".artguard/artguard.db" });
 * const users = await store.open(defineUserTable());
 * console.log(users instanceof SqliteTable); // true
 */
export class SqliteTable<Item extends object> implements Table<Item> {
  readonly definition: TableDefinition<Item>;
  readonly #database: Database;
  readonly #rows: SqliteRows<Item>;
  readonly #seal: CursorSeal;

  /** @internal Opened by `SqliteTableStore.open`. */
  constructor(definition: TableDefinition<Item>, database: Database, rows: SqliteRows<Item>, seal: CursorSeal) {
    this.definition = definition;
    this.#database = database;
    this.#rows = rows;
    this.#seal = seal;
  }

  async get(key: Partial<Item>, options: ReadOptions = {}): Promise<Item | undefined> {
    const values = keyOf(this.definition, key);
    return this.#database.attempt(() => this.#rows.find(values), options.signal);
  }

  async put(item: Item, options: WriteOptions<Item> = {}): Promise<void> {
    await this.#write({ kind: "put", item, ...options });
  }

  async update(key: Partial<Item>, change: Change<Item>, options: WriteOptions<Item> = {}): Promise<Item> {
    const item = await this.#write({ kind: "update", key, change, ...options });
    return asStored(item!);
  }

  async delete(key: Partial<Item>, options: WriteOptions<Item> = {}): Promise<void> {
    await this.#write({ kind: "delete", key, ...options });
  }

  async query<Selected extends Attribute<Item> = Attribute<Item>>(
    query: TableQuery<Item, Selected>,
  ): Promise<Page<Projected<Item, Selected>>> {
    const plan = planQuery(this.definition, query, this.#seal);
    const found = await this.#database.attempt(() => this.#rows.select(plan), query.signal);
    const more = found.length > plan.limit;
    if (more) found.pop();
    const last = found.at(-1);
    const { attributes } = plan;
    const items: object[] = attributes ? found.map((item) => pick(item, attributes)) : found;
    return {
      items: items as Projected<Item, Selected>[],
      ...(more && last && { cursor: cursorAfter(plan, last, this.#seal) }),
    };
  }

  async batchGet(keys: readonly Partial<Item>[], options: ReadOptions = {}): Promise<(Item | undefined)[]> {
    const all = keys.map((key) => keyOf(this.definition, key));
    return this.#database.attempt(() => all.map((key) => this.#rows.find(key)), options.signal);
  }

  /** One transaction: all of the writes, or none. */
  async batchWrite(writes: BatchWrites<Item>, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const prepared = prepareBatch(this.definition, writes);
    await this.#database.transaction(() => {
      for (const write of prepared) this.#rows.save(write.keyValues, decideWrite(this.definition, write, undefined));
    }, options.signal);
  }

  async deleteExpired(options: { readonly limit?: number; readonly signal?: AbortSignal } = {}): Promise<number> {
    const limit = expiredLimit(options.limit);
    return this.#database.attempt(() => this.#rows.removeExpired(limit), options.signal);
  }

  async #write({ signal, ...write }: TableWrite<Item> & { readonly signal?: AbortSignal }): Promise<Item | undefined> {
    signal?.throwIfAborted();
    const prepared = prepareWrite(this.definition, write);
    if (prepared.condition === undefined && prepared.kind !== "update") return this.#overwrite(prepared, signal);
    return this.#database.transaction(() => {
      const next = decideWrite(this.definition, prepared, this.#rows.find(prepared.keyValues));
      this.#rows.save(prepared.keyValues, next);
      return next;
    }, signal);
  }

  /** A write that does not depend on what is stored is one statement, which is a transaction by itself. */
  #overwrite(write: PreparedWrite<Item>, signal: AbortSignal | undefined): Promise<undefined> {
    const next = decideWrite(this.definition, write, undefined);
    return this.#database.attempt(() => {
      this.#rows.save(write.keyValues, next);
      return undefined;
    }, signal);
  }
}
