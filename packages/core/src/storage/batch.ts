import { ArtGuardError } from "../errors/artguard-error.ts";
import type { BatchWrites, TableDefinition } from "./table.ts";
import { type PreparedWrite, prepareWrite } from "./table-write.ts";

const [defaultExpired, mostExpired] = [1000, 10_000];

/** The writes of a batch, all checked. @throws ArtGuardError as `Table.batchWrite` */
export function prepareBatch<Item extends object>(
  definition: TableDefinition<Item>,
  { put = [], delete: keys = [] }: BatchWrites<Item>,
): PreparedWrite<Item>[] {
  const writes = [
    ...put.map((item) => prepareWrite(definition, { kind: "put", item })),
    ...keys.map((key) => prepareWrite(definition, { kind: "delete", key })),
  ];
  if (new Set(writes.map(({ keyValues }) => JSON.stringify(keyValues))).size === writes.length) return writes;
  throw new ArtGuardError("storage.invalid-query", `${definition.name}: a batch writes each item at most once`);
}

/** How many expired items to delete at once. @throws ArtGuardError `storage.invalid-query` */
export function expiredLimit(limit = defaultExpired): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostExpired) return limit;
  throw new ArtGuardError("storage.invalid-query", `limit must be a whole number from 1 to ${mostExpired}`);
}
