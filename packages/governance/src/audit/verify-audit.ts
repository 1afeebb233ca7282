import { ArtGuardError, type TableStore } from "@artguard/core";
import { type AuditCategory, auditCategoryNames } from "./audit-category.ts";
import { defineAuditTables } from "./audit-tables.ts";
import { type Checkpoint, openCheckpoint, splitCheckpoints } from "./checkpoint.ts";
import { type LogName, logNameOf } from "./log-state.ts";
import { NoteVerifier } from "./signed-note.ts";
import { type AuditFinding, type LogReport, verifyLog } from "./verify-log.ts";

const defaultToleranceMs = 60_000;

/** Options of {@link verifyAudit}. */
export interface VerifyAuditOptions {
  readonly tables: TableStore;
  /** The key that signs the log now, `<name>+<id>+<base64>`. Take it from where the store's owner cannot change it. */
  readonly verifierKey: string;
  /** Keys of before, which may have signed the given checkpoint and those between the entries, never the state of the log. */
  readonly retiredKeys?: readonly string[];
  /**
   * What `checkpoint()` returned some time ago, kept outside of the store: one or several notes. Without it, nobody can tell
   * a log from an earlier state of itself.
   */
  readonly checkpoint?: string;
  /** Last part of the tables' names; default `dev`. */
  readonly environment?: string;
  /** Default all. */
  readonly categories?: readonly AuditCategory[];
  /** By how much an entry may be dated before an earlier one; default 60 000 ms. */
  readonly clockToleranceMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

/** What {@link verifyAudit} found. */
export interface AuditReport {
  /**
   * Whether nothing was found that is tampering. A checkpoint that speaks of expired entries alone is a warning among the
   * findings; backdated entries are none, because clocks are corrected.
   */
  readonly ok: boolean;
  readonly logs: Readonly<Partial<Record<AuditCategory, LogReport>>>;
  /** Of all logs. */
  readonly findings: readonly AuditFinding[];
}

/**
 * Reads the whole audit log and says whether it is what was written. With a checkpoint kept outside it finds any change,
 * deletion, insertion, exchange, truncation, rollback and fork of what the checkpoint speaks of, whoever made it, and of
 * what came later if who made it has not the key.
 *
 * @throws ArtGuardError `audit.invalid-key`; `audit.invalid-checkpoint` when the given text holds no checkpoint of this
 * log that a known key signed; `storage.*`.
 * @example
 * const { ok, findings } = await verifyAudit({ tables, verifierKey, checkpoint: await readFile("checkpoints.txt", "utf8") });
 */
export async function verifyAudit(options: VerifyAuditOptions): Promise<AuditReport> {
  const definitions = defineAuditTables(options.environment);
  const verifiers = [NoteVerifier.parse(options.verifierKey)];
  const retired = (options.retiredKeys ?? []).map((key) => NoteVerifier.parse(key));
  const outside = outsideCheckpoints(options.checkpoint, verifiers[0]!.name, [...verifiers, ...retired]);
  const tables = {
    entries: await options.tables.open(definitions.entries),
    state: await options.tables.open(definitions.state),
  };
  const { clockToleranceMs = defaultToleranceMs, now = Date.now, signal } = options;
  const logs: Partial<Record<AuditCategory, LogReport>> = {};
  for (const category of options.categories ?? auditCategoryNames) {
    const trust = { verifiers, retired, checkpoint: outside.get(category), clockToleranceMs, now: now(), signal };
    logs[category] = await verifyLog(tables, logNameOf(verifiers[0]!.name, category), trust);
  }
  const findings = Object.values(logs).flatMap((report) => report.findings);
  return { ok: findings.every(({ kind }) => kind === "checkpoint_too_old"), logs, findings };
}

function outsideCheckpoints(
  text: string | undefined,
  keyName: string,
  verifiers: readonly NoteVerifier[],
): Map<AuditCategory, Checkpoint> {
  const checkpoints = new Map<AuditCategory, Checkpoint>();
  if (text === undefined) return checkpoints;
  for (const [origin, note] of splitCheckpoints(text)) {
    const log = auditCategoryNames.map((name) => logNameOf(keyName, name)).find((name) => name.origin === origin);
    checkpoints.set(...openOutside(note, origin, log, verifiers));
  }
  return checkpoints;
}

function openOutside(
  note: string,
  origin: string,
  log: LogName | undefined,
  verifiers: readonly NoteVerifier[],
): [AuditCategory, Checkpoint] {
  const checkpoint = log && openCheckpoint(note, log.origin, verifiers);
  if (checkpoint) return [log.category, checkpoint];
  const problem = log ? "is not signed by a known key" : "belongs to another log";
  throw new ArtGuardError("audit.invalid-checkpoint", `the checkpoint of ${origin.slice(0, 200)} ${problem}`);
}
