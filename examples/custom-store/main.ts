// A store of one's own: the suite that every ObjectStore of ArtGuard passes, and then the use of it.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { createArtGuard, epochMillisecondsSchema, type ObjectStore, openPrivacy, userIdOf } from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import { objectStoreContract } from "@artguard/core/testing";
import { SqliteObjectStore } from "./sqlite-object-store.ts";

const folder = await mkdtemp(join(tmpdir(), "artguard-custom-store-"));
after(() => rm(folder, { recursive: true }));

async function keysIn(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys;
}

let stores = 0;
objectStoreContract({ describe, it }, "SqliteObjectStore", {
  create: async () => new SqliteObjectStore(join(folder, `${++stores}.db`)),
  presigns: false,
});

describe("ArtGuard on a store of one's own", () => {
  it("keeps a picture across a restart, and erases it from the file", async () => {
    const picture = await readFile(new URL("../images/spliced.jpg", import.meta.url));
    const path = join(folder, "images.db");
    const userId = userIdOf("ada");
    const consent = {
      purpose: "image_storage",
      granted_at: epochMillisecondsSchema.parse(Date.now()),
      policy_version: "1",
    } as const;
    const holds = async () => (await readFile(path)).includes(picture.subarray(2000, 2400));

    const tables = await sqlite({ path: join(folder, "records.db") });
    const first = new SqliteObjectStore(path);
    const artguard = await createArtGuard({ detectors: [], tables, objects: first });
    const { request_id } = await artguard.analyze(picture, { userId, saveImage: true, consent });
    await artguard[Symbol.asyncDispose]();
    first[Symbol.dispose]();
    assert.ok(await holds());

    const second = new SqliteObjectStore(path);
    const keys = await keysIn(second);
    assert.ok(keys.length > 0 && keys.every((key) => key.includes(request_id)));
    const privacy = await openPrivacy({ tables, objects: second, settleMs: 0 });
    await privacy.eraseUser(userId);
    assert.deepEqual(await keysIn(second), []);
    assert.equal(await holds(), false);
    second[Symbol.dispose]();
    await tables[Symbol.asyncDispose]();
  });
});
