import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** Primary result codes of SQLite (https://sqlite.org/rescode.html); extended codes carry them in their low byte. */
const primary = {
  error: 1,
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  schema: 17,
  notADatabase: 26,
} as const;

/** Extended codes of I/O errors that say that what is there, not the device, is wrong. */
const damagedFile = new Set([10 | (2 << 8), 10 | (33 << 8), 10 | (32 << 8)]);

const codeOf: ReadonlyMap<number, ErrorCode> = new Map([
  [primary.error, "storage.table-mismatch"],
  [primary.permission, "storage.access-denied"],
  [primary.readOnly, "storage.access-denied"],
  [primary.corrupt, "storage.corrupt"],
  [primary.full, "storage.full"],
  [primary.cannotOpen, "storage.access-denied"],
  [primary.schema, "storage.table-mismatch"],
  [primary.notADatabase, "storage.corrupt"],
]);

/** Another connection uses the log: SQLite says so by a result, not by an error. */
export class LogInUse extends Error {}

/** Another connection holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  if (error instanceof LogInUse) return true;
  const code = resultCode(error);
  return code === primary.busy || code === primary.locked;
}

/** What an error of node:sqlite means to a caller of the store in this file; errors of ours pass as they are. */
export function databaseError(error: unknown, path: string): unknown {
  if (isArtGuardError(error)) return error;
  const because = `${path}: ${error instanceof Error ? error.message : String(error)}`;
  if (hasCode(error, "ERR_INVALID_STATE")) {
    return new ArtGuardError("storage.unavailable", because, {
      cause: error,
      fix: "The store is closed: open it again.",
    });
  }
  // Stored JSON is the only text that is parsed here.
  if (error instanceof SyntaxError) return new ArtGuardError("storage.corrupt", because, { cause: error });
  const code = resultCode(error);
  if (code === undefined) return error;
  if (code === primary.ioError) return ioError(error as { errcode: number }, because);
  return new ArtGuardError(codeOf.get(code) ?? "storage.unavailable", because, { cause: error });
}

function ioError(error: { errcode: number }, because: string): ArtGuardError {
  const code = damagedFile.has(error.errcode) ? "storage.corrupt" : "storage.write-failed";
  return new ArtGuardError(code, because, {
    cause: error,
    fix: "Check the disk; the store holds every write that was acknowledged.",
  });
}

function resultCode(error: unknown): number | undefined {
  if (!hasCode(error, "ERR_SQLITE_ERROR")) return undefined;
  return (error as unknown as { errcode: number }).errcode & 0xff;
}

function hasCode(error: unknown, code: string): error is Error {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
