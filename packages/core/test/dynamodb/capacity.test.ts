import { checkAction, defineTable, putAction, updateAction } from "@artguard/core";
import { dynamodb } from "@artguard/core/dynamodb";
import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { type ConsumedCapacity, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createLocalTable, cursorKey } from "./local-tables.ts";

const schema = z.object({
  id: z.string(),
  at: z.number(),
  owner: z.string().optional(),
  count: z.number().optional(),
  text: z.string().optional(),
  expires: z.number().optional(),
});
const definition = defineTable<z.infer<typeof schema>>({
  name: "capacity",
  key: { partition: "id", sort: "at" },
  indexes: { "owner-index": { partition: "owner", sort: "at", projection: "keys" } },
  ttl: "expires",
  schema,
});

/** A text that brings an item to somewhat less than this many KB. */
const text = (kilobytes: number) => "x".repeat(1024 * kilobytes - 100);

interface Usage {
  /** Requests by operation, in order. */
  requests: string[];
  units: number;
}

/** Makes the client ask what each request consumed. */
function metered(client: DynamoDBClient): Usage {
  const usage: Usage = { requests: [], units: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
        usage.requests.push(commandName!.replace("Command", ""));
        const answer = await next(args);
        const { ConsumedCapacity = [] } = answer.output as { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] };
        for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) usage.units += CapacityUnits;
        return answer;
      },
    { step: "initialize" },
  );
  return usage;
}

describe.skipIf(!canRunDynamoDBLocal())("a call consumes what docs/storage.md says", () => {
  let local: DynamoDBLocal;
  let clients = 0;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
  });
  afterAll(() => local[Symbol.asyncDispose]());

  async function opened() {
    const client = new DynamoDBClient(local.clientConfig(`capacity${++clients}`));
    await createLocalTable(client, definition);
    const usage = metered(client);
    let now = 1_700_000_000_000;
    const store = dynamodb({ client, cursorKey, now: () => now });
    const consumed = async (call: () => Promise<unknown>) => {
      Object.assign(usage, { requests: [], units: 0 });
      await call();
      return { ...usage };
    };
    const advance = (seconds: number) => {
      now += seconds * 1000;
    };
    return { table: await store.open(definition), store, consumed, advance };
  }

  it("get: ½ unit for each 4 KB, 1 if consistent, and the same for nothing", async () => {
    const { table, consumed } = await opened();
    await table.batchWrite({
      put: [
        { id: "a", at: 1 },
        { id: "a", at: 9, text: text(9) },
      ],
    });
    const get = (at: number, consistent: boolean) => consumed(() => table.get({ id: "a", at }, { consistent }));
    expect(await get(1, false)).toEqual({ requests: ["GetItem"], units: 0.5 });
    expect((await get(1, true)).units).toBe(1);
    expect((await get(9, false)).units).toBe(1.5);
    expect((await get(9, true)).units).toBe(3);
    expect((await get(2, true)).units).toBe(1);
  });

  it("put, update and delete: 1 unit for each KB of the larger of the item before and after", async () => {
    const { table, consumed } = await opened();
    const [small, large] = [
      { id: "a", at: 1 },
      { id: "a", at: 1, text: text(3) },
    ];
    expect(await consumed(() => table.put(small))).toEqual({ requests: ["PutItem"], units: 1 });
    expect((await consumed(() => table.put(large))).units).toBe(3);
    expect(await consumed(() => table.update(small, { add: { count: 1 } }))).toEqual({
      requests: ["UpdateItem"],
      units: 3,
    });
    expect((await consumed(() => table.put(small))).units).toBe(3);
    expect(await consumed(() => table.delete(small))).toEqual({ requests: ["DeleteItem"], units: 1 });
    expect((await consumed(() => table.delete(small))).units).toBe(1);
  });

  it("each index of a written item: 1 more unit, 2 when its key changes", async () => {
    const { table, consumed } = await opened();
    const key = { id: "a", at: 1 };
    expect((await consumed(() => table.put({ ...key, owner: "me" }))).units).toBe(2);
    expect((await consumed(() => table.update(key, { set: { owner: "you" } }))).units).toBe(3);
    expect((await consumed(() => table.update(key, { remove: ["owner"] }))).units).toBe(2);
  });

  it("query: ½ unit for each 4 KB of the page, 1 if consistent, one item beyond the limit included", async () => {
    const { table, consumed } = await opened();
    await table.batchWrite({ put: [1, 2, 3, 4].map((at) => ({ id: "a", at, owner: "me", text: text(2) })) });
    const query = { partition: "a" };
    expect(await consumed(() => table.query(query))).toEqual({ requests: ["Query"], units: 1 });
    expect((await consumed(() => table.query({ ...query, consistent: true }))).units).toBe(2);
    expect((await consumed(() => table.query({ ...query, limit: 1 }))).units).toBe(0.5);
    expect((await consumed(() => table.query({ ...query, limit: 2 }))).units).toBe(1);
    const { cursor } = await table.query({ ...query, limit: 1 });
    expect((await consumed(() => table.query({ ...query, limit: 1, cursor: cursor! }))).units).toBe(0.5);
    // A projection saves no unit of the table, but a bare index is read for what it holds.
    expect((await consumed(() => table.query({ ...query, select: ["at"] }))).units).toBe(1);
    expect((await consumed(() => table.query({ index: "owner-index", partition: "me" }))).units).toBe(0.5);
  });

  it("batchGet and batchWrite: as much as the single calls, in requests of 100 and 25", async () => {
    const { table, consumed } = await opened();
    const items = Array.from({ length: 30 }, (_, at) => ({ id: "a", at }));
    const written = await consumed(() => table.batchWrite({ put: items.slice(0, 2) }));
    expect(written).toEqual({ requests: ["BatchWriteItem"], units: 2 });
    expect((await consumed(() => table.batchWrite({ put: items }))).requests).toHaveLength(2);
    expect(await consumed(() => table.batchGet(items))).toEqual({ requests: ["BatchGetItem"], units: 15 });
    expect((await consumed(() => table.batchGet(items, { consistent: true }))).units).toBe(30);
  });

  it("update of an expired item: two requests more", async () => {
    const { table, consumed, advance } = await opened();
    await table.put({ id: "a", at: 1, expires: 1_700_000_001 });
    advance(2);
    const { requests } = await consumed(() => table.update({ id: "a", at: 1 }, { add: { count: 1 } }));
    expect(requests).toEqual(["UpdateItem", "DeleteItem", "UpdateItem"]);
  });

  // DynamoDB Local counts a transaction's units in its own way, so only its requests are compared.
  it("transact: one request, and with a token one read of the items whose state matters", async () => {
    const { store, consumed } = await opened();
    const actions = [
      putAction(definition, { id: "a", at: 1 }),
      updateAction(definition, { id: "a", at: 2 }, { add: { count: 1 } }),
      checkAction(definition, { id: "a", at: 3 }, { item: "absent" }),
    ];
    expect((await consumed(() => store.transact(actions))).requests).toEqual(["TransactWriteItems"]);
    const repeatable = await consumed(() => store.transact(actions, { token: "once" }));
    expect(repeatable.requests).toEqual(["BatchGetItem", "TransactWriteItems"]);
  });
});
