import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { TestRunner } from "./test-runner.ts";

/** How the suite makes the store under test. */
export interface ObjectStoreContractSetup {
  /** A new, empty store. */
  create(): Promise<ObjectStore>;
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function rejectsWith(code: ErrorCode, action: Promise<unknown>): Promise<void> {
  await assert.rejects(action, (error) => isArtGuardError(error, code));
}

/** What every {@link ObjectStore} promises; run it on each implementation. */
export function objectStoreContract(
  { describe, it }: TestRunner,
  name: string,
  { create }: ObjectStoreContractSetup,
): void {
  describe(`ObjectStore contract: ${name}`, () => {
    it("returns the bytes and their head as written", async () => {
      const store = await create();
      const head = await store.put("inference/a/original.jpg", bytes("picture"), { contentType: "image/jpeg" });
      assert.equal(head.sha256, createHash("sha256").update("picture").digest("hex"));
      assert.deepEqual(await store.get("inference/a/original.jpg"), bytes("picture"));
      assert.deepEqual(await store.head("inference/a/original.jpg"), head);
      assert.deepEqual([head.size_bytes, head.content_type], [7, "image/jpeg"]);
    });

    it("keeps its own copy of the bytes", async () => {
      const store = await create();
      const written = bytes("picture");
      await store.put("a", written);
      written[0] = 0;
      (await store.get("a"))[1] = 0;
      assert.deepEqual(await store.get("a"), bytes("picture"));
    });

    it("replaces an object, unless it was asked to write only a new one", async () => {
      const store = await create();
      await store.put("a", bytes("one"));
      await store.put("a", bytes("two"));
      await rejectsWith("storage.condition-failed", store.put("a", bytes("three"), { ifAbsent: true }));
      assert.deepEqual(await store.get("a"), bytes("two"));
    });

    it("says storage.not-found for an unknown key, and has no head for it", async () => {
      const store = await create();
      await rejectsWith("storage.not-found", store.get("a"));
      assert.equal(await store.head("a"), undefined);
    });

    it("deletes, and does nothing for an unknown key", async () => {
      const store = await create();
      await store.put("a", bytes("one"));
      await store.delete("a");
      await store.delete("a");
      assert.equal(await store.head("a"), undefined);
    });

    it("lists the keys under a prefix in order", async () => {
      const store = await create();
      for (const key of ["b/2", "a/1", "b/1", "c"]) await store.put(key, bytes(key));
      const keys: string[] = [];
      for await (const { key } of store.list("b/")) keys.push(key);
      assert.deepEqual(keys, ["b/1", "b/2"]);
    });

    it("refuses keys that could leave the store", async () => {
      const store = await create();
      for (const key of [
        "",
        "/etc/passwd",
        "a/../b",
        "..",
        "a//b",
        "a/./b",
        "a\\b",
        "a\u0000b",
        "a\n",
        "x".repeat(1025),
      ]) {
        await rejectsWith("storage.invalid-key", store.put(key, bytes("x")));
        await rejectsWith("storage.invalid-key", store.get(key));
      }
    });

    it("rejects with the signal's reason once it fired, and writes nothing", async () => {
      const store = await create();
      await assert.rejects(store.put("a", bytes("x"), { signal: AbortSignal.abort(new Error("stopped")) }), /stopped/);
      assert.equal(await store.head("a"), undefined);
    });
  });
}
