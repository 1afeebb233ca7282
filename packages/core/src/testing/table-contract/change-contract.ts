import assert from "node:assert/strict";
import type { Change } from "../../storage/table.ts";
import type { TestRunner } from "../test-runner.ts";
import { type ContractItem, item, key, rejectsWith, type Under } from "./contract-tables.ts";

/** Updates. */
export function changeContract({ it }: TestRunner, { withTable, capabilities }: Under): void {
  it(
    "sets, adds and removes, and returns the item as it is then",
    withTable(async (table) => {
      await table.put(item("a", 1, { owner: "me", count: 1, note: "old" }));
      const change: Change<ContractItem> = { set: { state: "done" }, add: { count: 4, wanted: -2 }, remove: ["note"] };
      const expected = item("a", 1, { owner: "me", state: "done", count: 5, wanted: -2 });
      assert.deepEqual(await table.update(key("a", 1), change), expected);
      assert.deepEqual(await table.get(key("a", 1), { consistent: true }), expected);
    }),
  );

  it(
    "creates the item when there is none, unless the condition says otherwise",
    withTable(async (table) => {
      const change: Change<ContractItem> = { set: { state: "new" }, add: { count: 3 } };
      const refused = table.update(key("a", 1), change, { condition: { item: "present" } });
      await rejectsWith("storage.condition-failed", refused);
      assert.deepEqual(await table.update(key("a", 1), change), item("a", 1, { state: "new", count: 3 }));
    }),
  );

  it(
    "leaves alone what it does not name, also an attribute set to undefined",
    withTable(async (table) => {
      await table.put(item("a", 1, { note: "kept" }));
      const set = { note: undefined, count: 1 } as unknown as Partial<ContractItem>;
      assert.deepEqual(await table.update(key("a", 1), { set }), item("a", 1, { note: "kept", count: 1 }));
    }),
  );

  it(
    "loses no concurrent addition",
    withTable(async (table) => {
      await table.put(item("a", 1));
      await Promise.all(Array.from({ length: 25 }, () => table.update(key("a", 1), { add: { count: 1 } })));
      assert.equal((await table.get(key("a", 1), { consistent: true }))?.count, 25);
    }),
  );

  it(
    "moves an item in its indexes",
    withTable(async (table) => {
      await table.put(item("a", 1, { owner: "me" }));
      await table.update(key("a", 1), { set: { owner: "you" } });
      assert.deepEqual((await table.query({ index: "owner-index", partition: "me" })).items, []);
      assert.equal((await table.query({ index: "owner-index", partition: "you" })).items.length, 1);
      await table.update(key("a", 1), { remove: ["owner"] });
      assert.deepEqual((await table.query({ index: "owner-index", partition: "you" })).items, []);
    }),
  );

  it(
    "refuses to change the key, to name an attribute twice and to set what the schema refuses",
    withTable(async (table) => {
      await table.put(item("a", 1, { note: "text" }));
      const update = (change: Change<ContractItem>) => table.update(key("a", 1), change);
      await rejectsWith("storage.invalid-key", update({ set: { id: "b" } }));
      await rejectsWith("storage.invalid-key", update({ remove: ["created_at"] }));
      await rejectsWith("storage.invalid-query", update({ set: { count: 1 }, add: { count: 1 } }));
      await rejectsWith("storage.invalid-query", update({ remove: ["note", "note"] }));
      await rejectsWith("storage.invalid-item", update({ set: { count: "1" as unknown as number } }));
      await rejectsWith("storage.invalid-item", update({ set: { extra: 1 } as Partial<ContractItem> }));
      await rejectsWith("storage.invalid-item", update({ add: { count: Number.NaN } }));
      await rejectsWith("storage.invalid-item", update({ add: { count: 1e-200 } }));
      await rejectsWith("storage.invalid-item", update({ add: { note: 1 } as Change<ContractItem>["add"] & object }));
      assert.deepEqual(await table.get(key("a", 1), { consistent: true }), item("a", 1, { note: "text" }));
    }),
  );

  it(
    "refuses a change after which the item would be too large, or an index could not hold it",
    withTable(async (table) => {
      const detail = { tags: ["x".repeat(300_000)], score: null };
      await table.put(item("a", 1, { detail }));
      await rejectsWith("storage.item-too-large", table.update(key("a", 1), { set: { text: "y".repeat(200_000) } }));
      await rejectsWith("storage.invalid-item", table.update(key("a", 1), { set: { note: "y".repeat(3000) } }));
      assert.deepEqual(await table.get(key("a", 1), { consistent: true }), item("a", 1, { detail }));
    }),
  );

  it(
    "checks the whole result where the store can",
    withTable(async (table) => {
      await table.put(item("a", 1));
      const outcome = await table.update(key("a", 1), { remove: ["state"] }).then(
        () => "done",
        (error: { code: string }) => error.code,
      );
      assert.equal(outcome, capabilities.validatesResults ? "storage.invalid-item" : "done");
    }),
  );
}
