import assert from "node:assert/strict";
import type { SortRange, TableQuery } from "../../storage/table.ts";
import type { TestRunner } from "../test-runner.ts";
import {
  allOf,
  type ContractItem,
  item,
  key,
  type NameItem,
  nameTable,
  pagesOf,
  rejectsWith,
  type Under,
} from "./contract-tables.ts";

const times = (items: readonly Partial<ContractItem>[]) => items.map(({ created_at }) => created_at);

/** Queries of table and indexes. */
export function queryContract({ it }: TestRunner, { withTable, withStore }: Under): void {
  it(
    "reads a partition in the order of its sort attribute, page by page, in both directions",
    withTable(async (table) => {
      await table.batchWrite({ put: [10, 9, -1, 2.5, 100].map((at) => item("a", at)) });
      await table.put(item("b", 1));
      assert.deepEqual(
        times(await allOf(table, { partition: "a", limit: 2, consistent: true })),
        [-1, 2.5, 9, 10, 100],
      );
      const pages = await pagesOf(table, { partition: "a", order: "newest_first", limit: 2, consistent: true });
      assert.deepEqual(times(pages.flat()), [100, 10, 9, 2.5, -1]);
      assert.ok(pages.every(({ length }) => length <= 2));
    }),
  );

  it(
    "narrows by every range of a number",
    withTable(async (table) => {
      await table.batchWrite({ put: [1, 2, 3, 4].map((at) => item("a", at)) });
      const within = async (sort: SortRange) => times(await allOf(table, { partition: "a", sort, consistent: true }));
      assert.deepEqual(await within({ equals: 3 }), [3]);
      assert.deepEqual(await within({ atLeast: 2, atMost: 3 }), [2, 3]);
      assert.deepEqual(await within({ atLeast: 3 }), [3, 4]);
      assert.deepEqual(await within({ atMost: 1 }), [1]);
      assert.deepEqual(await within({ lessThan: 3 }), [1, 2]);
      assert.deepEqual(await within({ greaterThan: 3 }), [4]);
      assert.deepEqual(await within({}), [1, 2, 3, 4]);
    }),
  );

  it(
    "orders and narrows strings by their UTF-8 bytes",
    withStore(async (store) => {
      const table = await store.open(nameTable);
      const ordered = ["A", "a", "a#1", "a#2", "a\uffff", "a\u{10ffff}", "aa", "b", "é", "\ue000", "\u{1d11e}"];
      ordered.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      await table.batchWrite({ put: ordered.map((name) => ({ owner: "me", name })) });
      const within = async (sort: SortRange, order: TableQuery<NameItem>["order"] = "oldest_first") =>
        (await allOf(table, { partition: "me", sort, order, limit: 3, consistent: true })).map(({ name }) => name);
      assert.deepEqual(await within({}), ordered);
      assert.deepEqual(await within({}, "newest_first"), [...ordered].reverse());
      assert.deepEqual(await within({ beginsWith: "a#" }), ["a#1", "a#2"]);
      assert.deepEqual(
        await within({ beginsWith: "a" }),
        ordered.filter((name) => name.startsWith("a")),
      );
      assert.deepEqual(await within({ beginsWith: "\u{10ffff}" }), []);
      assert.deepEqual(await within({ greaterThan: "é" }), ["\ue000", "\u{1d11e}"]);
    }),
  );

  it(
    "keeps items without an index's attributes out of that index",
    withTable(async (table) => {
      await table.put(item("a", 1, { owner: "me" }));
      await table.put(item("b", 2));
      await table.put(item("c", 3, { owner: "me", count: 1 }));
      const ids = async (query: TableQuery<ContractItem>) => (await allOf(table, query)).map(({ id }) => id);
      assert.deepEqual(await ids({ index: "owner-index", partition: "me" }), ["a", "c"]);
      assert.deepEqual(await ids({ index: "state-index", partition: "open" }), ["c"]);
    }),
  );

  it(
    "loses and repeats nothing among items whose sort attributes are equal",
    withTable(async (table) => {
      const ids = Array.from({ length: 7 }, (_, n) => `id ${n}`);
      await table.batchWrite({ put: ids.map((id) => item(id, 5, { owner: "me" })) });
      for (const order of ["oldest_first", "newest_first"] as const) {
        const found = await allOf(table, { index: "owner-index", partition: "me", order, limit: 2 });
        assert.deepEqual(found.map(({ id }) => id).sort(), ids);
      }
    }),
  );

  it(
    "reads an index without a sort attribute",
    withTable(async (table) => {
      await table.batchWrite({ put: [1, 2, 3].map((at) => item("a", at, { note: "x", owner: "me", count: 1 })) });
      const found = await allOf(table, { index: "note-index", partition: "x", limit: 2 });
      assert.deepEqual(times(found).sort(), [1, 2, 3]);
    }),
  );

  it(
    "returns what the index projects and what the query selects",
    withTable(async (table) => {
      await table.put(item("a", 1, { owner: "me", count: 2, wanted: 3, note: "x", expires_at: 9e9 }));
      const first = async (query: TableQuery<ContractItem>) => (await allOf(table, query))[0];
      assert.deepEqual(await first({ index: "state-index", partition: "open" }), {
        ...key("a", 1),
        state: "open",
        count: 2,
        expires_at: 9e9,
      });
      assert.deepEqual(await first({ index: "note-index", partition: "x" }), {
        ...key("a", 1),
        note: "x",
        owner: "me",
        expires_at: 9e9,
      });
      assert.deepEqual(await first({ index: "note-index", partition: "x", select: ["owner"] }), { owner: "me" });
      assert.deepEqual(await first({ partition: "a", select: ["wanted", "checked"] }), { wanted: 3 });
    }),
  );

  it(
    "finds nothing in an unknown partition",
    withTable(async (table) => {
      assert.deepEqual(await pagesOf(table, { partition: "nobody" }), [[]]);
    }),
  );

  it(
    "refuses what cannot be asked",
    withTable(async (table) => {
      const refused: TableQuery<ContractItem>[] = [
        { index: "no-index", partition: "a" },
        { index: "toString", partition: "a" },
        { partition: 1 },
        { partition: "" },
        { index: "note-index", partition: "x", sort: { equals: 1 } },
        { partition: "a", sort: { beginsWith: "1" } },
        { partition: "a", sort: { equals: "1" } },
        { partition: "a", sort: { lessThan: 1, greaterThan: 0 } as SortRange },
        { partition: "a", sort: { atLeast: 2, atMost: 1 } },
        { index: "state-index", partition: "open", select: ["note"] },
        { partition: "a", select: [] },
        ...[0, 1.5, 1001].map((limit) => ({ partition: "a", limit })),
      ];
      for (const query of refused) await rejectsWith("storage.invalid-query", table.query(query));
      const consistent = table.query({ index: "owner-index", partition: "me", consistent: true });
      await rejectsWith("storage.invalid-key", consistent);
    }),
  );
}

