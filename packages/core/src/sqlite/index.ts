export { checkSqliteFile, checkSqliteTable } from "./check-database.ts";
export { SqliteTable } from "./sqlite-table.ts";
export { type SqliteOptions, SqliteTableStore, sqlite } from "./sqlite-table-store.ts";
