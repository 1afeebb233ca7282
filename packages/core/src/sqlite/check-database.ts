import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { checkStore, type StoreCheck } from "../storage/store-check.ts";
import type { TableDefinition } from "../storage/table.ts";
import { Database } from "./database.ts";
import { sqlite } from "./sqlite-table-store.ts";

const lockTimeoutMs = 5_000;
/** Below this a store runs out soon. */
const scarceBytes = 256 * 2 ** 20;

/**
 * Looks whether the file of a store is whole (SQLite's own check of every page), its owner's alone, and has room to grow.
 *
 * @example
 * for (const { status, what, message } of await checkSqliteFile(".artguard/artguard.db")) console.log(status, what, message);
 */
export async function checkSqliteFile(path: string): Promise<StoreCheck[]> {
  const subject = `file ${path}`;
  return [
    await checkStore(subject, "integrity", () => integrityOf(path)),
    await checkStore(subject, "access of others", () => accessOf(path)),
    await checkStore(subject, "free space", () => freeSpaceOf(path)),
  ];
}

/**
 * Looks whether a table has the shape of its definition. Opening one with other indexes brings it up to date.
 *
 * @example
 * const { status, fix } = await checkSqliteTable(".artguard/artguard.db", defineUserTable());
 */
export async function checkSqliteTable<Item extends object>(
  path: string,
  definition: TableDefinition<Item>,
): Promise<StoreCheck> {
  return await checkStore(`file ${path}`, `table ${definition.name}`, async () => {
    const store = await sqlite({ path });
    try {
      await store.open(definition);
      return "as defined";
    } finally {
      await store[Symbol.asyncDispose]();
    }
  });
}

async function integrityOf(path: string) {
  const database = await Database.open(path, lockTimeoutMs);
  try {
    const rows = await database.attempt(() => database.statement("PRAGMA quick_check(5)").all());
    const problems = rows.map((row) => String(Object.values(row)[0])).filter((text) => text !== "ok");
    if (problems.length === 0) return "every page is whole";
    return { message: problems.join("; "), fix: "Restore the file from a backup; export what can still be read." };
  } finally {
    database.close();
  }
}

async function accessOf(path: string) {
  const [file, folder] = await Promise.all([stat(path), stat(dirname(path))]);
  if (process.platform === "win32" || (file.mode & 0o077) === 0 || (folder.mode & 0o077) === 0) return "none";
  return { message: "others on this machine may reach it", fix: `chmod 700 ${dirname(path)}` };
}

async function freeSpaceOf(path: string) {
  const { bavail, bsize } = await statfs(dirname(path));
  const megabytes = Math.floor((bavail * bsize) / 2 ** 20);
  if (bavail * bsize >= scarceBytes) return `${megabytes} MiB`;
  return { message: `only ${megabytes} MiB`, fix: "Make room before writes fail." };
}
