import { ArtGuardError, type TableStore } from "@artguard/core";
import { auditCategoryNames } from "./audit-category.ts";
import { defineAuditTables } from "./audit-tables.ts";
import { loadState, logNameOf, stateItem } from "./log-state.ts";
import { NoteSigner, NoteVerifier } from "./signed-note.ts";

/** Options of {@link rotateAuditKey}. */
export interface RotateAuditKeyOptions {
  readonly tables: TableStore;
  /** The key that signed so far. */
  readonly verifierKey: string;
  /** The key that signs from now on; of the same name. */
  readonly signingKey: string;
  /** Last part of the tables' names; default `dev`. */
  readonly environment?: string;
}

/**
 * Signs the state of the logs with a new key. Before it, end the processes that write with the old one (they are refused
 * afterwards), and let `verifyAudit` compare the log with a checkpoint kept outside: what somebody with the old key has
 * made of the log would be signed with the rest. Afterwards the old key is good for old checkpoints only: give it to
 * `retiredKeys`.
 *
 * @throws ArtGuardError `audit.invalid-key` when the keys have two names; `audit.tampered` when the old key did not sign
 * the log; `storage.condition-failed` when somebody still writes: call it again.
 * @example
 * const next = newAuditKeyPair("example.org/artguard-audit");
 * await rotateAuditKey({ tables, verifierKey, signingKey: next.signingKey });
 */
export async function rotateAuditKey(options: RotateAuditKeyOptions): Promise<void> {
  const signer = NoteSigner.parse(options.signingKey);
  const old = NoteVerifier.parse(options.verifierKey);
  const { name } = signer.verifier;
  if (old.name !== name) throw new ArtGuardError("audit.invalid-key", "both keys must have the name of the log");
  const table = await options.tables.open(defineAuditTables(options.environment).state);
  for (const category of auditCategoryNames) {
    for (const kind of ["head", "pruned"] as const) {
      const log = logNameOf(name, category);
      // What an earlier call has already signed anew is signed once more.
      const state = await loadState(table, kind, log, [old, signer.verifier]);
      if (state?.checkpoint === undefined) continue;
      const condition = { attribute: "checkpoint", equals: state.checkpoint } as const;
      await table.put(stateItem(log, kind, state, signer), { condition });
    }
  }
}
