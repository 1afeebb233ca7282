import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Analysis } from "@artguard/core";

/**
 * What a program would write by hand on node:sqlite: the same JSON documents under the same key and indexes with the same
 * durability, and nothing else (no validation, conditions, expiry, cursors or typed errors).
 */
export class BareStore {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #get: StatementSync;
  readonly #newest: StatementSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE analyses (
        request_id TEXT NOT NULL, created_at REAL NOT NULL, user_id TEXT, status TEXT, document TEXT NOT NULL,
        PRIMARY KEY (request_id, created_at)
      ) STRICT;
      CREATE INDEX by_user ON analyses (user_id, created_at);
      CREATE INDEX by_status ON analyses (status, created_at);
    `);
    this.#put = this.#database.prepare("INSERT OR REPLACE INTO analyses VALUES (?, ?, ?, ?, ?)");
    this.#get = this.#database.prepare("SELECT document FROM analyses WHERE request_id = ? AND created_at = ?");
    this.#newest = this.#database.prepare(
      "SELECT document FROM analyses WHERE user_id = ? ORDER BY created_at DESC LIMIT ?",
    );
  }

  put(analysis: Analysis): void {
    const { request_id, created_at, user_id, status } = analysis;
    this.#put.run(request_id, created_at, user_id ?? null, status, JSON.stringify(analysis));
  }

  get({ request_id, created_at }: Pick<Analysis, "request_id" | "created_at">): Analysis {
    return JSON.parse(this.#get.get(request_id, created_at)!["document"] as string);
  }

  newestOf(user: string, limit: number): Analysis[] {
    return this.#newest.all(user, limit).map(({ document }) => JSON.parse(document as string));
  }

  close(): void {
    this.#database.close();
  }
}
