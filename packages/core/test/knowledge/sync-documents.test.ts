import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ArtGuardError, MemoryObjectStore, type ObjectStore } from "@artguard/core";
import { type SyncDocumentsOptions, syncDocuments } from "@artguard/core/knowledge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
let objects: ObjectStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "artguard-sync-"));
  objects = new MemoryObjectStore();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

async function synced(options: Partial<SyncDocumentsOptions> = {}): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for await (const { source, status } of syncDocuments({ folder, objects, ...options })) rows[source] = status;
  return rows;
}

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of objects.list("")) found.push(key);
  return found;
}

describe("synchronising documents", () => {
  it("uploads what changed, by SHA-256, and nothing else", async () => {
    await write({ "a.md": "one", "es/b.txt": "dos" });
    expect(await synced()).toEqual({ "a.md": "uploaded", "es/b.txt": "uploaded" });
    const head = await objects.head("documents/a.md");
    expect(head).toMatchObject({
      sha256: createHash("sha256").update("one").digest("hex"),
      content_type: "text/markdown; charset=utf-8",
    });
    expect(await synced()).toEqual({ "a.md": "unchanged", "es/b.txt": "unchanged" });
    await write({ "a.md": "two" });
    expect(await synced()).toEqual({ "a.md": "uploaded", "es/b.txt": "unchanged" });
    expect(new TextDecoder().decode(await objects.get("documents/a.md"))).toBe("two");
  });

  it("deletes what is gone from the folder only when asked to, and only among documents", async () => {
    await objects.put("elsewhere.md", new Uint8Array(1));
    await write({ "a.md": "one", "b.md": "two" });
    await synced();
    await rm(join(folder, "b.md"));
    expect(await synced()).toEqual({ "a.md": "unchanged", "b.md": "extra" });
    expect(await keys()).toEqual(["documents/a.md", "documents/b.md", "elsewhere.md"]);
    expect(await synced({ deleteRemoved: true })).toEqual({ "a.md": "unchanged", "b.md": "deleted" });
    expect(await keys()).toEqual(["documents/a.md", "elsewhere.md"]);
  });

  it("deletes nothing when the folder is empty, missing, or has more files than are looked at", async () => {
    await write({ "a.md": "one", "b.md": "two" });
    await synced();
    const refused = expect.objectContaining({
      code: "knowledge.unreadable",
      fix: expect.stringContaining("nothing was"),
    });
    await expect(synced({ deleteRemoved: true, limits: { maxFiles: 1 } })).rejects.toEqual(refused);
    await expect(synced({ deleteRemoved: true, folder: join(folder, "none") })).rejects.toEqual(refused);
    await rm(join(folder, "a.md"));
    await rm(join(folder, "b.md"));
    await expect(synced({ deleteRemoved: true })).rejects.toEqual(refused);
    expect(await keys()).toEqual(["documents/a.md", "documents/b.md"]);
  });

  it("keeps the copy of what it refuses in the folder", async () => {
    await write({ "a.md": "one", "b.md": "two" });
    await synced();
    await rm(join(folder, "b.md"));
    await symlink(join(folder, "a.md"), join(folder, "b.md"));
    await write({ "c.xlsx": "x", "bad\\name.md": "x" });
    expect(await synced({ deleteRemoved: true })).toEqual({
      ...{ "a.md": "unchanged", "b.md": "refused" },
      ...{ "c.xlsx": "refused", "bad\\name.md": "refused" },
    });
    expect(await keys()).toEqual(["documents/a.md", "documents/b.md"]);
  });

  it("ends with the store's failure, and goes on where it was at the next time", async () => {
    await write({ "a.md": "one", "b.md": "two", "c.md": "three" });
    const put = objects.put.bind(objects);
    objects.put = async (key, ...rest) => {
      if (key.endsWith("b.md")) throw new ArtGuardError("storage.throttled", "slow down");
      return await put(key, ...rest);
    };
    await expect(synced()).rejects.toMatchObject({ code: "storage.throttled" });
    objects.put = put;
    expect(await synced()).toEqual({ "a.md": "unchanged", "b.md": "uploaded", "c.md": "uploaded" });
  });

  it("stops between two documents when the signal fires", async () => {
    await write({ "a.md": "one", "b.md": "two" });
    const stopping = new AbortController();
    const rows = syncDocuments({ folder, objects, signal: stopping.signal });
    expect((await rows.next()).value).toEqual({ source: "a.md", status: "uploaded" });
    stopping.abort(new Error("enough"));
    await expect(rows.next()).rejects.toThrow("enough");
    expect(await keys()).toEqual(["documents/a.md"]);
  });
});
