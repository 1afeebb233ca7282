import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { cancellationReasons, defineTable, putAction, type Table, updateAction } from "@artguard/core";
import { type SqliteOptions, sqlite } from "@artguard/core/sqlite";
import { tableStoreContract } from "@artguard/core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { ChildWriter } from "./child-writer.ts";
import { type Note, noteTable, pairTable } from "./note-table.ts";
import { temporaryFile } from "./temporary-file.ts";

tableStoreContract({ describe, it }, "SqliteTableStore", {
  create: (options) => sqlite({ path: temporaryFile(), ...options }),
  capabilities: { validatesResults: true, deletesExpired: true, ownTokenClock: true },
});

const note = (n: number, more: Partial<Note> = {}): Note => ({ writer: "w", n, text: `note ${n}`, ...more });

async function opened(path: string, options: Partial<SqliteOptions> = {}) {
  const store = await sqlite({ path, ...options });
  onTestFinished(() => store[Symbol.asyncDispose]());
  return { store, notes: await store.open(noteTable) };
}

/** The write lock of a file, held until the test ends or `release` is called. */
function lock(path: string): () => void {
  const database = new DatabaseSync(path);
  database.exec("BEGIN IMMEDIATE");
  onTestFinished(() => database.close());
  return () => database.exec("ROLLBACK");
}

const valuesOf = async (table: Table<Note>, index: string, partition: string) =>
  (await table.query({ index, partition })).items.map(({ n }) => n);

describe("a store in a file", () => {
  it("keeps items, cursors and tokens when it is closed and opened again", async () => {
    const path = temporaryFile();
    const first = await opened(path);
    await first.notes.batchWrite({ put: [1, 2, 3].map((n) => note(n)) });
    const { cursor } = await first.notes.query({ partition: "w", limit: 2 });
    await first.store.transact([putAction(noteTable, note(4))], { token: "t" });
    await first.store[Symbol.asyncDispose]();
    const second = await opened(path);
    const rest = await second.notes.query({ partition: "w", limit: 2, cursor: cursor! });
    expect(rest.items.map(({ n }) => n)).toEqual([3, 4]);
    const other = second.store.transact([putAction(noteTable, note(5))], { token: "t" });
    await expect(other).rejects.toMatchObject({ code: "storage.idempotency-mismatch" });
  });

  it("creates its folder, and leaves one file there when it is closed", async () => {
    const path = `${temporaryFile()}/deeper/store.db`;
    const { store } = await opened(path);
    expect(existsSync(`${path}-wal`)).toBe(true);
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    expect([existsSync(path), existsSync(`${path}-wal`)]).toEqual([true, false]);
  });

  it("says nothing of its own on standard error", () => {
    const program = `
      import { sqlite } from "@artguard/core/sqlite";
      const store = await sqlite({ path: ${JSON.stringify(temporaryFile())} });
      await store[Symbol.asyncDispose]();
      process.emitWarning("another warning");
    `;
    const args = ["--conditions=artguard-source", "--input-type=module", "--eval", program];
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8" });
    expect([status, stderr.match(/Warning: .*/g)]).toEqual([0, ["Warning: another warning"]]);
  });

  it("says that it is closed", async () => {
    const { store, notes } = await opened(temporaryFile());
    await store[Symbol.asyncDispose]();
    await expect(notes.get({ writer: "w", n: 1 })).rejects.toMatchObject({ code: "storage.unavailable" });
  });

  it("has one cursor key per file, unless it is given one", async () => {
    const path = temporaryFile();
    const [here, there] = [await opened(path), await opened(path)];
    const foreign = await opened(path, { cursorKey: new Uint8Array(32).fill(1) });
    await here.notes.batchWrite({ put: [note(1), note(2)] });
    const cursor = (await here.notes.query({ partition: "w", limit: 1 })).cursor!;
    expect((await there.notes.query({ partition: "w", limit: 1, cursor })).items).toEqual([note(2)]);
    const refused = foreign.notes.query({ partition: "w", limit: 1, cursor });
    await expect(refused).rejects.toMatchObject({ code: "storage.invalid-cursor" });
    await expect(opened(path, { cursorKey: new Uint8Array(8) })).rejects.toMatchObject({ code: "storage.invalid-key" });
  });

  it("leaves nothing of a deleted item in its files once it was scrubbed", async () => {
    const path = temporaryFile();
    const { store, notes } = await opened(path);
    const secret = "fingerprint-".repeat(2000);
    await notes.put(note(1, { text: secret, topic: "fingerprint-index" }));
    await notes.put(note(2));
    const remains = () => [path, `${path}-wal`].filter((file) => readFileSync(file).includes("fingerprint-"));
    expect(remains()).not.toEqual([]);
    await notes.delete({ writer: "w", n: 1 });
    await store.scrub();
    expect(remains()).toEqual([]);
    expect(await notes.get({ writer: "w", n: 2 })).toEqual(note(2));
  });

  it("waits with scrubbing until nobody reads what the log holds, and says so at the deadline", async () => {
    const path = temporaryFile();
    const { store, notes } = await opened(path);
    await notes.put(note(1));
    const reader = new DatabaseSync(path);
    onTestFinished(() => reader.close());
    reader.exec('BEGIN; SELECT count(*) FROM "#tables"');
    const impatient = await sqlite({ path, lockTimeoutMs: 20 });
    await expect(impatient.scrub()).rejects.toMatchObject({ code: "storage.timed-out", retryable: true });
    await impatient[Symbol.asyncDispose]();
    setTimeout(() => reader.exec("COMMIT"), 20);
    await store.scrub();
    expect(statSync(`${path}-wal`).size).toBe(0);
  });

  it.skipIf(process.platform === "win32")("is its owner's alone, with its log", async () => {
    const path = `${temporaryFile()}/deeper/store.db`;
    await opened(path);
    const modes = [dirname(path), path, `${path}-wal`].map((name) => statSync(name).mode & 0o77);
    expect(modes).toEqual([0, 0, 0]);
  });
});

