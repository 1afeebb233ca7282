import { isDeepStrictEqual } from "node:util";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { TableDefinition } from "../storage/table.ts";
import type { Attributes } from "../storage/table-write.ts";
import type { Database } from "./database.ts";
import { SqliteRows } from "./sqlite-rows.ts";
import { creationOf, layoutOf, quoted, removalOfIndexes, statementsOf, type TableLayout } from "./table-layout.ts";

/**
 * Makes the table in the file fit its definition: creates it, or builds it anew when its indexes or its ttl differ.
 *
 * @throws ArtGuardError `storage.table-mismatch` when the stored table has another key.
 */
export async function ensureTable(database: Database, definition: TableDefinition<Attributes>): Promise<void> {
  const wanted = layoutOf(definition);
  const stored = await database.attempt(() => storedLayout(database, definition.name));
  if (fits(stored, wanted)) return;
  await database.transaction(() => {
    // Another process may have been faster.
    const current = storedLayout(database, definition.name);
    if (fits(current, wanted)) return;
    if (current === undefined) create(database, definition.name, wanted);
    else rebuild(database, definition, current, wanted);
    database
      .statement(`INSERT INTO "#tables" VALUES (?, ?) ON CONFLICT ("name") DO UPDATE SET "layout" = excluded."layout"`)
      .run(definition.name, JSON.stringify(wanted));
  });
}

function storedLayout(database: Database, table: string): TableLayout | undefined {
  const row = database.statement(`SELECT "layout" FROM "#tables" WHERE "name" = ?`).get(table);
  return row === undefined ? undefined : JSON.parse(row["layout"] as string);
}

function fits(stored: TableLayout | undefined, wanted: TableLayout): boolean {
  return isDeepStrictEqual(stored, JSON.parse(JSON.stringify(wanted)));
}

function create(database: Database, table: string, layout: TableLayout): void {
  for (const sql of creationOf(table, layout)) database.execute(sql);
}

function rebuild(
  database: Database,
  definition: TableDefinition<Attributes>,
  stored: TableLayout,
  wanted: TableLayout,
): void {
  assertSameKey(definition.name, stored, wanted);
  const former = `${definition.name}:former`;
  for (const sql of removalOfIndexes(definition.name, stored)) database.execute(sql);
  database.execute(`ALTER TABLE ${quoted(definition.name)} RENAME TO ${quoted(former)}`);
  create(database, definition.name, wanted);
  const rows = new SqliteRows(database, definition, Date.now);
  for (const { item } of database.statement(statementsOf(former, stored).readAll).iterate()) {
    const attributes = JSON.parse(item as string) as Attributes;
    rows.save(
      wanted.key.map((name) => attributes[name] as string | number),
      attributes,
    );
  }
  database.execute(`DROP TABLE ${quoted(former)}`);
}

function assertSameKey(table: string, stored: TableLayout, wanted: TableLayout): void {
  const [before, now] = [stored, wanted].map(({ key, columns }) =>
    JSON.stringify(key.map((name) => [name, columns[name]])),
  );
  if (before === now) return;
  throw new ArtGuardError("storage.table-mismatch", `${table} has the key ${before}, its definition ${now}`);
}
