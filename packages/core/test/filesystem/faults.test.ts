import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folder } from "@artguard/core/filesystem";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";

/** The call that fails next, how, and how many such calls succeed before it. */
const fault = vi.hoisted(() => ({ call: "", errno: "", after: 0, happened: 0 }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:fs/promises")>();
  const failing =
    <Args extends unknown[], Result>(call: string, action: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (fault.call !== call || fault.after-- > 0) return action(...args);
      fault.happened += 1;
      throw Object.assign(new Error(`${fault.errno}: made up, ${call}`), { code: fault.errno, syscall: call });
    };
  const handleCalls = ["writeFile", "sync", "read"] as const;
  return {
    ...original,
    open: failing("open", async (...args: Parameters<typeof original.open>) => {
      const file = await original.open(...args);
      for (const call of handleCalls)
        Object.assign(file, { [call]: failing(call, file[call].bind(file) as () => Promise<unknown>) });
      return file;
    }),
    rename: failing("rename", original.rename),
    link: failing("link", original.link),
    mkdir: failing("mkdir", original.mkdir as (...args: unknown[]) => Promise<unknown>),
    unlink: failing("unlink", original.unlink),
    readdir: failing("readdir", original.readdir as (...args: unknown[]) => Promise<unknown>),
  };
});

const root = await mkdtemp(join(tmpdir(), "artguard-faults-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const old = new TextEncoder().encode("old");
let path: string;
let store: ReturnType<typeof folder>;
let count = 0;

beforeEach(async () => {
  path = join(root, String(++count));
  store = folder({ path });
  await store.put("in/a", old);
});
afterEach(() => {
  fault.call = "";
});

function break_(call: string, errno: string, after = 0): void {
  Object.assign(fault, { call, errno, after, happened: 0 });
}

describe("a failing disk while an object is written", () => {
  it.each([
    ["open", "EACCES", 0, "storage.access-denied"],
    ["open", "EROFS", 0, "storage.access-denied"],
    ["open", "EMFILE", 0, "storage.write-failed"],
    ["writeFile", "ENOSPC", 0, "storage.full"],
    ["writeFile", "EDQUOT", 0, "storage.full"],
    ["writeFile", "EIO", 0, "storage.write-failed"],
    ["writeFile", "ENOSPC", 1, "storage.full"],
    ["sync", "EIO", 0, "storage.write-failed"],
    ["sync", "ENOSPC", 0, "storage.full"],
    ["rename", "EIO", 0, "storage.write-failed"],
    ["rename", "EPERM", 0, "storage.access-denied"],
    ["mkdir", "ENOSPC", 0, "storage.full"],
  ])("%s with %s (after %i calls) is %s, and nothing is half-written", async (call, errno, after, code) => {
    break_(call, errno, after);
    await expect(store.put("in/a", new Uint8Array(100_000))).rejects.toMatchObject({ code });
    expect(fault.happened).toBe(1);
    fault.call = "";
    expect(await store.get("in/a")).toEqual(old);
    expect(await readdir(join(path, "incoming"))).toEqual([]);
    await store.put("in/a", new Uint8Array(1));
    expect(await store.get("in/a")).toEqual(new Uint8Array(1));
  });

  it("leaves unknown what became of an object whose name could not be flushed", async () => {
    break_("sync", "EIO", 1);
    await expect(store.put("in/a", new Uint8Array(1))).rejects.toMatchObject({ code: "storage.unavailable" });
    expect(fault.happened).toBe(1);
    fault.call = "";
    expect(await store.get("in/a")).toEqual(new Uint8Array(1));
    expect(await readdir(join(path, "incoming"))).toEqual([]);
  });

  it("makes no object when a link cannot be made", async () => {
    break_("link", "EPERM");
    await expect(store.put("in/b", new Uint8Array(1), { ifAbsent: true })).rejects.toMatchObject({
      code: "storage.access-denied",
    });
    fault.call = "";
    expect(await store.head("in/b")).toBeUndefined();
    expect(await readdir(join(path, "incoming"))).toEqual([]);
  });

  it("does not claim a deletion that failed", async () => {
    break_("unlink", "EACCES");
    await expect(store.delete("in/a")).rejects.toMatchObject({ code: "storage.access-denied" });
    fault.call = "";
    expect(await store.get("in/a")).toEqual(old);
  });
});

describe("a failing disk while objects are read", () => {
  it.each([
    ["open", "EIO", "storage.unavailable"],
    ["open", "EACCES", "storage.access-denied"],
    ["read", "EIO", "storage.unavailable"],
  ])("%s with %s is %s", async (call, errno, code) => {
    break_(call, errno);
    await expect(store.get("in/a")).rejects.toMatchObject({ code });
    expect(fault.happened).toBe(1);
  });

  it("never shows an empty store", async () => {
    break_("readdir", "EIO");
    const first = store.list("")[Symbol.asyncIterator]().next();
    await expect(first).rejects.toMatchObject({
      code: "storage.unavailable",
      retryable: true,
    });
    break_("open", "EIO");
    await expect(store.head("in/a")).rejects.toMatchObject({ code: "storage.unavailable" });
  });
});