describe("several connections to one file", () => {
  it("see each other's writes, and decide conditions on the last of them", async () => {
    const path = temporaryFile();
    const [here, there] = [await opened(path), await opened(path)];
    await here.notes.put(note(1), { condition: { item: "absent" } });
    const second = there.notes.put(note(1), { condition: { item: "absent" } });
    await expect(second).rejects.toMatchObject({ code: "storage.condition-failed" });
    const update = (count: number, store: typeof here.store) =>
      store.transact([updateAction(noteTable, { writer: "w", n: 1 }, { add: { rank: count } })]);
    await Promise.all(Array.from({ length: 20 }, (_, n) => update(1, n % 2 === 0 ? here.store : there.store)));
    expect((await there.notes.get({ writer: "w", n: 1 }))?.rank).toBe(20);
  });

  it("wait for the lock, without holding up this process", async () => {
    const path = temporaryFile();
    const { notes } = await opened(path);
    const release = lock(path);
    let ticks = 0;
    const timer = setInterval(() => ticks++ === 3 && release(), 5);
    await notes.put(note(1));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
    expect(await notes.get({ writer: "w", n: 1 })).toEqual(note(1));
  });

  it("give up at the deadline with a typed error, write nothing, and still read", async () => {
    const path = temporaryFile();
    const { notes, store } = await opened(path, { lockTimeoutMs: 30 });
    await notes.put(note(1));
    lock(path);
    const refused = { code: "storage.timed-out", retryable: true };
    await expect(notes.put(note(2))).rejects.toMatchObject(refused);
    await expect(notes.update({ writer: "w", n: 1 }, { set: { rank: 1 } })).rejects.toMatchObject(refused);
    await expect(store.transact([putAction(noteTable, note(2))])).rejects.toMatchObject(refused);
    expect((await notes.query({ partition: "w" })).items).toEqual([note(1)]);
  });

  it("stop waiting when the caller's signal fires", async () => {
    const path = temporaryFile();
    const { notes } = await opened(path);
    const release = lock(path);
    const controller = new AbortController();
    const waiting = notes.put(note(1), { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("no longer wanted")), 20);
    await expect(waiting).rejects.toThrow("no longer wanted");
    release();
    expect(await notes.get({ writer: "w", n: 1 })).toBeUndefined();
  });

  it("of four processes create one store together and lose no write of any", async () => {
    const path = temporaryFile();
    const names = ["a", "b", "c", "d"];
    const writers = names.map((writer) => new ChildWriter({ path, writer, writes: 40 }));
    const ends = await Promise.all(writers.map((writer) => writer.end()));
    expect(ends.map(({ acknowledged, failure }) => [acknowledged.length, failure])).toEqual(
      Array(4).fill([40, undefined]),
    );
    const { store, notes } = await opened(path);
    const pairs = await store.open(pairTable);
    for (const writer of names) {
      expect((await notes.query({ partition: writer })).items).toHaveLength(40);
      expect((await pairs.query({ partition: writer })).items).toHaveLength(10);
    }
  });
});

