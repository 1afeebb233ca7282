import { randomBytes, randomInt } from "node:crypto";
import { isArtGuardError, MemoryObjectStore, type ObjectStore } from "@artguard/core";
import { encryptedObjects } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { openBytes, sealBytes } from "../../src/keys/authenticated-cipher.ts";
import { decryptedBytes, encryptedBytes, footerBytes } from "../../src/keys/object-cipher.ts";
import { entityId, newCustody } from "../fixtures/custody.ts";

const chunkBytes = 64 * 1024;
const content = () => randomBytes(3 * chunkBytes + 1000);

/** A place to put objects and the store in which they lie encrypted. */
interface Subject {
  readonly inner: MemoryObjectStore;
  readonly objects: ObjectStore;
  /** Bytes of a full chunk in the inner store, and of what follows the last chunk. */
  readonly sealed: number;
  readonly footer: number;
}

async function ours(purpose = "evidence", inner = new MemoryObjectStore()): Promise<Subject & { other: ObjectStore }> {
  const { keys } = await newCustody();
  const contextOf = () => ({ owner: entityId, purpose });
  const objects = encryptedObjects(inner, keys.platformDataKeys, { bucket: "raw", contextOf });
  const changed = { bucket: "raw", contextOf: () => ({ owner: entityId, purpose: "training" }) };
  const other = encryptedObjects(inner, keys.platformDataKeys, changed);
  return { inner, objects, other, sealed: chunkBytes + 16, footer: footerBytes };
}

/** What somebody might write in an afternoon: each chunk sealed by itself. */
async function mutant(): Promise<Subject> {
  const inner = new MemoryObjectStore();
  const [key, aad] = [randomBytes(32), new Uint8Array()];
  const sealed = chunkBytes + 28;
  const objects = Object.assign(new MemoryObjectStore(), {
    put: async (name: string, body: Uint8Array) => {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < body.length; at += chunkBytes)
        chunks.push(sealBytes(key, body.subarray(at, at + chunkBytes), aad));
      return inner.put(name, Buffer.concat(chunks));
    },
    get: async (name: string) => {
      const stored = await inner.get(name);
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < stored.length; at += sealed)
        chunks.push(openBytes(key, stored.subarray(at, at + sealed), aad));
      return new Uint8Array(Buffer.concat(chunks));
    },
  });
  return { inner, objects, sealed, footer: 0 };
}

/** Ways to change the stored bytes of an object without its key. */
const attacks: Record<string, (parts: { chunks: Uint8Array[]; footer: Uint8Array }, other: Uint8Array) => Uint8Array> =
  {
    "chunks in another order": ({ chunks: [a, b, ...rest], footer }) => Buffer.concat([b!, a!, ...rest, footer]),
    "a chunk twice": ({ chunks: [a, b, ...rest], footer }) => Buffer.concat([a!, a!, b!, ...rest, footer]),
    "a chunk in the place of another": ({ chunks: [a, , ...rest], footer }) => Buffer.concat([a!, a!, ...rest, footer]),
    "without the last chunk": ({ chunks, footer }) => Buffer.concat([...chunks.slice(0, -1), footer]),
    "without the first chunk": ({ chunks, footer }) => Buffer.concat([...chunks.slice(1), footer]),
    "without any chunk": ({ footer }) => footer,
    "another object's bytes": (_, other) => other,
  };

/** The attacks after which the store returned bytes. */
async function unnoticed({ inner, objects, sealed, footer }: Subject): Promise<string[]> {
  const names: string[] = [];
  for (const [name, attack] of Object.entries(attacks)) {
    await objects.put("a", content());
    await objects.put("b", content());
    const stored = await inner.get("a");
    const area = stored.length - footer;
    const chunks = Array.from({ length: Math.ceil(area / sealed) }, (_, index) =>
      stored.subarray(index * sealed, Math.min(area, (index + 1) * sealed)),
    );
    expect(chunks.length).toBe(4);
    const changed = attack({ chunks, footer: stored.subarray(area) }, await inner.get("b"));
    expect(Buffer.from(changed).equals(stored)).toBe(false);
    await inner.put("a", changed);
    try {
      await objects.get("a");
      names.push(name);
    } catch (error) {
      if (!isArtGuardError(error, "storage.corrupt")) throw error;
    }
  }
  return names;
}

describe("stored objects", () => {
  it("do not open when their chunks were moved, doubled, cut off or exchanged", async () => {
    expect(await unnoticed(await ours())).toEqual([]);
  });

  it("would open so, were each chunk sealed by itself", async () => {
    expect((await unnoticed(await mutant())).sort()).toEqual(Object.keys(attacks).sort());
  });

  it("do not open for another purpose, in another bucket or under another key", async () => {
    const { objects, other, inner } = await ours();
    await objects.put("a", content());
    await expect(other.get("a")).rejects.toMatchObject({ code: "storage.corrupt" });
    await expect(other.head("a")).rejects.toMatchObject({ code: "storage.corrupt" });
    await inner.put("c", await inner.get("a"));
    await expect(objects.get("c")).rejects.toMatchObject({ code: "storage.corrupt" });
    expect((await objects.get("a")).length).toBe(3 * chunkBytes + 1000);
  });

  it("do not open after any of 2,000 flipped bits, whole or in part", async () => {
    const { objects, inner } = await ours();
    await objects.put("a", randomBytes(500));
    const stored = await inner.get("a");
    let accepted = 0;
    for (let index = 0; index < 2000; index++) {
      const changed = stored.slice();
      const bit = index < stored.length * 8 ? index : randomInt(stored.length * 8);
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
      await inner.put("a", changed);
      const range = index % 2 === 0 ? {} : { range: { offset: 0, length: 500 } };
      try {
        await objects.get("a", range);
        accepted += 1;
      } catch (error) {
        // A flipped id names a key that does not exist.
        if (!isArtGuardError(error, "storage.corrupt") && !isArtGuardError(error, "keys.shredded")) throw error;
      }
    }
    expect(accepted).toBe(0);
    await inner.put("a", stored);
    expect((await objects.get("a")).length).toBe(500);
  });

  it("are not taken for encrypted when they are not", async () => {
    const { objects, inner } = await ours();
    for (const size of [0, 10, footerBytes, 100_000]) {
      await inner.put("a", randomBytes(size));
      await expect(objects.get("a")).rejects.toMatchObject({ code: "storage.corrupt" });
      await objects.delete("a");
      expect(await inner.head("a")).toBeUndefined();
    }
  });

  it("know their size from what is stored", () => {
    for (const size of [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 5 * chunkBytes, 2 ** 40]) {
      expect(decryptedBytes(encryptedBytes(size))).toBe(size);
    }
    for (const size of [0, footerBytes - 1, footerBytes + 1, footerBytes + 16, footerBytes + chunkBytes + 20]) {
      expect(decryptedBytes(size)).toBeUndefined();
    }
  });

  it("give every range, over every border between chunks", async () => {
    const { objects } = await ours();
    const bytes = content();
    await objects.put("a", bytes);
    for (const offset of [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes, bytes.length - 1]) {
      for (const length of [1, 2, chunkBytes, chunkBytes + 1, 2 * chunkBytes, bytes.length]) {
        const part = await objects.get("a", { range: { offset, length } });
        expect(Buffer.from(part).equals(bytes.subarray(offset, offset + length))).toBe(true);
      }
    }
  });
});
