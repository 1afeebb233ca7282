import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryObjectStore, MemoryTableStore, type ObjectStore } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { objectStoreContract } from "@artguard/core/testing";
import type { KeyProvider } from "@artguard/governance";
import { encryptedObjects, openEntityKeys, openLocalKeyring } from "@artguard/governance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approveAll, entityId, RecordedAudit, requester } from "../fixtures/custody.ts";

let root: string;
let provider: KeyProvider;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "artguard-encrypted-"));
  provider = await openLocalKeyring({ file: join(root, "keyring"), secret: { key: randomBytes(32) } });
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function newKeys() {
  return openEntityKeys({
    tables: new MemoryTableStore(),
    provider,
    approvals: approveAll,
    audit: new RecordedAudit(),
  });
}

const context = { bucket: "raw", contextOf: () => ({ owner: entityId, purpose: "evidence" }) };

async function encrypted(store: ObjectStore): Promise<ObjectStore> {
  return encryptedObjects(store, (await newKeys()).platformDataKeys, context);
}

describe("envelope", () => {
  objectStoreContract({ describe, it }, "encrypted MemoryObjectStore", {
    create: async () => encrypted(new MemoryObjectStore()),
    presigns: false,
  });

  let count = 0;
  objectStoreContract({ describe, it }, "encrypted FolderObjectStore", {
    create: async () => encrypted(folder({ path: join(root, `objects-${count++}`) })),
    presigns: false,
  });

  objectStoreContract({ describe, it }, "MemoryObjectStore encrypted to a managed key pair", {
    create: async () => {
      const keys = await newKeys();
      await keys.create(requester, { entityId, protection: "managed" });
      return encryptedObjects(new MemoryObjectStore(), keys.dataKeys, context);
    },
    presigns: false,
  });
});

describe("encryptedObjects", () => {
  it("leaves no plaintext in the store", async () => {
    const inner = new MemoryObjectStore();
    const store = await encrypted(inner);
    const secret = randomBytes(200_000);
    await store.put("a", secret);
    const stored = Buffer.from(await inner.get("a"));
    for (let at = 0; at + 16 < secret.length; at += 1000)
      expect(stored.includes(secret.subarray(at, at + 16))).toBe(false);
    expect(Buffer.from(await store.get("a")).equals(secret)).toBe(true);
  });

  it("asks its source only for what the store takes, and the store only for what the reader takes", async () => {
    const sizes = { piece: 100_000, count: 200 };
    let [asked, taken, mostAhead] = [0, 0, 0];
    async function* source() {
      for (let index = 0; index < sizes.count; index++) {
        asked += sizes.piece;
        yield new Uint8Array(sizes.piece);
      }
    }
    const inner = new MemoryObjectStore();
    const put = inner.put.bind(inner);
    inner.put = async (key, body, options) => {
      const watched = async function* () {
        for await (const chunk of body as AsyncIterable<Uint8Array>) {
          taken += chunk.length;
          mostAhead = Math.max(mostAhead, asked - taken);
          yield chunk;
        }
      };
      return put(key, watched(), options);
    };
    const store = await encrypted(inner);
    await store.put("a", source());
    expect(asked).toBe(sizes.piece * sizes.count);
    expect(mostAhead).toBeLessThan(2 * sizes.piece);

    let delivered = 0;
    const getStream = inner.getStream.bind(inner);
    inner.getStream = async (key, options) => {
      const { head, body } = await getStream(key, options);
      const pieces = async function* () {
        for await (const whole of body) {
          for (let at = 0; at < whole.length; at += sizes.piece) {
            delivered += sizes.piece;
            yield whole.subarray(at, at + sizes.piece);
          }
        }
      };
      return { head, body: ReadableStream.from(pieces()) };
    };
    const { body } = await store.getStream("a");
    const reader = body.getReader();
    await reader.read();
    expect(delivered).toBeLessThan(5 * sizes.piece);
    await reader.cancel();
  });
});

describe("a copy of a ciphertext under another name", () => {
  it("can be deleted and replaced, and the object itself stays readable", async () => {
    const inner = new MemoryObjectStore();
    const store = await encrypted(inner);
    await store.put("a", Buffer.from("picture"));
    await inner.put("copy", await inner.get("a"));
    await store.put("copy", Buffer.from("another"));
    await inner.put("copy", await inner.get("a"));
    await store.delete("copy");
    expect(await inner.head("copy")).toBeUndefined();
    expect(Buffer.from(await store.get("a")).toString()).toBe("picture");
    const ciphertext = await inner.get("a");
    await store.delete("a");
    await inner.put("a", ciphertext);
    await expect(store.get("a")).rejects.toMatchObject({ code: "keys.shredded" });
  });
});

describe("a write that is interrupted", () => {
  /** A store whose put ends in an interruption although everything was written. */
  function interrupted(stop: AbortController): MemoryObjectStore {
    const inner = new MemoryObjectStore();
    const put = inner.put.bind(inner);
    inner.put = async (key, body, options = {}) => {
      const { signal: _, ...rest } = options;
      const written = await put(key, body, rest);
      if (options.signal === stop.signal) stop.abort(new Error("the client went away"));
      return written;
    };
    return inner;
  }

  it("leaves an object that was written readable, also when the key of the one before cannot be destroyed", async () => {
    const stop = new AbortController();
    const inner = interrupted(stop);
    const store = await encrypted(inner);
    await store.put("a", Buffer.from("old"));
    const before = await inner.get("a");
    await expect(store.put("a", Buffer.from("new"), { signal: stop.signal })).rejects.toThrow("went away");
    expect(Buffer.from(await inner.get("a")).equals(before)).toBe(false);
    expect(Buffer.from(await store.get("a")).toString()).toBe("new");
  });

  it("keeps the key when the store itself gives up without knowing", async () => {
    const stop = new AbortController();
    const inner = interrupted(stop);
    const store = await encrypted(inner);
    const put = inner.put.bind(inner);
    inner.put = async (key, body, options) => {
      await put(key, body, options);
      stop.signal.throwIfAborted();
      throw new Error("not reached");
    };
    await expect(store.put("a", Buffer.from("new"), { signal: stop.signal })).rejects.toThrow("went away");
    expect(Buffer.from(await store.get("a")).toString()).toBe("new");
  });
});
