import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folder } from "@artguard/core/filesystem";
import { objectStoreContract } from "@artguard/core/testing";
import { afterAll, afterEach, describe, expect, it } from "vitest";

const root = await mkdtemp(join(tmpdir(), "artguard-objects-"));
let count = 0;
afterEach(async () => {
  // Whatever a test did, nothing half-written stays.
  if (count > 0) expect(await readdir(join(root, String(count), "incoming"))).toEqual([]);
});
afterAll(() => rm(root, { recursive: true, force: true }));

objectStoreContract({ describe, it }, "FolderObjectStore", {
  create: async () => {
    count += 1;
    const store = folder({ path: join(root, String(count)) });
    await store.head("opened");
    return store;
  },
  presigns: false,
});
