import assert from "node:assert/strict";
import type { TestRunner } from "../test-runner.ts";
import { allOf, item, key, rejectsWith, type Under } from "./contract-tables.ts";

/** Batches. */
export function batchContract({ it }: TestRunner, { withTable }: Under): void {
  it(
    "writes, reads in the order of the keys and deletes more items than one request takes",
    withTable(async (table) => {
      const items = Array.from({ length: 120 }, (_, at) => item("a", at));
      await table.batchWrite({ put: items });
      const keys = [key("a", 119), key("none", 1), key("a", 0), key("a", 0), ...items.map((_, at) => key("a", at))];
      const found = await table.batchGet(keys, { consistent: true });
      assert.deepEqual(found.slice(0, 4), [items[119], undefined, items[0], items[0]]);
      assert.deepEqual(found.slice(4), items);
      await table.batchWrite({ put: [item("b", 1)], delete: items.map((_, at) => key("a", at)) });
      assert.deepEqual(await allOf(table, { partition: "a", consistent: true }), []);
      assert.deepEqual(await table.get(key("b", 1), { consistent: true }), item("b", 1));
    }),
  );

  it(
    "writes nothing when one item or key is wrong, or two writes are of one item",
    withTable(async (table) => {
      const good = item("a", 1);
      await rejectsWith("storage.invalid-item", table.batchWrite({ put: [good, item("b", 1, { owner: "" })] }));
      await rejectsWith("storage.invalid-key", table.batchWrite({ put: [good], delete: [{ id: "b" }] }));
      await rejectsWith("storage.invalid-query", table.batchWrite({ put: [good, item("a", 1, { note: "x" })] }));
      await rejectsWith("storage.invalid-query", table.batchWrite({ put: [good], delete: [key("a", 1)] }));
      await rejectsWith("storage.invalid-key", table.batchGet([key("a", 1), { id: "b" }]));
      assert.equal(await table.get(key("a", 1), { consistent: true }), undefined);
    }),
  );

  it(
    "does nothing for nothing",
    withTable(async (table) => {
      await table.batchWrite({});
      assert.deepEqual(await table.batchGet([]), []);
    }),
  );
}
