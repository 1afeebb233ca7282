import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqlite } from "@artguard/core/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { ChildWriter, missingStrace, straceWriter, type WriterEnd } from "./child-writer.ts";
import { noteTable } from "./note-table.ts";
import { temporaryFile } from "./temporary-file.ts";

const noStrace = missingStrace();
if (noStrace) console.log(`skipped: ${noStrace}`);

async function storedNumbers(path: string): Promise<number[]> {
  await using store = await sqlite({ path });
  const notes = await store.open(noteTable);
  return (await notes.query({ partition: "w", limit: 1000 })).items.map(({ n }) => n);
}

/** A writer under whom a system call on the database or its log fails, from its `from`-th on. */
function failingWriter(path: string, calls: string, error: string, from: number): WriterEnd {
  const files = [path, `${path}-wal`].flatMap((file) => ["-P", file]);
  const fault = ["-e", `trace=${calls}`, "-e", `inject=${calls}:error=${error}:when=${from}+`];
  return straceWriter(["-f", "-o", "/dev/null", ...files, ...fault], { path, writer: "w", writes: 400 });
}

describe.skipIf(noStrace)("a failing disk", () => {
  it.each([
    ["is full", "pwrite64", "ENOSPC", "storage.full"],
    ["fails to write", "pwrite64", "EIO", "storage.write-failed"],
    ["fails to synchronise", "fsync,fdatasync", "EIO", "storage.write-failed"],
  ])("that %s gives a typed error and keeps every acknowledged write", async (_, calls, error, code) => {
    const path = temporaryFile();
    await (await sqlite({ path }))[Symbol.asyncDispose]();
    const { acknowledged, failure } = failingWriter(path, calls, error, 150);
    expect(failure).toBe(code);
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(await storedNumbers(path)).toEqual(expect.arrayContaining([...acknowledged]));
  });

  it("that cannot be read gives a typed error, not an empty store", async () => {
    const path = temporaryFile();
    await new ChildWriter({ path, writer: "w", writes: 10 }).end();
    const { acknowledged, failure } = failingWriter(path, "pread64", "EIO", 1);
    expect(acknowledged).toEqual([]);
    expect(failure).toMatch(/^storage\.(write-failed|corrupt|unavailable)$/);
    expect(await storedNumbers(path)).toHaveLength(10);
  });
});

/** A file system of 2 MB for the test, or undefined where this process may not mount one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "artguard-small-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], { stdio: "ignore" });
  onTestFinished(() => {
    if (status === 0) spawnSync("umount", [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return status === 0 ? folder : undefined;
}

it("a small disk that fills up gives storage.full, keeps every acknowledged write, and takes writes again once there is room", async () => {
  const disk = smallDisk();
  // Where mounting is not allowed, the injected ENOSPC above stands for it.
  if (disk === undefined) return console.log("not mounted: a small file system needs root");
  const path = join(disk, "store.db");
  const { acknowledged, failure } = await new ChildWriter({ path, writer: "w", writes: 5000 }).end();
  expect(failure).toBe("storage.full");
  expect(acknowledged.length).toBeGreaterThan(50);
  expect(await storedNumbers(path)).toEqual(expect.arrayContaining([...acknowledged]));
  spawnSync("mount", ["-o", "remount,size=8m", disk]);
  await using store = await sqlite({ path });
  await (await store.open(noteTable)).put({ writer: "later", n: 0, text: "x" });
});
