import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { deleteExpiredObjects } from "../storage/lifecycle.ts";
import { canPresign, type ObjectBody, type ObjectStore } from "../storage/object-store.ts";
import { presigningContract } from "./presigning-contract.ts";
import type { TestRunner } from "./test-runner.ts";

/** How the suite makes the store under test. */
export interface ObjectStoreContractSetup {
  /** A new, empty store. */
  create(): Promise<ObjectStore>;
  /** Whether the store signs requests for others; the suite then makes such requests. */
  presigns: boolean;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const sha256 = (content: Uint8Array | string) => createHash("sha256").update(content).digest("hex");

async function rejectsWith(code: ErrorCode, action: Promise<unknown>): Promise<void> {
  await assert.rejects(action, (error) => isArtGuardError(error, code));
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

async function* pieces(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield new Uint8Array(size).fill(index);
}

const unsafeKeys = [
  "",
  "/etc/passwd",
  "a/",
  "a/../b",
  "..",
  "a//b",
  "a/./b",
  "a\\b",
  "a\u0000b",
  "a\n",
  "x".repeat(1025),
];
const unusualKeys = [
  "a b+c%ü.jpg",
  "a%20b.jpg",
  "a%2fb.jpg",
  "Case.JPG",
  "case.jpg",
  "e\u0301.jpg",
  "\u00e9.jpg",
  "con/aux.txt",
  "nul",
  "dot.",
  "...",
  "~/@/%",
  "\u{1f5bc}.png",
  `${"long ü/".repeat(20)}${"ü%".repeat(150)}`,
];

/**
 * What every {@link ObjectStore} promises; run it on each implementation.
 *
 * @example
 * import { describe, it } from "node:test";
 * import { MemoryObjectStore } from "@artguard/core";
 *
 * objectStoreContract({ describe, it }, "my store", { create: async () => new MemoryObjectStore(), presigns: false });
 */
export function objectStoreContract(runner: TestRunner, name: string, setup: ObjectStoreContractSetup): void {
  const { describe } = runner;
  describe(`ObjectStore contract: ${name}`, () => {
    describe("writing", () => writing(runner, setup));
    describe("reading", () => reading(runner, setup));
    describe("keys", () => keys(runner, setup));
    describe("tags and expiry", () => tagsAndExpiry(runner, setup));
    if (setup.presigns) describe("presigned requests", () => presigningContract(runner, setup.create));
    else
      runner.it("does not claim to sign requests", async () => assert.equal(canPresign(await setup.create()), false));
  });
}

function writing({ it }: TestRunner, { create }: ObjectStoreContractSetup): void {
  it("returns the bytes and their head as written", async () => {
    const store = await create();
    const written = await store.put("inference/a/original.jpg", bytes("picture"), { contentType: "image/jpeg" });
    assert.equal(written.sha256, sha256("picture"));
    assert.deepEqual(await store.get("inference/a/original.jpg"), bytes("picture"));
    const { modified_at, ...head } = (await store.head("inference/a/original.jpg"))!;
    assert.deepEqual(head, written);
    assert.ok(Number.isInteger(modified_at) && modified_at > 1e12);
    assert.deepEqual([head.size_bytes, head.content_type], [7, "image/jpeg"]);
  });

  it("keeps an object without bytes", async () => {
    const store = await create();
    await store.put("empty", new Uint8Array());
    assert.deepEqual(await store.get("empty"), new Uint8Array());
    assert.equal((await store.head("empty"))?.size_bytes, 0);
  });

  it("keeps its own copy of the bytes", async () => {
    const store = await create();
    const written = bytes("picture");
    const writing = store.put("a", written);
    await writing;
    written[0] = 0;
    (await store.get("a"))[1] = 0;
    assert.deepEqual(await store.get("a"), bytes("picture"));
  });

  it("writes a stream of unknown length, short or long", async () => {
    const store = await create();
    for (const [count, size] of [
      [0, 0],
      [3, 10],
      [20, 1_000_000],
    ] as const) {
      const written = await store.put("stream", pieces(count, size));
      const expected = createHash("sha256");
      for await (const piece of pieces(count, size)) expected.update(piece);
      assert.equal(written.sha256, expected.digest("hex"));
      assert.equal(written.size_bytes, count * size);
      assert.equal(sha256(await store.get("stream")), written.sha256);
      assert.equal((await store.head("stream"))?.sha256, written.sha256);
    }
  });

  it("refuses bytes over the limit and keeps what was there", async () => {
    const store = await create();
    await store.put("a", bytes("one"));
    const bodies: [ObjectBody, number][] = [
      [bytes("three"), 4],
      [pieces(3, 10), 29],
      [pieces(20, 1_000_000), 19_999_999],
    ];
    for (const [body, maxBytes] of bodies)
      await rejectsWith("storage.object-too-large", store.put("a", body, { maxBytes }));
    assert.deepEqual(await store.get("a"), bytes("one"));
    await store.put("a", bytes("three"), { maxBytes: 5 });
  });

  it("refuses bytes that have not the expected SHA-256 and keeps what was there", async () => {
    const store = await create();
    await store.put("a", bytes("one"), { sha256: sha256("one") });
    await rejectsWith("storage.checksum-mismatch", store.put("a", bytes("two"), { sha256: sha256("2") }));
    await rejectsWith("storage.checksum-mismatch", store.put("b", pieces(3, 10), { sha256: sha256("2") }));
    assert.deepEqual(await store.get("a"), bytes("one"));
    assert.equal(await store.head("b"), undefined);
  });

  it("throws what its source throws and writes nothing", async () => {
    const store = await create();
    async function* broken() {
      yield* pieces(10, 1_000_000);
      throw new Error("the camera was unplugged");
    }
    await assert.rejects(store.put("a", broken()), /unplugged/);
    assert.deepEqual(await keysOf(store, ""), []);
  });

  it("stops waiting for a silent source when the signal fires, and lets the source know", async () => {
    const store = await create();
    const stopping = new AbortController();
    let released = false;
    const silent: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          stopping.abort(new Error("stopped"));
          return new Promise(() => undefined);
        },
        return: async () => {
          released = true;
          return { done: true, value: undefined };
        },
      }),
    };
    await assert.rejects(store.put("a", silent, { signal: stopping.signal }), /stopped/);
    assert.ok(released);
    assert.equal(await store.head("a"), undefined);
  });

  it("replaces an object, unless it was asked to write only a new one", async () => {
    const store = await create();
    await store.put("a", bytes("one"), { ifAbsent: true });
    await store.put("a", bytes("two"));
    await rejectsWith("storage.condition-failed", store.put("a", bytes("three"), { ifAbsent: true }));
    await rejectsWith("storage.condition-failed", store.put("a", pieces(10, 1_000_000), { ifAbsent: true }));
    assert.deepEqual(await store.get("a"), bytes("two"));
  });

  it("lets exactly one of several writers create an object", async () => {
    const store = await create();
    const writers = ["one", "two", "three", "four", "five"];
    const results = await Promise.allSettled(writers.map((text) => store.put("a", bytes(text), { ifAbsent: true })));
    const winners = writers.filter((_, index) => results[index]?.status === "fulfilled");
    assert.equal(winners.length, 1);
    assert.deepEqual(await store.get("a"), bytes(winners[0]!));
  });

  it("deletes, and does nothing for an unknown key", async () => {
    const store = await create();
    await store.put("a/b", bytes("one"));
    await store.delete("a/b");
    await store.delete("a/b");
    await store.delete("never/there");
    assert.equal(await store.head("a/b"), undefined);
    assert.deepEqual(await keysOf(store, ""), []);
  });

  it("refuses options out of bounds and writes nothing", async () => {
    const store = await create();
    for (const options of [
      { contentType: "image/jpeg\r\nx-evil: 1" },
      { contentType: "" },
      { sha256: "ABC" },
      { maxBytes: -1 },
      { tags: { "<tag>": "x" } },
      { tags: { "": "x" } },
      { tags: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`t${index}`, "x"])) },
    ])
      await rejectsWith("storage.invalid-option", store.put("a", bytes("x"), options));
    assert.equal(await store.head("a"), undefined);
  });

  it("rejects with the signal's reason once it fired, and writes nothing", async () => {
    const store = await create();
    const signal = AbortSignal.abort(new Error("stopped"));
    await assert.rejects(store.put("a", bytes("x"), { signal }), /stopped/);
    await assert.rejects(store.get("a", { signal }), /stopped/);
    await assert.rejects(store.head("a", { signal }), /stopped/);
    await assert.rejects(store.delete("a", { signal }), /stopped/);
    assert.equal(await store.head("a"), undefined);
  });
}

