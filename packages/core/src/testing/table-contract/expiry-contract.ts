import assert from "node:assert/strict";
import { putAction, updateAction } from "../../storage/table-store.ts";
import type { TestRunner } from "../test-runner.ts";
import { allOf, contractTable, item, key, rejectsWith, type Under } from "./contract-tables.ts";

/** Expiry: an item past its ttl does not exist, removed or not. */
export function expiryContract({ it }: TestRunner, under: Under): void {
  const { withTable, advance, now, capabilities } = under;
  const inOneMinute = () => now() / 1000 + 60;

  it(
    "hides an item from every read from the moment its ttl has passed",
    withTable(async (table) => {
      await table.put(item("a", 1, { owner: "me", count: 1, expires_at: inOneMinute() }));
      await table.put(item("a", 2, { owner: "me", count: 1 }));
      advance(59_999);
      assert.ok(await table.get(key("a", 1), { consistent: true }));
      advance(1);
      assert.equal(await table.get(key("a", 1), { consistent: true }), undefined);
      assert.deepEqual(await table.batchGet([key("a", 1)], { consistent: true }), [undefined]);
      assert.equal((await allOf(table, { partition: "a", consistent: true })).length, 1);
      assert.equal((await allOf(table, { index: "owner-index", partition: "me" })).length, 1);
      assert.equal((await allOf(table, { index: "state-index", partition: "open" })).length, 1);
      assert.deepEqual(await allOf(table, { partition: "a", select: ["count"], consistent: true }), [{ count: 1 }]);
    }),
  );

  it(
    "counts an expired item as absent in conditions, updates and transactions",
    withTable(async (table, store) => {
      for (const id of ["a", "b", "c", "d"]) await table.put(item(id, 1, { note: "old", expires_at: inOneMinute() }));
      advance(60_000);
      await rejectsWith(
        "storage.condition-failed",
        table.put(item("a", 1), { condition: { attribute: "state", equals: "open" } }),
      );
      await table.put(item("a", 1, { note: "new" }), { condition: { item: "absent" } });
      assert.deepEqual(await table.update(key("b", 1), { set: { state: "new" } }), item("b", 1, { state: "new" }));
      await store.transact([
        putAction(contractTable, item("c", 1), { item: "absent" }),
        updateAction(contractTable, key("d", 1), { set: { state: "new" } }, { attribute: "note", is: "absent" }),
      ]);
      assert.deepEqual(await table.get(key("d", 1), { consistent: true }), item("d", 1, { state: "new" }));
    }),
  );

  it(
    "shows an item again that got a later ttl in time",
    withTable(async (table) => {
      await table.put(item("a", 1, { expires_at: inOneMinute() }));
      await table.update(key("a", 1), { add: { expires_at: 60 } });
      advance(60_000);
      assert.ok(await table.get(key("a", 1), { consistent: true }));
    }),
  );

  it(
    "deletes what has expired, no more than asked, and nothing else",
    withTable(async (table) => {
      await table.batchWrite({ put: [1, 2, 3].map((at) => item("a", at, { expires_at: inOneMinute() })) });
      await table.put(item("a", 4, { expires_at: inOneMinute() + 60 }));
      await table.put(item("a", 5));
      assert.equal(await table.deleteExpired(), 0);
      advance(60_000);
      const deleted = [
        await table.deleteExpired({ limit: 2 }),
        await table.deleteExpired(),
        await table.deleteExpired(),
      ];
      assert.deepEqual(deleted, capabilities.deletesExpired ? [2, 1, 0] : [0, 0, 0]);
      assert.equal((await allOf(table, { partition: "a", consistent: true })).length, 2);
      for (const limit of [0, 1.5, 10_001]) {
        await rejectsWith("storage.invalid-query", table.deleteExpired({ limit }));
      }
    }),
  );
}
