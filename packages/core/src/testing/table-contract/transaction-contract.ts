import assert from "node:assert/strict";
import {
  cancellationReasons,
  checkAction,
  deleteAction,
  putAction,
  type TableStore,
  type TransactAction,
  updateAction,
} from "../../storage/table-store.ts";
import type { TestRunner } from "../test-runner.ts";
import { allOf, contractTable, item, key, nameTable, rejectsWith, type Under } from "./contract-tables.ts";

/** A purchase on a limited quota: the transaction that quotas are made of. */
const reserve = (n: number): TransactAction[] => [
  updateAction(
    contractTable,
    key("quota", 1),
    { add: { count: 1 } },
    {
      attribute: "count",
      lessThan: { attribute: "wanted" },
    },
  ),
  putAction(nameTable, { owner: "me", name: `item ${n}` }, { item: "absent" }),
];

async function reasonsOf(action: Promise<unknown>): Promise<readonly (string | undefined)[]> {
  const error = await action.then(
    () => assert.fail("the transaction happened"),
    (reason: unknown) => reason,
  );
  await rejectsWith("storage.transaction-cancelled", Promise.reject(error));
  return cancellationReasons(error);
}

const put = (id: string) => putAction(contractTable, item(id, 1));

/** Transactions over several items and tables. */
export function transactionContract({ it }: TestRunner, under: Under): void {
  const { withTable, advance, capabilities } = under;
  const withTables = (test: (store: TableStore, tables: Awaited<ReturnType<typeof opened>>) => Promise<void>) =>
    under.withStore(async (store) => test(store, await opened(store)));

  it(
    "does all actions, in several tables",
    withTables(async (store, { items, names }) => {
      await items.batchWrite({ put: [item("a", 1), item("b", 1, { count: 1 }), item("c", 1)] });
      await store.transact([
        checkAction(contractTable, key("a", 1), { attribute: "state", equals: "open" }),
        updateAction(contractTable, key("b", 1), { add: { count: 1 } }),
        deleteAction(contractTable, key("c", 1), { item: "present" }),
        putAction(nameTable, { owner: "me", name: "x" }, { item: "absent" }),
      ]);
      const found = await items.batchGet([key("a", 1), key("b", 1), key("c", 1)], { consistent: true });
      assert.deepEqual(found, [item("a", 1), item("b", 1, { count: 2 }), undefined]);
      assert.ok(await names.get({ owner: "me", name: "x" }, { consistent: true }));
    }),
  );

  it(
    "does none when one cannot, and tells for each action why",
    withTables(async (store, { items, names }) => {
      await items.put(item("b", 1));
      const cancelled = store.transact([
        putAction(nameTable, { owner: "me", name: "x" }),
        putAction(contractTable, item("b", 1), { item: "absent" }),
        deleteAction(contractTable, key("b", 2)),
        checkAction(contractTable, key("c", 1), { item: "present" }),
      ]);
      const reasons = [undefined, "storage.condition-failed", undefined, "storage.condition-failed"];
      assert.deepEqual(await reasonsOf(cancelled), reasons);
      assert.equal(await names.get({ owner: "me", name: "x" }, { consistent: true }), undefined);
      assert.deepEqual(cancellationReasons(new Error("other")), []);
    }),
  );

  it(
    "admits no more than a limit allows, however many ask at once",
    withTables(async (store, { items, names }) => {
      await items.put(item("quota", 1, { count: 0, wanted: 5 }));
      const outcomes = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => untilDecided(store, reserve(n))));
      assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 5);
      assert.equal((await items.get(key("quota", 1), { consistent: true }))?.count, 5);
      assert.equal((await allOf(names, { partition: "me", consistent: true })).length, 5);
    }),
  );

  it(
    "does the same actions with the same token once, and refuses others with it",
    withTables(async (store, { items }) => {
      await items.put(item("a", 1, { count: 0 }));
      const add = (count: number) => [updateAction(contractTable, key("a", 1), { add: { count } })];
      await store.transact(add(1), { token: "t-1" });
      await store.transact(add(1), { token: "t-1" });
      await rejectsWith("storage.idempotency-mismatch", store.transact(add(2), { token: "t-1" }));
      await store.transact(add(1), { token: "t-2" });
      assert.equal((await items.get(key("a", 1), { consistent: true }))?.count, 2);
      if (!capabilities.ownTokenClock) return;
      advance(10 * 60_000);
      await store.transact(add(2), { token: "t-1" });
      assert.equal((await items.get(key("a", 1), { consistent: true }))?.count, 4);
    }),
  );

  it(
    "leaves the token of a cancelled transaction free",
    withTables(async (store, { items }) => {
      const actions = [putAction(nameTable, { owner: "me", name: "x" }), ...checks("a")];
      assert.deepEqual(await reasonsOf(store.transact(actions, { token: "t" })), [
        undefined,
        "storage.condition-failed",
      ]);
      await items.put(item("a", 1));
      await store.transact(actions, { token: "t" });
    }),
  );

  it(
    "refuses too many actions, two on one item, a wrong token and actions that could never happen",
    withTable(async (table, store) => {
      const refused = (actions: TransactAction[], token?: string) =>
        rejectsWith("storage.invalid-query", store.transact(actions, token === undefined ? {} : { token }));
      await refused([]);
      await refused(Array.from({ length: 101 }, (_, n) => put(`id ${n}`)));
      await refused([put("a"), checkAction(contractTable, key("a", 1), { item: "absent" })]);
      await refused([put("a")], "");
      await refused([put("a")], "x".repeat(37));
      await rejectsWith(
        "storage.invalid-item",
        store.transact([put("a"), putAction(contractTable, item("b", 1, { owner: "" }))]),
      );
      await rejectsWith("storage.invalid-key", store.transact([put("a"), deleteAction(contractTable, { id: "b" })]));
      assert.equal(await table.get(key("a", 1), { consistent: true }), undefined);
    }),
  );

  it(
    "takes 100 actions but not more than 4 MB",
    withTable(async (table, store) => {
      await store.transact(Array.from({ length: 100 }, (_, n) => putAction(contractTable, item("many", n))));
      assert.equal((await allOf(table, { partition: "many", consistent: true })).length, 100);
      const detail = { tags: ["x".repeat(390_000)], score: null };
      const large = Array.from({ length: 11 }, (_, n) => putAction(contractTable, item("large", n, { detail })));
      await rejectsWith("storage.item-too-large", store.transact(large));
      assert.deepEqual(await allOf(table, { partition: "large", consistent: true }), []);
    }),
  );
}

async function opened(store: TableStore) {
  return { items: await store.open(contractTable), names: await store.open(nameTable) };
}

function checks(id: string): TransactAction[] {
  return [checkAction(contractTable, key(id, 1), { item: "present" })];
}

/** Repeats a transaction that only lost against others at the same moment. */
async function untilDecided(store: TableStore, actions: TransactAction[]): Promise<void> {
  for (;;) {
    try {
      return await store.transact(actions);
    } catch (error) {
      const reasons = cancellationReasons(error);
      if (reasons.length === 0 || reasons.includes("storage.condition-failed")) throw error;
    }
  }
}
