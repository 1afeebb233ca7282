import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isArtGuardError } from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import { describe, expect, it } from "vitest";
import { ChildWriter, type WriterEnd } from "./child-writer.ts";
import { noteTable } from "./note-table.ts";
import { temporaryFile } from "./temporary-file.ts";

const count = 30;

/** A store of 30 notes whose log, unless it was emptied, is left as the killed process left it. */
async function abandonedStore(): Promise<{ path: string; end: WriterEnd }> {
  const path = temporaryFile();
  const writer = new ChildWriter({ path, writer: "w" });
  while (writer.isRunning && writer.acknowledged < count) await new Promise((resolve) => setTimeout(resolve, 5));
  const end = await writer.kill();
  expect(end).toMatchObject({ signal: "SIGKILL", failure: undefined });
  return { path, end };
}

async function closedStore(): Promise<string> {
  const { path } = await abandonedStore();
  await (await sqlite({ path }))[Symbol.asyncDispose]();
  return path;
}

/** The numbers of the notes that a store holds, or the code with which it refuses. */
async function contentOf(path: string): Promise<number[] | string> {
  try {
    await using store = await sqlite({ path });
    const notes = await store.open(noteTable);
    const { items } = await notes.query({ partition: "w", limit: 1000 });
    return items.map(({ n }) => n);
  } catch (error) {
    if (isArtGuardError(error, "storage.")) return error.code;
    throw error;
  }
}

describe("a file that is no store", () => {
  it.each([
    ["of random bytes", (path: string) => writeFileSync(path, Buffer.alloc(8192, "not a database "))],
    ["that is empty", (path: string) => writeFileSync(path, "")],
    [
      "of another program",
      (path: string) => new DatabaseSync(path).exec("CREATE TABLE notes (a); PRAGMA user_version = 1"),
    ],
  ])("%s is refused and left as it is", async (_, write) => {
    const path = temporaryFile();
    write(path);
    const before = readFileSync(path);
    expect(await contentOf(path)).toBe("storage.corrupt");
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("is refused where a folder or a file's inside is named", async () => {
    const path = temporaryFile();
    mkdirSync(path);
    expect(await contentOf(path)).toBe("storage.access-denied");
    writeFileSync(`${path}/file`, "x");
    expect(await contentOf(`${path}/file/store.db`)).toBe("storage.access-denied");
  });
});

describe("a damaged store", () => {
  it("cut anywhere gives a typed error or everything, never a part and never nothing", async () => {
    const path = await closedStore();
    const whole = await contentOf(path);
    expect(Array.isArray(whole) && whole.length >= count).toBe(true);
    const { size } = statSync(path);
    const outcomes: (number[] | string)[] = [];
    for (let share = 0; share < 20; share++) {
      const cut = temporaryFile();
      copyFileSync(path, cut);
      truncateSync(cut, Math.floor((size * share) / 20));
      outcomes.push(await contentOf(cut));
    }
    expect(
      outcomes.filter((outcome) => typeof outcome !== "string").every((found) => found.length === whole.length),
    ).toBe(true);
    expect(outcomes.filter((outcome) => outcome === "storage.corrupt").length).toBeGreaterThan(0);
    expect(outcomes[0]).toBe("storage.corrupt");
  });

  it("with a page overwritten gives a typed error or what is intact, never an empty store", async () => {
    const path = await closedStore();
    const pages = statSync(path).size / 4096;
    const outcomes: (number[] | string)[] = [];
    for (let page = 0; page < Math.min(pages, 25); page++) {
      const damaged = readFileSync(path).fill(0xa5, page * 4096, (page + 1) * 4096);
      const copy = temporaryFile();
      writeFileSync(copy, damaged);
      outcomes.push(await contentOf(copy));
    }
    expect(outcomes.filter((outcome) => outcome.length === 0)).toEqual([]);
    expect(outcomes).toContain("storage.corrupt");
  });

  it("whose file is gone while its log is there is not begun anew", async () => {
    const { path } = await abandonedStore();
    rmSync(path);
    expect(await contentOf(path)).toBe("storage.corrupt");
  });
});

describe("a torn log", () => {
  it("loses the write that was cut and nothing before it", async () => {
    const { path, end } = await abandonedStore();
    const log = readFileSync(`${path}-wal`);
    const found: number[] = [];
    for (const lost of [1, 100, 4000, 5000, 12_000, 30_000]) {
      const copy = temporaryFile();
      copyFileSync(path, copy);
      writeFileSync(`${copy}-wal`, log.subarray(0, log.length - lost));
      const content = await contentOf(copy);
      expect(content).toEqual(Array.from({ length: content.length }, (_, n) => n));
      found.push(content.length);
    }
    expect(Math.min(...found)).toBeGreaterThan(0);
    expect(found[0]).toBeGreaterThanOrEqual(end.acknowledged.length - 1);
    expect([...found].sort((a, b) => b - a)).toEqual(found);
  });

  it("with garbage behind its last write loses nothing", async () => {
    const { path, end } = await abandonedStore();
    const log = readFileSync(`${path}-wal`);
    writeFileSync(`${path}-wal`, Buffer.concat([log, Buffer.alloc(5000, 0x5a)]));
    expect((await contentOf(path)).length).toBeGreaterThanOrEqual(end.acknowledged.length);
  });
});