/** Cursors: opaque, and good for one query of one caller. */
export function cursorContract({ it }: TestRunner, { withTable, withStore }: Under): void {
  const base: TableQuery<ContractItem> = { index: "owner-index", partition: "me", limit: 1, scope: "me" };

  it(
    "goes on where the page ended, though items came and went and the limit changed",
    withTable(async (table) => {
      await table.batchWrite({ put: [1, 2, 3, 4].map((at) => item(`id ${at}`, at, { owner: "me" })) });
      const { cursor } = await table.query(base);
      await table.delete(key("id 1", 1));
      await table.delete(key("id 2", 2));
      await table.put(item("late", 3.5, { owner: "me" }));
      const rest = await allOf(table, { ...base, limit: 2, cursor: cursor! });
      assert.deepEqual(times(rest), [3, 3.5, 4]);
    }),
  );

  it(
    "is refused by another query, another scope and when it was altered or made up",
    withTable(async (table) => {
      await table.batchWrite({ put: [1, 2].map((at) => item(`id ${at}`, at, { owner: "me", note: "me" })) });
      const cursor = (await table.query(base)).cursor!;
      const altered = `${cursor.slice(0, -2)}${cursor.endsWith("AA") ? "BB" : "AA"}`;
      const { scope: _, ...withoutScope } = base;
      const refused: TableQuery<ContractItem>[] = [
        { ...base, scope: "you" },
        withoutScope,
        { ...base, partition: "you" },
        { ...base, order: "newest_first" },
        { ...base, sort: { atLeast: 1 } },
        { ...base, index: "note-index" },
      ];
      for (const query of refused) await rejectsWith("storage.invalid-cursor", table.query({ ...query, cursor }));
      for (const wrong of [altered, "made up", "", cursor.slice(4)]) {
        await rejectsWith("storage.invalid-cursor", table.query({ ...base, cursor: wrong }));
      }
      assert.equal((await table.query({ ...base, cursor })).items.length, 1);
    }),
  );

  it(
    "does not reveal where it points",
    withTable(async (table) => {
      await table.batchWrite({ put: [1, 2].map((at) => item(`secret-${at}`, at, { owner: "me" })) });
      const cursor = (await table.query(base)).cursor!;
      assert.ok(!Buffer.from(cursor, "base64url").toString("latin1").includes("secret"));
    }),
  );

  it(
    "of one table is refused by another",
    withStore(async (store) => {
      const table = await store.open(nameTable);
      const twin = await store.open({ ...nameTable, name: "contract-twins" });
      for (const under of [table, twin]) {
        await under.batchWrite({ put: ["a", "b"].map((name) => ({ owner: "me", name })) });
      }
      const { cursor } = await table.query({ partition: "me", limit: 1 });
      await rejectsWith("storage.invalid-cursor", twin.query({ partition: "me", limit: 1, cursor: cursor! }));
    }),
  );
}
