import assert from "node:assert/strict";
import { z } from "zod";
import { largestItemBytes } from "../../storage/item-size.ts";
import { defineTable } from "../../storage/table.ts";
import type { TestRunner } from "../test-runner.ts";
import { type ContractItem, contractTable, item, key, nameTable, rejectsWith, type Under } from "./contract-tables.ts";

/** Single items: what goes in comes out, and nothing goes in that a store could not keep. */
export function itemContract({ it }: TestRunner, { withTable, withStore }: Under): void {
  it(
    "returns an item as it was written, and undefined for an unknown key",
    withTable(async (table) => {
      const detail = { tags: ["é", "𝄞", ""], score: null };
      const written = item("a", 1, { owner: "me", count: -0.5, checked: false, note: "line\n\u0000", detail });
      await table.put(written);
      assert.deepEqual(await table.get(key("a", 1), { consistent: true }), written);
      assert.equal(await table.get(key("a", 2), { consistent: true }), undefined);
    }),
  );

  it(
    "replaces an item as a whole",
    withTable(async (table) => {
      await table.put(item("a", 1, { owner: "me", count: 1 }));
      await table.put(item("a", 1, { note: "new" }));
      assert.deepEqual(await table.get(key("a", 1), { consistent: true }), item("a", 1, { note: "new" }));
    }),
  );

  it(
    "treats an attribute that is undefined as absent, and drops attributes that the schema does not know",
    withTable(async (table) => {
      const written = { ...item("a", 1), owner: undefined, extra: "x" } as unknown as ContractItem;
      await table.put(written);
      const stored = await table.get(key("a", 1), { consistent: true });
      assert.deepEqual(Object.keys(stored ?? {}).sort(), ["created_at", "id", "state"]);
    }),
  );

  it(
    "hands out copies and keeps its own",
    withTable(async (table) => {
      const written = item("a", 1, { detail: { tags: ["x"], score: 1 } });
      await table.put(written);
      written.detail!.tags.push("y");
      (await table.get(key("a", 1)))!.state = "changed";
      assert.deepEqual(
        await table.get(key("a", 1), { consistent: true }),
        item("a", 1, { detail: { tags: ["x"], score: 1 } }),
      );
    }),
  );

  it(
    "refuses an item that breaks the schema and keeps the old one",
    withTable(async (table) => {
      await table.put(item("a", 1));
      await rejectsWith("storage.invalid-item", table.put({ ...item("a", 1), state: 5 as unknown as string }));
      assert.deepEqual(await table.get(key("a", 1), { consistent: true }), item("a", 1));
    }),
  );

  it(
    "refuses values that not every store could keep: halves of surrogate pairs, numbers out of range, empty index keys",
    withTable(async (table) => {
      await rejectsWith("storage.invalid-item", table.put(item("a", 1, { note: "\ud800" })));
      await rejectsWith("storage.invalid-item", table.put(item("a", 1, { wanted: 1e200 })));
      await rejectsWith("storage.invalid-item", table.put(item("a", 1, { wanted: 1e-200 })));
      await rejectsWith("storage.invalid-item", table.put(item("a", 1, { owner: "" })));
      assert.equal(await table.get(key("a", 1), { consistent: true }), undefined);
    }),
  );

  it(
    "refuses keys that are incomplete, empty, too long or of another type",
    withTable(async (table) => {
      const wrong: Partial<ContractItem>[] = [{ id: "a" }, { created_at: 1 }, key("", 1), key("x".repeat(2049), 1)];
      for (const bad of [...wrong, { id: 1 as unknown as string, created_at: 1 }, key("a", Number.NaN)]) {
        await rejectsWith("storage.invalid-key", table.get(bad));
        await rejectsWith("storage.invalid-key", table.delete(bad));
      }
      await rejectsWith("storage.invalid-key", table.put(item("", 1)));
    }),
  );

  it(
    "keeps an item of nearly 400 KB and refuses one of more",
    withTable(async (table) => {
      const size = largestItemBytes - 1024;
      await table.put(item("a", 1, { detail: { tags: ["x".repeat(size)], score: 1 } }));
      assert.equal((await table.get(key("a", 1), { consistent: true }))?.detail?.tags[0]?.length, size);
      const large = item("a", 1, { detail: { tags: ["é".repeat(largestItemBytes / 2)], score: 1 } });
      await rejectsWith("storage.item-too-large", table.put(large));
      assert.equal((await table.get(key("a", 1), { consistent: true }))?.detail?.tags[0]?.length, size);
    }),
  );

  it(
    "deletes, and does nothing for an unknown key",
    withTable(async (table) => {
      await table.put(item("a", 1));
      await table.delete(key("a", 1));
      await table.delete(key("a", 1));
      assert.equal(await table.get(key("a", 1), { consistent: true }), undefined);
    }),
  );

  it(
    "rejects with the signal's reason once it fired, and writes nothing",
    withTable(async (table, store) => {
      const signal = AbortSignal.abort(new Error("stopped"));
      await assert.rejects(table.put(item("a", 1), { signal }), /stopped/);
      await assert.rejects(table.update(key("a", 1), {}, { signal }), /stopped/);
      await assert.rejects(table.delete(key("a", 1), { signal }), /stopped/);
      await assert.rejects(table.get(key("a", 1), { signal }), /stopped/);
      await assert.rejects(table.query({ partition: "a", signal }), /stopped/);
      await assert.rejects(table.batchGet([key("a", 1)], { signal }), /stopped/);
      await assert.rejects(table.batchWrite({ put: [item("a", 1)] }, { signal }), /stopped/);
      await assert.rejects(table.deleteExpired({ signal }), /stopped/);
      await assert.rejects(store.transact([], { signal }), /stopped/);
      assert.equal(await table.get(key("a", 1), { consistent: true }), undefined);
    }),
  );

  it(
    "keeps tables apart, and one table opened twice together",
    withStore(async (store) => {
      const [table, again, names] = [
        await store.open(contractTable),
        await store.open(contractTable),
        await store.open(nameTable),
      ];
      await table.put(item("a", 1));
      await names.put({ owner: "a", name: "1" });
      assert.deepEqual(await again.get(key("a", 1), { consistent: true }), item("a", 1));
      assert.deepEqual(await names.get({ owner: "a", name: "1" }, { consistent: true }), { owner: "a", name: "1" });
    }),
  );

  it(
    "refuses a definition of another key for a table that exists, or whose key has no single type",
    withStore(async (store) => {
      await store.open(nameTable);
      await rejectsWith("storage.table-mismatch", store.open({ ...nameTable, key: { partition: "name" } }));
      const schema = z.object({ id: z.union([z.string(), z.number()]) });
      const mixed = defineTable<z.infer<typeof schema>>({
        name: "mixed",
        key: { partition: "id" },
        indexes: {},
        schema,
      });
      await rejectsWith("storage.invalid-key", store.open(mixed));
    }),
  );
}
