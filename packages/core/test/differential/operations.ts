import {
  type Change,
  type Condition,
  cancellationReasons,
  checkAction,
  defineTable,
  deleteAction,
  isArtGuardError,
  putAction,
  type Table,
  type TableDefinition,
  type TableQuery,
  type TableStore,
  type TransactAction,
  updateAction,
} from "@artguard/core";
import { z } from "zod";

const thingSchema = z.object({
  id: z.string(),
  at: z.number(),
  owner: z.string().optional(),
  rank: z.number().optional(),
  state: z.string().optional(),
  count: z.number().optional(),
  limit: z.number().optional(),
  flag: z.boolean().optional(),
  mixed: z.union([z.string(), z.number(), z.boolean()]).optional(),
  note: z.string().optional(),
  tags: z.array(z.string()).optional(),
  expires: z.number().optional(),
});

/** An item of {@link thingTable}. */
export type Thing = z.infer<typeof thingSchema>;

/** Numbers as sort key, two indexes, expiry. Some names are DynamoDB's reserved words. */
export const thingTable = defineTable<Thing>({
  name: "things",
  key: { partition: "id", sort: "at" },
  indexes: {
    "owner-index": { partition: "owner", sort: "rank" },
    "state-index": { partition: "state", projection: "keys" },
  },
  ttl: "expires",
  schema: thingSchema,
});

const nameSchema = z.object({ owner: z.string(), name: z.string(), value: z.number().optional() });

/** An item of {@link nameTable}. */
export type Name = z.infer<typeof nameSchema>;

/** Strings as sort key, neither index nor expiry. */
export const nameTable = defineTable<Name>({
  name: "names",
  key: { partition: "owner", sort: "name" },
  indexes: {},
  schema: nameSchema,
});

/** What is done to one item, alone or in a transaction. */
export type Write<Item> =
  | { readonly do: "put"; readonly item: Item; readonly condition?: Condition<Item> | undefined }
  | {
      readonly do: "update";
      readonly key: Partial<Item>;
      readonly change: Change<Item>;
      readonly condition?: Condition<Item> | undefined;
    }
  | { readonly do: "delete"; readonly key: Partial<Item>; readonly condition?: Condition<Item> | undefined };

/** A write of a transaction, or a check. */
export type Action<Item> =
  | Write<Item>
  | { readonly do: "check"; readonly key: Partial<Item>; readonly condition: Condition<Item> };

/** One call of the port. `page` is the next page of a listing that stays open between the others. */
export type Operation =
  | Write<Thing>
  | { readonly do: "get"; readonly key: Partial<Thing> }
  | { readonly do: "query"; readonly query: TableQuery<Thing> }
  | { readonly do: "queryNames"; readonly query: TableQuery<Name> }
  | { readonly do: "page"; readonly query: TableQuery<Thing> }
  | { readonly do: "batchGet"; readonly keys: readonly Partial<Thing>[] }
  | { readonly do: "batchWrite"; readonly put: readonly Thing[]; readonly delete: readonly Partial<Thing>[] }
  | {
      readonly do: "transact";
      readonly things: readonly Action<Thing>[];
      readonly names: readonly Action<Name>[];
      readonly token?: string | undefined;
    };

/** The tables of one store, and where its open listings stand. */
export interface Tables {
  readonly store: TableStore;
  readonly things: Table<Thing>;
  readonly names: Table<Name>;
  readonly listings: Map<string, string>;
}

/** What a call gave: a value, or the code of its error. */
export type Outcome = { readonly value: unknown } | { readonly code: string; readonly reasons: readonly unknown[] };

/** Does an operation. Throws what is no error of the port. */
export async function outcomeOf(tables: Tables, operation: Operation): Promise<Outcome> {
  try {
    return { value: await perform(tables, operation) };
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    const reasons = cancellationReasons(error);
    // DynamoDB Local, unlike DynamoDB, does not tell which action could not change its item.
    return reasons.includes("storage.invalid-item")
      ? { code: "storage.invalid-item", reasons: [] }
      : { code: error.code, reasons };
  }
}

async function perform(tables: Tables, operation: Operation): Promise<unknown> {
  const { store, things, names } = tables;
  switch (operation.do) {
    case "put":
      return things.put(operation.item, withCondition(operation));
    case "update":
      return things.update(operation.key, operation.change, withCondition(operation));
    case "delete":
      return things.delete(operation.key, withCondition(operation));
    case "get":
      return things.get(operation.key, { consistent: true });
    case "query":
      return allPages(things, operation.query);
    case "queryNames":
      return allPages(names, operation.query);
    case "page":
      return nextPage(tables, operation.query);
    case "batchGet":
      return things.batchGet(operation.keys, { consistent: true });
    case "batchWrite":
      return things.batchWrite(operation);
    case "transact":
      return store.transact(actionsOf(operation), operation.token === undefined ? {} : { token: operation.token });
  }
}

function withCondition<Item>({ condition }: { readonly condition?: Condition<Item> | undefined }) {
  return condition === undefined ? {} : { condition };
}

function actionsOf({ things, names }: Extract<Operation, { do: "transact" }>): TransactAction[] {
  return [...things.map((write) => actionOf(thingTable, write)), ...names.map((write) => actionOf(nameTable, write))];
}

function actionOf<Item extends object>(definition: TableDefinition<Item>, action: Action<Item>): TransactAction {
  if (action.do === "put") return putAction(definition, action.item, action.condition);
  if (action.do === "update") return updateAction(definition, action.key, action.change, action.condition);
  if (action.do === "delete") return deleteAction(definition, action.key, action.condition);
  return checkAction(definition, action.key, action.condition);
}

/** All items of a query; those with equal sort attributes, whose order is the store's choice, in one order. */
async function allPages<Item extends object>(table: Table<Item>, query: TableQuery<Item>): Promise<unknown[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await table.query({ ...query, ...(cursor !== undefined && { cursor }) });
    items.push(...(page.items as Record<string, unknown>[]));
    cursor = page.cursor;
  }
  const index = query.index === undefined ? undefined : table.definition.indexes[query.index];
  return index === undefined ? items : inOneOrder(items, index.sort);
}

function inOneOrder(items: readonly Record<string, unknown>[], sort: string | undefined): unknown[] {
  const groups: Record<string, unknown>[][] = [];
  for (const item of items) {
    const group = groups.at(-1);
    if (group && (sort === undefined || group[0]![sort] === item[sort])) group.push(item);
    else groups.push([item]);
  }
  return groups.flatMap((group) => group.sort((a, b) => (identity(a) < identity(b) ? -1 : 1)));
}

function identity({ id, at }: Record<string, unknown>): string {
  return JSON.stringify([id, at]);
}

async function nextPage({ things, listings }: Tables, query: TableQuery<Thing>): Promise<unknown> {
  const name = JSON.stringify(query);
  const cursor = listings.get(name);
  const page = await things.query({ ...query, ...(cursor !== undefined && { cursor }) });
  if (page.cursor === undefined) listings.delete(name);
  else listings.set(name, page.cursor);
  return { items: page.items, more: page.cursor !== undefined };
}
