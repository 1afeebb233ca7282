import type { Table, TableStore } from "@artguard/core";
import { auditCategoryNames } from "./audit-category.ts";
import { defineAuditTables, type StateItem } from "./audit-tables.ts";
import { loadHead, logNameOf } from "./log-state.ts";
import { NoteVerifier } from "./signed-note.ts";

/** Options of {@link readCheckpoints}. */
export interface ReadCheckpointsOptions {
  readonly tables: TableStore;
  /** The key that signs the log now, `<name>+<id>+<base64>`. */
  readonly verifierKey: string;
  /** Last part of the tables' names; default `dev`. */
  readonly environment?: string;
}

/**
 * As `checkpoint()` of the log, for whoever does not write it.
 *
 * @throws ArtGuardError `audit.tampered`, `audit.invalid-key`
 * @example
 * await writeFile("checkpoints.txt", await readCheckpoints({ tables, verifierKey }));
 */
export async function readCheckpoints(options: ReadCheckpointsOptions): Promise<string> {
  const state = await options.tables.open(defineAuditTables(options.environment).state);
  return checkpointsIn(state, NoteVerifier.parse(options.verifierKey));
}

/** The signed checkpoints of all logs that have entries, one note after the other. @throws ArtGuardError `audit.tampered` */
export async function checkpointsIn(state: Table<StateItem>, verifier: NoteVerifier): Promise<string> {
  const notes: string[] = [];
  for (const category of auditCategoryNames) {
    const { checkpoint } = await loadHead(state, logNameOf(verifier.name, category), [verifier]);
    if (checkpoint !== undefined) notes.push(checkpoint);
  }
  return notes.join("\n");
}
