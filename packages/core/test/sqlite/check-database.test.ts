import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineAnalysisTable, defineTable } from "@artguard/core";
import { checkObjectFolder } from "@artguard/core/filesystem";
import { checkSqliteFile, checkSqliteTable, sqlite } from "@artguard/core/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "artguard-check-"));
  path = join(folder, "artguard.db");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const statuses = (checks: readonly { what: string; status: string }[]) =>
  Object.fromEntries(checks.map(({ what, status }) => [what, status]));

describe("checkSqliteFile", () => {
  it("finds nothing wrong with a sound file", async () => {
    await (await sqlite({ path }))[Symbol.asyncDispose]();
    await chmod(path, 0o600);
    expect(statuses(await checkSqliteFile(path))).toMatchObject({ integrity: "ok", "access of others": "ok" });
    expect((await checkSqliteTable(path, defineAnalysisTable())).status).toBe("ok");
  });

  it("finds a damaged page", async () => {
    const store = await sqlite({ path });
    const table = await store.open(
      defineTable({
        name: "many",
        key: { partition: "id" },
        indexes: {},
        schema: z.object({ id: z.string(), text: z.string() }),
      }),
    );
    for (let i = 0; i < 60; i++) await table.put({ id: `${i}`, text: "x".repeat(500) });
    await store[Symbol.asyncDispose]();
    const bytes = await readFile(path);
    bytes.fill(0xff, bytes.length - 8192);
    await writeFile(path, bytes);
    const [integrity] = await checkSqliteFile(path);
    expect(integrity).toMatchObject({ what: "integrity", status: "problem" });
    expect(integrity?.fix).toContain("backup");
  });

  it("finds a file that others may reach", async () => {
    await (await sqlite({ path }))[Symbol.asyncDispose]();
    await chmod(path, 0o644);
    expect(statuses(await checkSqliteFile(path))["access of others"]).toBe("ok");
    await chmod(folder, 0o755);
    expect(statuses(await checkSqliteFile(path))["access of others"]).toBe("problem");
  });

  it("finds a table with another key", async () => {
    const store = await sqlite({ path });
    const schema = z.object({ id: z.string() });
    await store.open(
      defineTable({ name: "artguard-image-analysis-dev", key: { partition: "id" }, indexes: {}, schema }),
    );
    await store[Symbol.asyncDispose]();
    expect((await checkSqliteTable(path, defineAnalysisTable())).status).toBe("problem");
  });
});

describe("checkObjectFolder", () => {
  it("writes, reads and deletes", async () => {
    expect(statuses(await checkObjectFolder(join(folder, "objects")))).toEqual({
      "write, read and delete objects": "ok",
    });
  });

  it("says what stands in the way", async () => {
    await writeFile(join(folder, "file"), "");
    expect(statuses(await checkObjectFolder(join(folder, "file")))).toEqual({
      "write, read and delete objects": "problem",
    });
  });
});
