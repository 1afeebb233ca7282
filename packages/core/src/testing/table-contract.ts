import assert from "node:assert/strict";
import { z } from "zod";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { defineTable, type Table, type TableDefinition } from "../storage/table.ts";
import type { TestRunner } from "./test-runner.ts";

const itemSchema = z.object({
  id: z.string(),
  created_at: z.number(),
  owner: z.string().optional(),
  state: z.string(),
  expires_at: z.number().optional(),
});

/** The item the contract works with. */
export type ContractItem = z.infer<typeof itemSchema>;

const definition = defineTable<ContractItem>({
  name: "contract",
  key: { partition: "id", sort: "created_at" },
  indexes: { "owner-index": { partition: "owner", sort: "created_at" } },
  ttl: "expires_at",
  schema: itemSchema,
});

/** How the suite makes the table under test. */
export interface TableContractSetup {
  /** A new, empty table whose clock, for expiry, is `now` (epoch milliseconds). */
  create(definition: TableDefinition<ContractItem>, now: () => number): Promise<Table<ContractItem>>;
}

const item = (id: string, created_at: number, more: Partial<ContractItem> = {}): ContractItem => ({
  id,
  created_at,
  state: "open",
  ...more,
});

async function rejectsWith(code: ErrorCode, action: Promise<unknown>): Promise<void> {
  await assert.rejects(action, (error) => isArtGuardError(error, code));
}

/** What every {@link Table} promises; run it on each implementation. */
export function tableContract({ describe, it }: TestRunner, name: string, { create }: TableContractSetup): void {
  let clock = 1_700_000_000_000;
  const table = () => create(definition, () => clock);

  describe(`Table contract: ${name}`, () => {
    it("returns an item as it was written, and undefined for an unknown key", async () => {
      const under = await table();
      await under.put(item("a", 1, { owner: "me" }));
      assert.deepEqual(await under.get({ id: "a", created_at: 1 }), item("a", 1, { owner: "me" }));
      assert.equal(await under.get({ id: "a", created_at: 2 }), undefined);
    });

    it("hands out copies: changing a returned item changes nothing stored", async () => {
      const under = await table();
      await under.put(item("a", 1));
      (await under.get({ id: "a", created_at: 1 }))!.state = "changed";
      assert.equal((await under.get({ id: "a", created_at: 1 }))?.state, "open");
    });

    it("refuses an item that breaks the schema and keeps the old one", async () => {
      const under = await table();
      await under.put(item("a", 1));
      await rejectsWith("storage.invalid-item", under.put({ ...item("a", 1), state: 5 as unknown as string }));
      assert.equal((await under.get({ id: "a", created_at: 1 }))?.state, "open");
    });

    it("refuses a key without its sort attribute", async () => {
      await rejectsWith("storage.invalid-key", (await table()).get({ id: "a" }));
    });

    it("writes only when the condition holds", async () => {
      const under = await table();
      await under.put(item("a", 1), { condition: { item: "absent" } });
      await rejectsWith("storage.condition-failed", under.put(item("a", 1), { condition: { item: "absent" } }));
      await under.put(item("a", 1, { state: "done" }), { condition: { attribute: "state", equals: "open" } });
      const late = under.put(item("a", 1, { state: "lost" }), { condition: { attribute: "state", equals: "open" } });
      await rejectsWith("storage.condition-failed", late);
      assert.equal((await under.get({ id: "a", created_at: 1 }))?.state, "done");
    });

    it("lets exactly one of many concurrent conditional writes win", async () => {
      const under = await table();
      const claims = Array.from({ length: 20 }, (_, n) =>
        under.put(item("a", 1, { state: `winner ${n}` }), { condition: { item: "absent" } }),
      );
      const outcomes = await Promise.allSettled(claims);
      assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    });

    it("deletes, conditionally if asked, and does nothing for an unknown key", async () => {
      const under = await table();
      await under.put(item("a", 1));
      const refused = under.delete({ id: "a", created_at: 1 }, { condition: { attribute: "state", equals: "done" } });
      await rejectsWith("storage.condition-failed", refused);
      await under.delete({ id: "a", created_at: 1 });
      await under.delete({ id: "a", created_at: 1 });
      assert.equal(await under.get({ id: "a", created_at: 1 }), undefined);
    });

    it("queries a partition in the order of its sort attribute, page by page", async () => {
      const under = await table();
      for (const created_at of [3, 1, 4, 2, 5]) await under.put(item("a", created_at));
      await under.put(item("b", 1));
      const pages: number[][] = [];
      let cursor: string | undefined;
      do {
        const page = await under.query({ partition: "a", order: "newest_first", limit: 2, ...(cursor && { cursor }) });
        pages.push(page.items.map(({ created_at }) => created_at));
        cursor = page.cursor;
      } while (cursor);
      assert.deepEqual(pages, [[5, 4], [3, 2], [1]]);
    });

    it("keeps items without an index's attributes out of that index", async () => {
      const under = await table();
      await under.put(item("a", 1, { owner: "me" }));
      await under.put(item("b", 2));
      await under.put(item("c", 3, { owner: "me" }));
      const { items } = await under.query({ index: "owner-index", partition: "me" });
      assert.deepEqual(
        items.map(({ id }) => id),
        ["a", "c"],
      );
    });

    it("refuses an unknown index, a limit out of range and a foreign cursor", async () => {
      const under = await table();
      await rejectsWith("storage.invalid-query", under.query({ index: "no-index", partition: "a" }));
      for (const limit of [0, 1.5, 1001])
        await rejectsWith("storage.invalid-query", under.query({ partition: "a", limit }));
      await rejectsWith("storage.invalid-cursor", under.query({ partition: "a", cursor: "made up" }));
    });

    it("hides an item from the moment its ttl has passed", async () => {
      const under = await table();
      const expires_at = clock / 1000 + 60;
      await under.put(item("a", 1, { expires_at }));
      assert.ok(await under.get({ id: "a", created_at: 1 }));
      clock += 60_000;
      assert.equal(await under.get({ id: "a", created_at: 1 }), undefined);
      assert.deepEqual((await under.query({ partition: "a" })).items, []);
    });

    it("rejects with the signal's reason once it fired, and writes nothing", async () => {
      const under = await table();
      const signal = AbortSignal.abort(new Error("stopped"));
      await assert.rejects(under.put(item("a", 1), { signal }), /stopped/);
      await assert.rejects(under.query({ partition: "a", signal }), /stopped/);
      assert.equal(await under.get({ id: "a", created_at: 1 }), undefined);
    });
  });
}
