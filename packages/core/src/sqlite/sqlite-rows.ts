import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { QueryPlan } from "../storage/query-plan.ts";
import type { KeyValue, TableDefinition } from "../storage/table.ts";
import type { Database } from "./database.ts";
import { querySql } from "./query-sql.ts";
import { layoutOf, statementsOf, type TableLayout } from "./table-layout.ts";

/** The items of one table in a file. Its methods are single statements; who needs several together begins a transaction. */
export class SqliteRows<Item extends object> {
  readonly #database: Database;
  readonly #table: string;
  readonly #layout: TableLayout;
  readonly #columns: readonly (readonly [string, string])[];
  readonly #now: () => number;
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeExpired: StatementSync | undefined;

  /** @param now Clock in epoch milliseconds. */
  constructor(database: Database, definition: TableDefinition<Item>, now: () => number) {
    this.#database = database;
    this.#table = definition.name;
    this.#layout = layoutOf(definition);
    this.#columns = Object.entries(this.#layout.columns);
    this.#now = now;
    const { find, save, remove, removeExpired } = statementsOf(definition.name, this.#layout);
    this.#find = database.statement(find);
    this.#save = database.statement(save);
    this.#remove = database.statement(remove);
    this.#removeExpired = removeExpired === undefined ? undefined : database.statement(removeExpired);
  }

  /** The live item of a key. */
  find(key: readonly KeyValue[]): Item | undefined {
    const row = this.#find.get(...key, this.#now() / 1000);
    return row === undefined ? undefined : parsed(row);
  }

  /** Keeps an item; undefined removes the one of this key. */
  save(key: readonly KeyValue[], item: Item | undefined): void {
    if (item === undefined) this.#remove.run(...key);
    else this.#save.run(...this.#columns.map(([name, type]) => columnValue(item, name, type)), JSON.stringify(item));
  }

  /** At most `limit + 1` live items of a query, in its order. */
  select(plan: QueryPlan): Item[] {
    const { sql, parameters } = querySql(this.#table, this.#layout, plan, this.#now() / 1000);
    return this.#database
      .statement(sql)
      .all(...parameters)
      .map(parsed<Item>);
  }

  /** Removes at most `limit` expired items and returns how many. */
  removeExpired(limit: number): number {
    if (this.#removeExpired === undefined) return 0;
    return Number(this.#removeExpired.run(this.#now() / 1000, limit).changes);
  }
}

function parsed<Item>(row: Record<string, unknown>): Item {
  return JSON.parse(row["item"] as string);
}

/** An attribute as its column holds it: NULL when it is absent or, in an item of an older schema, of another type. */
function columnValue(item: object, name: string, type: string): SQLInputValue {
  const value = (item as Record<string, SQLInputValue | undefined>)[name];
  return value !== undefined && typeof value === type ? value : null;
}
