import { resolve } from "node:path";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { CursorSeal } from "../storage/cursor.ts";
import type { Table, TableDefinition } from "../storage/table.ts";
import type { TableStore, TransactAction, TransactOptions } from "../storage/table-store.ts";
import type { Attributes } from "../storage/table-write.ts";
import {
  assertSameActions,
  decideActions,
  fingerprintOf,
  type PreparedAction,
  prepareActions,
  tokenLifetimeMs,
} from "../storage/transaction.ts";
import { Database } from "./database.ts";
import { ensureTable } from "./ensure-table.ts";
import { SqliteRows } from "./sqlite-rows.ts";
import { SqliteTable } from "./sqlite-table.ts";

const defaultLockTimeoutMs = 10_000;

/** Options of {@link sqlite}. */
export interface SqliteOptions {
  /** The database file; it and its folder are created on first use. Beside it lie `-wal` and `-shm` while it is open. */
  readonly path: string;
  /** Clock in epoch milliseconds, for expiry and tokens; default `Date.now`. */
  readonly now?: () => number;
  /** At least 32 bytes that seal the cursors; default a key that was made with the file and lies in it. */
  readonly cursorKey?: Uint8Array;
  /** How long a call waits for another process that writes, in milliseconds; default 10 000. */
  readonly lockTimeoutMs?: number;
}

/**
 * Opens the embedded store.
 *
 * @throws ArtGuardError `storage.corrupt` for a damaged file or one that is no store of ours, `storage.access-denied`,
 * `storage.full`, `storage.timed-out`. Never gives an empty store in place of a damaged one.
 * @example
 * await using store = await sqlite({ path: ".artguard/artguard.db" });
 * const analyses = await store.open(defineAnalysisTable());
 */
export async function sqlite(options: SqliteOptions): Promise<SqliteTableStore> {
  const database = await Database.open(resolve(options.path), options.lockTimeoutMs ?? defaultLockTimeoutMs);
  try {
    const cursorKey = options.cursorKey ?? (await database.attempt(() => storedCursorKey(database)));
    return new SqliteTableStore(database, new CursorSeal(cursorKey), options.now ?? Date.now);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A {@link TableStore} in one file of SQLite, which several processes may have open.
 *
 * @example
 * await using store: SqliteTableStore = await sqlite({ path: ".artguard/artguard.db" });
 * await store.scrub();
 */
export class SqliteTableStore implements TableStore {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #seal: CursorSeal;
  readonly #rows = new Map<TableDefinition<Attributes>, SqliteRows<Attributes>>();

  /** @internal Made by {@link sqlite}. */
  constructor(database: Database, seal: CursorSeal, now: () => number) {
    this.#database = database;
    this.#seal = seal;
    this.#now = now;
  }

  /** As {@link TableStore.open}; indexes that differ from the definition's are built anew. */
  async open<Item extends object>(definition: TableDefinition<Item>): Promise<Table<Item>> {
    const rows = await this.#rowsOf(definition as unknown as TableDefinition<Attributes>);
    return new SqliteTable(definition, this.#database, rows as unknown as SqliteRows<Item>, this.#seal);
  }

  async transact(actions: readonly TransactAction[], options: TransactOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const prepared = prepareActions(actions, options);
    for (const { definition } of prepared) await this.#rowsOf(definition);
    await this.#database.transaction(() => this.#perform(prepared, options.token), options.signal);
  }

  /**
   * See {@link TableStore.scrub}: writes the file anew, as secure_delete leaves copies in the gaps of pages that were
   * balanced, and empties the log, which holds former states of pages. Others cannot write meanwhile; the time is in
   * proportion to the file.
   */
  async scrub(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#database.attempt(() => this.#database.execute("VACUUM"), options.signal);
    await this.#database.attempt(() => this.#database.emptyLog(), options.signal);
  }

  /** Closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#rows.clear();
    this.#database.close();
  }

  #perform(actions: readonly PreparedAction[], token: string | undefined): void {
    if (token !== undefined && this.#isRepeated(token, fingerprintOf(actions))) return;
    const items = decideActions(actions, ({ definition, write }) => this.#rows.get(definition)!.find(write.keyValues));
    actions.forEach(({ definition, write }, index) => {
      if (write.kind !== "check") this.#rows.get(definition)!.save(write.keyValues, items[index]);
    });
  }

  /** Whether the token did these actions before; remembers a new one, which a cancelled transaction takes back. */
  #isRepeated(token: string, fingerprint: string): boolean {
    const now = this.#now();
    this.#database.statement(`DELETE FROM "#tokens" WHERE "until" <= ?`).run(now);
    const known = this.#database.statement(`SELECT "fingerprint" FROM "#tokens" WHERE "token" = ?`).get(token);
    if (known !== undefined) {
      assertSameActions(known["fingerprint"] as string, fingerprint);
      return true;
    }
    this.#database.statement(`INSERT INTO "#tokens" VALUES (?, ?, ?)`).run(token, fingerprint, now + tokenLifetimeMs);
    return false;
  }

  async #rowsOf(definition: TableDefinition<Attributes>): Promise<SqliteRows<Attributes>> {
    const known = this.#rows.get(definition);
    if (known) return known;
    await ensureTable(this.#database, definition);
    const rows = await this.#database.attempt(() => new SqliteRows(this.#database, definition, this.#now));
    this.#rows.set(definition, rows);
    return rows;
  }
}

function storedCursorKey(database: Database): Uint8Array {
  const key = database.statement(`SELECT "value" FROM "#secrets" WHERE "name" = 'cursor'`).get()?.["value"];
  if (key instanceof Uint8Array) return key;
  throw new ArtGuardError("storage.corrupt", `${database.path} has lost its cursor key`);
}