function reading({ it }: TestRunner, { create }: ObjectStoreContractSetup): void {
  it("returns a part of an object", async () => {
    const store = await create();
    await store.put("a", bytes("0123456789"));
    assert.deepEqual(await store.get("a", { range: { offset: 2, length: 3 } }), bytes("234"));
    assert.deepEqual(await store.get("a", { range: { offset: 8 } }), bytes("89"));
    assert.deepEqual(await store.get("a", { range: { offset: 8, length: 100 } }), bytes("89"));
    const { head, body } = await store.getStream("a", { range: { offset: 0, length: 1 } });
    assert.equal(head.size_bytes, 10);
    assert.equal(await new Response(body).text(), "0");
  });

  it("refuses a range outside the object", async () => {
    const store = await create();
    await store.put("a", bytes("0123456789"));
    for (const range of [{ offset: 10 }, { offset: -1 }, { offset: 0, length: 0 }, { offset: 0.5 }])
      await rejectsWith("storage.invalid-option", store.get("a", { range }));
  });

  it("streams an object with its head", async () => {
    const store = await create();
    const written = await store.put("a", pieces(3, 1_000_000), { contentType: "image/png" });
    const { head, body } = await store.getStream("a");
    assert.deepEqual([head.size_bytes, head.content_type, head.sha256], [3_000_000, "image/png", written.sha256]);
    const hash = createHash("sha256");
    for await (const chunk of body) hash.update(chunk);
    assert.equal(hash.digest("hex"), written.sha256);
  });

  it("lets a reader cancel a stream", async () => {
    const store = await create();
    await store.put("a", pieces(3, 1_000_000));
    const { body } = await store.getStream("a");
    for await (const chunk of body) {
      assert.ok(chunk.length > 0);
      break;
    }
    await (await store.getStream("a")).body.cancel();
    assert.equal((await store.get("a")).length, 3_000_000);
  });

  it("says storage.not-found for an unknown key, and has no head for it", async () => {
    const store = await create();
    await rejectsWith("storage.not-found", store.get("a"));
    await rejectsWith("storage.not-found", store.getStream("a/b"));
    await rejectsWith("storage.not-found", store.getTags("a"));
    await rejectsWith("storage.not-found", store.setTags("a", {}));
    assert.equal(await store.head("a"), undefined);
  });

  it("says where an object is", async () => {
    const store = await create();
    assert.match(store.uri("a/b.jpg"), /^[a-z][a-z0-9+.-]*:.*b\.jpg$/);
    assert.throws(
      () => store.uri("../b"),
      (error) => isArtGuardError(error, "storage.invalid-key"),
    );
  });
}