describe("a definition that changed", () => {
  const ranked = defineTable<Note>({
    ...noteTable,
    indexes: {
      "rank-index": { partition: "writer", sort: "rank" },
      "topic-index": { partition: "topic", sort: "rank" },
    },
  });

  it("gets its indexes built from what is stored", async () => {
    const path = temporaryFile();
    const { store, notes } = await opened(path);
    await notes.batchWrite({ put: [note(1, { topic: "t", rank: 2 }), note(2, { topic: "t", rank: 1 }), note(3)] });
    expect(await valuesOf(notes, "topic-index", "t")).toEqual([1, 2]);
    const changed = await store.open(ranked);
    expect(await valuesOf(changed, "topic-index", "t")).toEqual([2, 1]);
    expect(await valuesOf(changed, "rank-index", "w")).toEqual([2, 1]);
    expect((await changed.query({ partition: "w" })).items).toHaveLength(3);
    await changed.put(note(4, { topic: "t", rank: 0 }));
    expect(await valuesOf(changed, "topic-index", "t")).toEqual([4, 2, 1]);
  });

  it("says to who has the table open under the former one that it changed, and mends at the next opening", async () => {
    const path = temporaryFile();
    const [here, there] = [await opened(path), await opened(path)];
    await here.notes.put(note(1, { topic: "t" }));
    const { indexes: _, ...rest } = noteTable;
    await there.store.open(defineTable<Note>({ ...rest, indexes: {} }));
    await expect(here.notes.put(note(2))).rejects.toMatchObject({ code: "storage.table-mismatch" });
    await expect(valuesOf(here.notes, "topic-index", "t")).rejects.toMatchObject({ code: "storage.table-mismatch" });
    const again = await opened(path);
    expect(await valuesOf(again.notes, "topic-index", "t")).toEqual([1]);
  });

  it("gets a ttl for what is stored", async () => {
    const path = temporaryFile();
    const now = () => 1_000_000;
    const { store, notes } = await opened(path, { now });
    await notes.batchWrite({ put: [note(1, { until: 1000 }), note(2, { until: 1001 }), note(3)] });
    const expiring = await store.open(defineTable<Note>({ ...noteTable, ttl: "until" }));
    expect((await expiring.query({ partition: "w" })).items.map(({ n }) => n)).toEqual([2, 3]);
    expect(await expiring.deleteExpired()).toBe(1);
  });

  it("is refused with another key, and the stored items stay", async () => {
    const path = temporaryFile();
    const { store, notes } = await opened(path);
    await notes.put(note(1));
    for (const key of [{ partition: "writer" }, { partition: "writer", sort: "text" }] as const) {
      const changed = store.open(defineTable<Note>({ ...noteTable, key }));
      await expect(changed).rejects.toMatchObject({ code: "storage.table-mismatch" });
    }
    expect(await notes.get({ writer: "w", n: 1 })).toEqual(note(1));
  });
});

it("a cancelled transaction tells its reasons also when it has a token", async () => {
  const { store } = await opened(temporaryFile());
  const actions = [putAction(noteTable, note(1)), putAction(pairTable, { writer: "w", n: 1 }, { item: "present" })];
  const error = await store.transact(actions, { token: "t" }).catch((reason: unknown) => reason);
  expect(cancellationReasons(error)).toEqual([undefined, "storage.condition-failed"]);
});
