import { randomUUID } from "node:crypto";
import { checkStore, type StoreCheck } from "../storage/store-check.ts";
import { folder } from "./folder-object-store.ts";

/**
 * Writes, reads and deletes one empty object in a folder of objects.
 *
 * @example
 * for (const { status, what, message } of await checkObjectFolder(".artguard/objects")) console.log(status, what, message);
 */
export async function checkObjectFolder(path: string): Promise<StoreCheck[]> {
  const checked = await checkStore(`folder ${path}`, "write, read and delete objects", async () => {
    const store = folder({ path });
    const key = `inference/1970/01/01/artguard-doctor/${randomUUID()}`;
    await store.put(key, new Uint8Array(0));
    await store.get(key);
    await store.delete(key);
    return "possible";
  });
  return [checked.status === "unknown" ? { ...checked, status: "problem" } : checked];
}
