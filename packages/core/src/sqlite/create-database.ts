import { randomBytes, randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { sqliteModule } from "./sqlite-module.ts";

/** "AGtb": marks the file as a store of ours. */
export const applicationId = 0x41477462;
/** Version of the layout of the store's own tables. */
export const layoutVersion = 1;

/**
 * Creates the file of a store unless it exists. The file appears under its name complete and synchronised, so that an empty file
 * or one without our mark is damage, never a store that was just begun.
 *
 * @throws ArtGuardError `storage.corrupt` when the file is gone but its log is there.
 */
export function createDatabase(path: string): void {
  if (existsSync(path)) return;
  if (existsSync(`${path}-wal`) && !existsSync(path)) {
    throw new ArtGuardError("storage.corrupt", `${path} is missing, but its log ${path}-wal is there`);
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.new`;
  try {
    writeDraft(draft);
    linkUnlessExists(draft, path);
    synchroniseFolder(dirname(path));
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(draft + suffix, { force: true });
  }
}

/** For its owner's eyes only; SQLite gives its log the same mode. */
function writeDraft(draft: string): void {
  closeSync(openSync(draft, "wx", 0o600));
  const database = new (sqliteModule().DatabaseSync)(draft);
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      BEGIN;
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${layoutVersion};
      CREATE TABLE "#tables" ("name" TEXT PRIMARY KEY, "layout" TEXT NOT NULL) STRICT;
      CREATE TABLE "#tokens" ("token" TEXT PRIMARY KEY, "fingerprint" TEXT NOT NULL, "until" REAL NOT NULL) STRICT;
      CREATE TABLE "#secrets" ("name" TEXT PRIMARY KEY, "value" BLOB NOT NULL) STRICT;
    `);
    database.prepare(`INSERT INTO "#secrets" VALUES ('cursor', ?)`).run(randomBytes(32));
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

/** Another process may have been faster; then its file stays. */
function linkUnlessExists(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Windows has no such call: its file systems log the names themselves. */
function synchroniseFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
