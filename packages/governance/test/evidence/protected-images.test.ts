import { MemoryObjectStore, MemoryTableStore } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { openProtectedImages } from "@artguard/governance";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../../core/test/fixtures/temporary-folder.ts";
import { as, guardedPlace, photograph, splitKeyOf, storeImage } from "../fixtures/guarded-place.ts";
import { protectedImagesSuite } from "./protected-images-suite.ts";
import { filesWithPieceOf } from "./stored-images.ts";

describe("images in memory", () =>
  protectedImagesSuite(async (now) => ({
    tables: new MemoryTableStore({ now }),
    objects: new MemoryObjectStore({ now }),
  })));

async function inFolder(path: string, now: () => number) {
  const tables = await sqlite({ path: `${path}/artguard.db`, now });
  onTestFinished(() => tables[Symbol.asyncDispose]());
  return { tables, objects: folder({ path: `${path}/objects`, now }) };
}

describe("images in SQLite and a folder", () => {
  protectedImagesSuite((now) => inFolder(temporaryFolder(), now));

  it.each(["envelope", "managed", "tripartite"] as const)(
    "no file holds a piece of an image with %s",
    async (protection) => {
      const path = temporaryFolder();
      const { governance, clock } = await guardedPlace({ protection }, (now) => inFolder(path, now));
      if (protection === "tripartite") await splitKeyOf(governance, "ada");
      if (protection === "managed")
        await governance.keys.create(as("operator").context, { entityId: "ada", protection });
      await storeImage(governance, "ada", clock.ms);
      expect(filesWithPieceOf(photograph, path)).toEqual([]);
    },
  );

  it("finds the pieces where nothing is encrypted", async () => {
    const path = temporaryFolder();
    const { governance, clock } = await guardedPlace({ protection: "none" }, (now) => inFolder(path, now));
    await storeImage(governance, "ada", clock.ms);
    expect(filesWithPieceOf(photograph, path).length).toBe(1);
  });
});

describe("whoever has no keys", () => {
  it("cannot have an image stored with tripartite, and is told so", async () => {
    const { governance, clock } = await guardedPlace({ protection: "tripartite" });
    await expect(storeImage(governance, "ada", clock.ms)).rejects.toMatchObject({ code: "keys.not-found" });
  });

  it("keeps an object that belongs to no analysis neither readable nor writable, only deletable", async () => {
    const { governance, clock, stores } = await guardedPlace();
    const requestId = await storeImage(governance, "ada", clock.ms);
    const { image_object } = await governance.artguard.get(requestId);
    const { objects } = await openProtectedImages({
      ...stores,
      ...{ keys: governance.keys, protection: "envelope", entityOf: () => undefined, now: clock.now },
    });
    const key = image_object?.key ?? "";
    await expect(objects.raw.get(key)).rejects.toMatchObject({ code: "keys.not-found" });
    await expect(objects.raw.put(key, photograph)).rejects.toMatchObject({ code: "keys.not-found" });
    await objects.raw.delete(key);
    expect(await objects.raw.head(key)).toBeUndefined();
  });
});
