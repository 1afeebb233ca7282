/**
 * `TableStore` in a SQLite file: the embedded default.
 *
 * @module @artguard/core/sqlite
 */
export { checkSqliteFile, checkSqliteTable } from "./check-database.ts";
export { SqliteTable } from "./sqlite-table.ts";
export { type SqliteOptions, SqliteTableStore, sqlite } from "./sqlite-table-store.ts";
