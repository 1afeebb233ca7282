import type { TableDefinition } from "../storage/table.ts";
import { type KeyType, keyTypesOf } from "../storage/table-shape.ts";

/** Name of the column that holds the item as JSON. */
const itemColumn = '"$item"';

interface IndexLayout {
  readonly name: string;
  /** Partition, sort if there is one, then what of the table's key is not among them: every item has its own place. */
  readonly columns: readonly string[];
  /** Columns besides the key's without which an item is not in the index. */
  readonly required: readonly string[];
}

/** How a table lies in the file: the item as JSON, and beside it the attributes that keys, indexes and expiry need. */
export interface TableLayout {
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, KeyType>>;
  readonly indexes: readonly IndexLayout[];
  readonly ttl: string | undefined;
}

/** The layout of a table. @throws ArtGuardError `storage.invalid-key` */
export function layoutOf<Item extends object>(definition: TableDefinition<Item>): TableLayout {
  const { partition, sort } = definition.key;
  const ttl: string | undefined = definition.ttl;
  const key: string[] = sort === undefined ? [partition] : [partition, sort];
  // In the order of their names: a definition that lists them in another order is the same.
  const declared = Object.entries(definition.indexes).sort(([a], [b]) => (a < b ? -1 : 1));
  const indexes = declared.map(([name, index]) => {
    const own: string[] = index.sort === undefined ? [index.partition] : [index.partition, index.sort];
    const required = own.filter((attribute) => !key.includes(attribute));
    return { name, required, columns: [...new Set([...own, ...key])] };
  });
  const types = Object.fromEntries(keyTypesOf(definition));
  return { key, columns: { ...types, ...(ttl !== undefined && { [ttl]: "number" }) }, indexes, ttl };
}

/** Statements that create a table with its indexes. */
export function creationOf(table: string, layout: TableLayout): string[] {
  const columns = Object.entries(layout.columns).map(([name, type]) => {
    const required = layout.key.includes(name) ? " NOT NULL" : "";
    return `${quoted(name)} ${type === "string" ? "TEXT" : "REAL"}${required}`;
  });
  const parts = [...columns, `${itemColumn} TEXT NOT NULL`, `PRIMARY KEY (${list(layout.key)})`];
  const expiry = layout.ttl === undefined ? [] : [ttlIndex(table, layout.ttl)];
  return [
    `CREATE TABLE ${quoted(table)} (${parts.join(", ")}) STRICT`,
    ...layout.indexes.map((index) => secondaryIndex(table, index)),
    ...expiry,
  ];
}

/** Statements that take away all indexes of a table. */
export function removalOfIndexes(table: string, { indexes, ttl }: TableLayout): string[] {
  const names = [
    ...indexes.map(({ name }) => indexName(table, name)),
    ...(ttl === undefined ? [] : [expiryName(table)]),
  ];
  return names.map((name) => `DROP INDEX ${name}`);
}

function secondaryIndex(table: string, { name, columns, required }: IndexLayout): string {
  const present = required.map((column) => `${quoted(column)} IS NOT NULL`).join(" AND ");
  const sparse = required.length === 0 ? "" : ` WHERE ${present}`;
  return `CREATE INDEX ${indexName(table, name)} ON ${quoted(table)} (${list(columns)})${sparse}`;
}

function ttlIndex(table: string, ttl: string): string {
  return `CREATE INDEX ${expiryName(table)} ON ${quoted(table)} (${quoted(ttl)}) WHERE ${quoted(ttl)} IS NOT NULL`;
}

/** Quoted name of a secondary index; a definition's names have no colon. */
function indexName(table: string, index: string): string {
  return quoted(`${table}:${index}`);
}

function expiryName(table: string): string {
  return quoted(`${table}::ttl`);
}

/** A name as SQL writes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Names as SQL writes a list of columns. */
export function list(names: readonly string[]): string {
  return names.map(quoted).join(", ");
}

/** The statements that every table needs, each with its parameters in the order of the text. */
export function statementsOf(table: string, layout: TableLayout) {
  const name = quoted(table);
  const columns = Object.keys(layout.columns);
  const others = [...columns.filter((column) => !layout.key.includes(column)).map(quoted), itemColumn];
  const here = layout.key.map((column) => `${quoted(column)} = ?`).join(" AND ");
  const ttl = layout.ttl && quoted(layout.ttl);
  return {
    /** Key, then the clock in seconds. */
    find: `SELECT ${itemColumn} AS item FROM ${name} WHERE ${here} AND ${liveness(layout)}`,
    /** Columns in the order of the layout, then the item. */
    save: `INSERT INTO ${name} (${list(columns)}, ${itemColumn}) VALUES (${"?, ".repeat(columns.length)}?)
      ON CONFLICT (${list(layout.key)}) DO UPDATE SET ${others.map((column) => `${column} = excluded.${column}`).join(", ")}`,
    /** Key. */
    remove: `DELETE FROM ${name} WHERE ${here}`,
    /** The clock in seconds, then the most items; undefined where nothing expires. */
    removeExpired: ttl && `DELETE FROM ${name} WHERE rowid IN (SELECT rowid FROM ${name} WHERE ${ttl} <= ? LIMIT ?)`,
    readAll: `SELECT ${itemColumn} AS item FROM ${name}`,
  };
}

/** The condition that an item has not expired; its parameter is the clock in seconds. */
export function liveness({ ttl }: TableLayout): string {
  return ttl === undefined ? "? IS NOT NULL" : `(${quoted(ttl)} IS NULL OR ${quoted(ttl)} > ?)`;
}

/** Selects items of a query; see {@link liveness} for its one parameter. */
export function selection(table: string, index: string | undefined): string {
  const through = index === undefined ? "" : ` INDEXED BY ${indexName(table, index)}`;
  return `SELECT ${itemColumn} AS item FROM ${quoted(table)}${through}`;
}
