import { ArtGuardError } from "../errors/artguard-error.ts";
import { CursorSeal } from "./cursor.ts";
import { MemoryRows } from "./memory-rows.ts";
import { MemoryTable } from "./memory-table.ts";
import type { Table, TableDefinition } from "./table.ts";
import { keyTypesOf } from "./table-shape.ts";
import type { TableStore, TransactAction, TransactOptions } from "./table-store.ts";
import type { Attributes } from "./table-write.ts";
import { assertSameActions, decideActions, fingerprintOf, prepareActions, tokenLifetimeMs } from "./transaction.ts";

/** Options of {@link MemoryTableStore}. */
export interface MemoryTableStoreOptions {
  /** Clock in epoch milliseconds, for expiry; default `Date.now`. */
  readonly now?: () => number;
  /** At least 32 bytes that seal the cursors; default random, so that no other process can read them. */
  readonly cursorKey?: Uint8Array;
}

interface OpenTable {
  readonly definition: TableDefinition<Attributes>;
  readonly rows: MemoryRows<Attributes>;
}

/**
 * A {@link TableStore} in this process's memory. Nothing of it outlives the process.
 *
 * @example
 * await using tables = new MemoryTableStore();
 * const users = await tables.open(defineUserTable());
 */
export class MemoryTableStore implements TableStore {
  readonly #now: () => number;
  readonly #seal: CursorSeal;
  readonly #tables = new Map<string, OpenTable>();
  readonly #tokens = new Map<string, { readonly fingerprint: string; readonly until: number }>();

  constructor(options: MemoryTableStoreOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.#seal = options.cursorKey ? new CursorSeal(options.cursorKey) : CursorSeal.random();
  }

  async open<Item extends object>(definition: TableDefinition<Item>): Promise<Table<Item>> {
    const { rows } = this.#openTable(definition as unknown as TableDefinition<Attributes>);
    return new MemoryTable(definition, { rows: rows as unknown as MemoryRows<Item>, seal: this.#seal });
  }

  async transact(actions: readonly TransactAction[], options: TransactOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const prepared = prepareActions(actions, options);
    const known = options.token === undefined ? undefined : this.#tokens.get(options.token);
    if (known && known.until > this.#now()) return assertSameActions(known.fingerprint, fingerprintOf(prepared));
    const rows = prepared.map(({ definition }) => this.#openTable(definition).rows);
    const items = decideActions(prepared, ({ definition, write }) =>
      this.#openTable(definition).rows.find(write.keyValues),
    );
    prepared.forEach(({ write }, index) => {
      if (write.kind !== "check") rows[index]!.save(write.keyValues, items[index]);
    });
    if (options.token !== undefined) this.#remember(options.token, fingerprintOf(prepared));
  }

  /** Frees what the store holds. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#tables.clear();
    this.#tokens.clear();
  }

  #openTable(definition: TableDefinition<Attributes>): OpenTable {
    keyTypesOf(definition);
    const known = this.#tables.get(definition.name);
    if (known) return assertSameKey(known, definition);
    const table = { definition, rows: new MemoryRows(definition, this.#now) };
    this.#tables.set(definition.name, table);
    return table;
  }

  #remember(token: string, fingerprint: string): void {
    const now = this.#now();
    for (const [known, { until }] of this.#tokens) if (until <= now) this.#tokens.delete(known);
    this.#tokens.set(token, { fingerprint, until: now + tokenLifetimeMs });
  }
}

function assertSameKey(known: OpenTable, { name, key }: TableDefinition<Attributes>): OpenTable {
  const { partition, sort } = known.definition.key;
  if (partition === key.partition && sort === key.sort) return known;
  throw new ArtGuardError("storage.table-mismatch", `${name} was opened with another key`);
}
