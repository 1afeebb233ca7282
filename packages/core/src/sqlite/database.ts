import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { applicationId, createDatabase, layoutVersion } from "./create-database.ts";
import { databaseError, isBusy, LogInUse } from "./database-error.ts";
import { sqliteModule } from "./sqlite-module.ts";

/** Longest pause between two attempts to get the lock, in milliseconds. */
const longestPause = 25;

/**
 * One connection to the file of a store. Every commit is on the disk when it returns (WAL with synchronous=FULL); what is
 * deleted is overwritten (secure_delete).
 */
export class Database {
  readonly path: string;
  readonly #lockTimeoutMs: number;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(path: string, lockTimeoutMs: number) {
    this.path = path;
    this.#lockTimeoutMs = lockTimeoutMs;
    this.#connection = new (sqliteModule().DatabaseSync)(path, { timeout: 0 });
  }

  /** Opens a file and creates it if need be. @throws ArtGuardError `storage.corrupt`, `storage.access-denied`, `storage.full`, `storage.timed-out` */
  static async open(path: string, lockTimeoutMs: number): Promise<Database> {
    const database = openConnection(path, () => new Database(path, lockTimeoutMs));
    try {
      await database.attempt(() => database.#prepareConnection());
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  }

  #prepareConnection(): void {
    const mark = this.statement("PRAGMA application_id").get()?.["application_id"];
    const version = this.statement("PRAGMA user_version").get()?.["user_version"];
    if (mark !== applicationId || version !== layoutVersion) {
      throw new ArtGuardError("storage.corrupt", `${this.path} is no store of this version of ArtGuard`);
    }
    this.#connection.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA secure_delete = ON;
      PRAGMA cell_size_check = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA journal_size_limit = 67108864;
    `);
  }

  /** A statement, prepared once. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Runs statements that return nothing. */
  execute(sql: string): void {
    this.#connection.exec(sql);
  }

  /**
   * Runs synchronous work, again while another connection holds the lock, until the lock's deadline.
   *
   * @throws ArtGuardError `storage.timed-out` and what {@link databaseError} makes of SQLite's errors.
   */
  async attempt<Result>(work: () => Result, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    try {
      return work();
    } catch (error) {
      if (isBusy(error)) return this.#attemptAgain(work, signal);
      throw databaseError(error, this.path);
    }
  }

  async #attemptAgain<Result>(work: () => Result, signal: AbortSignal | undefined): Promise<Result> {
    const deadline = performance.now() + this.#lockTimeoutMs;
    for (let longest = 1; performance.now() < deadline; longest = Math.min(2 * longest, longestPause)) {
      await pause(Math.random() * longest);
      signal?.throwIfAborted();
      try {
        return work();
      } catch (error) {
        if (!isBusy(error)) throw databaseError(error, this.path);
      }
    }
    throw new ArtGuardError(
      "storage.timed-out",
      `${this.path} was locked for ${this.#lockTimeoutMs} ms; nothing was written`,
    );
  }

  /** Work as one transaction, which has the write lock from its beginning: all of it is on the disk, or nothing of it happened. */
  transaction<Result>(work: () => Result, signal?: AbortSignal): Promise<Result> {
    return this.attempt(() => {
      this.statement("BEGIN IMMEDIATE").run();
      try {
        const result = work();
        this.statement("COMMIT").run();
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    }, signal);
  }

  /** SQLite has rolled back by itself after some errors. */
  #rollBack(): void {
    try {
      this.#connection.exec("ROLLBACK");
    } catch {}
  }

  /** Moves what the log holds into the file and empties it; busy while another connection uses the log. */
  emptyLog(): void {
    const result = this.statement("PRAGMA wal_checkpoint(TRUNCATE)").get();
    if (result?.["busy"] !== 0) throw new LogInUse();
  }

  /** Does nothing when it is closed. */
  close(): void {
    this.#statements.clear();
    if (this.#connection.isOpen) this.#connection.close();
  }
}

function openConnection(path: string, open: () => Database): Database {
  try {
    createDatabase(path);
    return open();
  } catch (error) {
    throw openError(error, path);
  }
}

function openError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const because = `${path}: ${message}`;
  if (code === "ENOSPC" || code === "EDQUOT") return new ArtGuardError("storage.full", because, { cause: error });
  if (typeof code === "string" && /^E[A-Z]+$/.test(code)) {
    return new ArtGuardError("storage.access-denied", because, { cause: error });
  }
  return databaseError(error, path);
}