function keys({ it }: TestRunner, { create }: ObjectStoreContractSetup): void {
  it("lists the keys under a prefix in order, with sizes and times", async () => {
    const store = await create();
    for (const key of ["b/2", "a/1", "b/1", "c", "b-", "b", "b/1/x"]) await store.put(key, bytes(key));
    assert.deepEqual(await keysOf(store, "b/"), ["b/1", "b/1/x", "b/2"]);
    assert.deepEqual(await keysOf(store, "b"), ["b", "b-", "b/1", "b/1/x", "b/2"]);
    assert.deepEqual(await keysOf(store, "b/1/"), ["b/1/x"]);
    assert.deepEqual(await keysOf(store, "no"), []);
    for await (const { size_bytes, modified_at } of store.list("a/"))
      assert.deepEqual([size_bytes, modified_at], [3, (await store.head("a/1"))?.modified_at]);
  });

  it("lists nothing under a prefix that no key can have", async () => {
    const store = await create();
    await store.put("a/b", bytes("x"));
    for (const prefix of ["/", "a//", "../", "a/../a/", "./a", "a/b/"])
      assert.deepEqual(await keysOf(store, prefix), []);
  });

  it("lists by the bytes of the keys, not by UTF-16 units", async () => {
    const store = await create();
    for (const key of ["\u{1f600}", "\uff5e", "z", "Z"]) await store.put(key, bytes("x"));
    assert.deepEqual(await keysOf(store, ""), ["Z", "z", "\uff5e", "\u{1f600}"]);
  });

  it("keeps a key that is the folder of another", async () => {
    const store = await create();
    await store.put("a", bytes("file"));
    await store.put("a/b", bytes("inside"));
    assert.deepEqual(await store.get("a"), bytes("file"));
    await store.delete("a");
    assert.deepEqual(await store.get("a/b"), bytes("inside"));
  });

  it("keeps unusual keys apart and returns them unchanged", async () => {
    const store = await create();
    for (const key of unusualKeys) await store.put(key, bytes(key));
    for (const key of unusualKeys) assert.deepEqual(await store.get(key), bytes(key));
    assert.deepEqual(
      await keysOf(store, ""),
      unusualKeys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    for (const key of unusualKeys) await store.delete(key);
    assert.deepEqual(await keysOf(store, ""), []);
  });

  it("refuses keys that could leave the store", async () => {
    const store = await create();
    for (const key of [...unsafeKeys, "\ud800", "a\uffff"]) {
      await rejectsWith("storage.invalid-key", store.put(key, bytes("x")));
      await rejectsWith("storage.invalid-key", store.get(key));
      await rejectsWith("storage.invalid-key", store.delete(key));
    }
  });
}

function tagsAndExpiry({ it }: TestRunner, { create }: ObjectStoreContractSetup): void {
  it("keeps tags, replaces them all, and leaves the object as it is", async () => {
    const store = await create();
    await store.put("a", bytes("one"), { tags: { retention: "30d", "source of it": "a+b=c/ü" } });
    const head = await store.head("a");
    assert.deepEqual(await store.getTags("a"), { retention: "30d", "source of it": "a+b=c/ü" });
    await store.setTags("a", { kept: "yes" });
    assert.deepEqual(await store.getTags("a"), { kept: "yes" });
    assert.deepEqual(await store.head("a"), head);
    assert.deepEqual(await store.get("a"), bytes("one"));
    await store.put("a", bytes("two"));
    assert.deepEqual(await store.getTags("a"), {});
  });

  it("deletes what has expired by prefix and tag, and nothing else", async () => {
    const store = await create();
    const tags = { retention: "30d" };
    for (const key of ["inference/old", "training/old"]) await store.put(key, bytes("x"), { tags });
    await store.put("inference/kept", bytes("x"));
    const { modified_at } = (await store.head("inference/old"))!;
    const rules = [{ id: "r", bucket: "raw" as const, prefix: "inference/", tags, expireAfterDays: 30 }];
    const after = modified_at + 30 * 86_400_000;
    assert.equal(await deleteExpiredObjects(store, rules, after - 10_000), 0);
    assert.equal(await deleteExpiredObjects(store, rules, after), 1);
    assert.deepEqual(await keysOf(store, ""), ["inference/kept", "training/old"]);
  });
}
