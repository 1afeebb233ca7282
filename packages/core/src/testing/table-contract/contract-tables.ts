import assert from "node:assert/strict";
import { z } from "zod";
import { isArtGuardError } from "../../errors/artguard-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import { defineTable, type Page, type Table, type TableQuery } from "../../storage/table.ts";
import type { TableStore } from "../../storage/table-store.ts";

const detailSchema = z.object({ tags: z.array(z.string()), score: z.number().nullable() });

const itemSchema = z.object({
  id: z.string(),
  created_at: z.number(),
  owner: z.string().optional(),
  state: z.string(),
  count: z.number().optional(),
  wanted: z.number().optional(),
  checked: z.boolean().optional(),
  note: z.string().optional(),
  text: z.string().optional(),
  detail: detailSchema.optional(),
  former: detailSchema.optional(),
  expires_at: z.number().optional(),
});

/** The item the contract works with. */
export type ContractItem = z.infer<typeof itemSchema>;

/** A table with a sort key, a full, a reduced and a bare index, and expiry. */
export const contractTable = defineTable<ContractItem>({
  name: "contract-items",
  key: { partition: "id", sort: "created_at" },
  indexes: {
    "owner-index": { partition: "owner", sort: "created_at" },
    "state-index": { partition: "state", sort: "count", projection: "keys" },
    "note-index": { partition: "note", projection: ["owner"] },
  },
  ttl: "expires_at",
  schema: itemSchema,
});

const nameSchema = z.object({ owner: z.string(), name: z.string(), value: z.number().optional() });

/** The item of {@link nameTable}. */
export type NameItem = z.infer<typeof nameSchema>;

/** A second table, whose sort attribute is a string and which has neither index nor expiry. */
export const nameTable = defineTable<NameItem>({
  name: "contract-names",
  key: { partition: "owner", sort: "name" },
  indexes: {},
  schema: nameSchema,
});

/** A new item of {@link contractTable}. */
export function item(id: string, created_at: number, more: Partial<ContractItem> = {}): ContractItem {
  return { id, created_at, state: "open", ...more };
}

/** Key of an item of {@link contractTable}. */
export function key(id: string, created_at: number): Pick<ContractItem, "id" | "created_at"> {
  return { id, created_at };
}

/** Fails unless the action rejects with this code. */
export async function rejectsWith(code: ErrorCode, action: Promise<unknown>): Promise<void> {
  await assert.rejects(action, (error) => {
    assert.ok(isArtGuardError(error), String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}

/** All pages of a query; ends with an error rather than never. */
export async function pagesOf<Item extends object>(table: Table<Item>, query: TableQuery<Item>): Promise<Item[][]> {
  const pages: Item[][] = [];
  let cursor: string | undefined;
  do {
    const page: Page<object> = await table.query({ ...query, ...(cursor !== undefined && { cursor }) });
    pages.push(page.items as Item[]);
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length < 1000);
  assert.equal(cursor, undefined, "the query does not end");
  return pages;
}

/** All items of a query. */
export async function allOf<Item extends object>(table: Table<Item>, query: TableQuery<Item>): Promise<Item[]> {
  return (await pagesOf(table, query)).flat();
}

/** How the suite makes the store under test. */
export interface TableStoreContractSetup {
  /** A new, empty store whose clock, in epoch milliseconds, is `now`, and whose cursors `cursorKey` seals. */
  create(options: { now: () => number; cursorKey: Uint8Array }): Promise<TableStore>;
  /** What the implementation promises beyond the port; each is run or asserted to be absent. */
  readonly capabilities: {
    /** `update` checks the whole result against the schema, not only what it sets. */
    readonly validatesResults: boolean;
    /** `deleteExpired` deletes; otherwise the store does it itself and it returns 0. */
    readonly deletesExpired: boolean;
    /** The idempotency of a token ends 10 minutes later by the store's injected clock; otherwise by the server's. */
    readonly ownTokenClock: boolean;
  };
}

/** What the tests of the suite get: a way to open a new store under the setting `clock`. */
export interface Under {
  readonly capabilities: TableStoreContractSetup["capabilities"];
  /** Moves the store's clock on. */
  advance(milliseconds: number): void;
  now(): number;
  /** Runs a test on a new store and disposes it. */
  withStore(test: (store: TableStore) => Promise<void>): () => Promise<void>;
  /** Runs a test on a new, empty {@link contractTable}. */
  withTable(test: (table: Table<ContractItem>, store: TableStore) => Promise<void>): () => Promise<void>;
}
