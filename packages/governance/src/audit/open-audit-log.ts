import { ArtGuardError, type ObjectStore, type Page, type ServerSecret, type TableStore } from "@artguard/core";
import type { SecurityContext } from "../identity/security-context.ts";
import { LogWriter } from "./append-entries.ts";
import { type AuditCategory, auditCategoryNames } from "./audit-category.ts";
import type { AuditEvent, AuditLog } from "./audit-log.ts";
import { defineAuditTables } from "./audit-tables.ts";
import type { AddressSetting } from "./client-address.ts";
import { type ExportedLog, exportLog } from "./export-log.ts";
import { entryLine, formatEntry } from "./format-entry.ts";
import type { LineSink } from "./json-lines.ts";
import { type LogName, logNameOf } from "./log-state.ts";
import {
  type ConsistencyProof,
  type InclusionProof,
  type ProofSource,
  proveConsistency,
  proveInclusion,
} from "./prove-audit.ts";
import { type AuditQuery, type FoundEntry, queryEntries, withoutRefusedThing } from "./query-audit.ts";
import { checkpointsIn } from "./read-checkpoints.ts";
import { NoteSigner, NoteVerifier } from "./signed-note.ts";
import { AuditSubjects } from "./subjects.ts";
import { type SweptLog, sweepLog } from "./sweep-log.ts";
import { type AuditReport, verifyAudit } from "./verify-audit.ts";

const defaultTimeoutMs = 10_000;

/** Options of {@link openAuditLog}. */
export interface AuditLogOptions {
  readonly tables: TableStore;
  /** Where `exportLines` writes to. */
  readonly objects?: ObjectStore;
  /** Of `newAuditKeyPair`; its name is the log's. */
  readonly signingKey: string;
  /** Public keys that signed before, in the form of `newAuditKeyPair`. */
  readonly retiredKeys?: readonly string[];
  /** At least 32 random bytes, the same in every process: pseudonyms depend on it. */
  readonly secret: ServerSecret;
  /** Last part of the tables' names; default `dev`. */
  readonly environment?: string;
  /** Default `truncate`. */
  readonly addresses?: AddressSetting;
  /**
   * Gets every entry after it was written. Its failures, and answers later than `timeoutMs`, become warnings of the process:
   * the entry is safe.
   */
  readonly mirror?: LineSink;
  /** Milliseconds within which an entry is written or refused, waiting for others included; default 10 000. */
  readonly timeoutMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Opens the audit log in the tables of a store, which any number of processes may do.
 *
 * @throws ArtGuardError `audit.invalid-key`, `storage.*`
 * @example
 * const { signingKey, verifierKey } = newAuditKeyPair("example.org/artguard-audit");
 * await using audit = await openAuditLog({ tables, signingKey, secret });
 * await audit.logSecurityEvent(context, { type: "access.refused", operation: "analysis.read", outcome: "refused" });
 * const outside = await audit.checkpoint(); // keep it where the store's owner cannot change it
 */
export async function openAuditLog(options: AuditLogOptions): Promise<TableAuditLog> {
  const definitions = defineAuditTables(options.environment);
  const { tables: store, now = Date.now } = options;
  const [entries, state] = [await store.open(definitions.entries), await store.open(definitions.state)];
  const [subjects, identities] = [await store.open(definitions.subjects), await store.open(definitions.identities)];
  return new TableAuditLog(options, {
    store,
    entries,
    state,
    signer: NoteSigner.parse(options.signingKey),
    retired: (options.retiredKeys ?? []).map((key) => NoteVerifier.parse(key)),
    subjects: new AuditSubjects({ subjects, identities, secret: options.secret, now }),
    now,
  });
}

interface Opened extends Pick<ProofSource, "entries" | "state"> {
  readonly store: TableStore;
  readonly signer: NoteSigner;
  readonly retired: readonly NoteVerifier[];
  readonly subjects: AuditSubjects;
  readonly now: () => number;
}

/** An {@link AuditLog} in the tables of a store; opened by {@link openAuditLog}. */
export class TableAuditLog implements AuditLog, AsyncDisposable {
  readonly #options: AuditLogOptions;
  readonly #opened: Opened;
  readonly #writers: Readonly<Record<AuditCategory, LogWriter>>;

  /** @internal */
  constructor(options: AuditLogOptions, opened: Opened) {
    this.#options = options;
    this.#opened = opened;
    const { timeoutMs = defaultTimeoutMs } = options;
    const writerOf = (category: AuditCategory) => new LogWriter({ ...opened, log: this.#log(category), timeoutMs });
    this.#writers = {
      security: writerOf("security"),
      queries: writerOf("queries"),
      application: writerOf("application"),
    };
  }

  logSecurityEvent(context: SecurityContext, event: AuditEvent): Promise<void> {
    return this.#append("security", context, event);
  }

  logDataAccess(context: SecurityContext, event: AuditEvent): Promise<void> {
    return this.#append("security", context, event);
  }

  logQueryExecution(context: SecurityContext, event: AuditEvent): Promise<void> {
    return this.#append("queries", context, event);
  }

  logSystemEvent(context: SecurityContext, event: AuditEvent): Promise<void> {
    return this.#append("application", context, event);
  }

  logCustodianApproval(context: SecurityContext, event: AuditEvent): Promise<void> {
    return this.#append("security", context, event);
  }

  /** One page of entries. Who may ask is the caller's to check. @throws ArtGuardError `audit.invalid-query`, `storage.*` */
  async query(query: AuditQuery): Promise<Page<FoundEntry>> {
    const { user } = query;
    // Services act under their own names, and an auditor may know only a pseudonym. The operator is `local`, also where
    // something that belongs to that name has given it a pseudonym.
    const isNamed = user === undefined || user === "local";
    const subject = isNamed ? user : ((await this.#opened.subjects.find(user)) ?? user);
    return this.#list(query, subject);
  }

  /**
   * What the caller itself did, newest first; empty for who is nobody in particular. Of refusals it says what was asked for
   * and not on what: there, things that are not the caller's could be told from things that are not there.
   */
  async myHistory({ principal }: SecurityContext, options: Omit<AuditQuery, "user"> = {}): Promise<Page<FoundEntry>> {
    // By the pseudonym alone: a user can have the name of a service.
    const subject = principal.kind === "user" ? await this.#opened.subjects.find(principal.id) : undefined;
    if (subject === undefined) return { items: [] };
    const page = await this.#list(options, subject);
    return { ...page, items: page.items.map(withoutRefusedThing) };
  }

  /**
   * The signed checkpoints of all logs that have entries, one C2SP note after the other: keep the text outside of the
   * store, and give it to `verify`. Empty as long as nothing was written.
   *
   * @throws ArtGuardError `audit.tampered`
   */
  async checkpoint(): Promise<string> {
    const { state, signer } = this.#opened;
    return checkpointsIn(state, signer.verifier);
  }

  /** As {@link verifyAudit}, with the key of this log. */
  async verify(options: { readonly checkpoint?: string; readonly signal?: AbortSignal } = {}): Promise<AuditReport> {
    const { tables, environment, retiredKeys } = this.#options;
    return verifyAudit({
      tables,
      verifierKey: this.#opened.signer.verifier.toString(),
      now: this.#opened.now,
      ...options,
      ...(environment !== undefined && { environment }),
      ...(retiredKeys && { retiredKeys }),
    });
  }

  /**
   * Proves that an entry is in its log; `verifyInclusion` checks it.
   *
   * @param size Of the tree to prove it for, e.g. of a checkpoint kept outside; default all entries.
   * @throws ArtGuardError `audit.not-provable`
   */
  proveInclusion(category: AuditCategory, index: number, size?: number): Promise<InclusionProof> {
    return proveInclusion(this.#source(category), index, size);
  }

  /** Proves that a log begins with its first `oldSize` entries; `verifyConsistency` checks it. @throws ArtGuardError `audit.not-provable` */
  proveConsistency(category: AuditCategory, oldSize: number, size?: number): Promise<ConsistencyProof> {
    return proveConsistency(this.#source(category), oldSize, size);
  }

  /**
   * Writes what came since the last call to the object store, as lines by category and hour. Can be repeated and made by
   * several processes at once.
   *
   * @throws ArtGuardError `audit.no-object-store`, `audit.tampered`, `storage.*`
   */
  async exportLines(options: { readonly signal?: AbortSignal } = {}): Promise<Record<AuditCategory, ExportedLog>> {
    const { objects } = this.#options;
    if (objects === undefined) {
      throw new ArtGuardError("audit.no-object-store", "the audit log was opened without an object store");
    }
    return this.#each((category) => exportLog({ ...this.#source(category), objects, signal: options.signal }));
  }

  /**
   * Deletes entries and exported lines whose retention has ended; the rest verifies as before.
   *
   * @throws ArtGuardError `audit.tampered` when a log does not verify, of which nothing is deleted; `storage.*`
   */
  async sweep(options: { readonly signal?: AbortSignal } = {}): Promise<Record<AuditCategory, SweptLog>> {
    const { objects } = this.#options;
    const now = this.#opened.now();
    return this.#each((category) =>
      sweepLog({ ...this.#opened, log: this.#log(category), objects, now, signal: options.signal }),
    );
  }

  /**
   * Makes the log anonymous for one user: the pseudonym leads to nobody any more, also in what deleted items leave in the
   * store's files. Log the erasure itself before.
   *
   * @returns whether the user was known to the log.
   */
  async forgetSubject(userId: string): Promise<boolean> {
    const { subjects, store } = this.#opened;
    const isKnown = await subjects.forget(userId);
    await store.scrub?.();
    return isKnown;
  }

  /** The user_id behind a pseudonym of the log, undefined after `forgetSubject`. Who may ask is the caller's to check. */
  resolveSubject(pseudonym: string): Promise<string | undefined> {
    return this.#opened.subjects.resolve(pseudonym);
  }

  /** Waits for entries that are being written. The store stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const category of auditCategoryNames) await this.#writers[category].settled();
  }

  #list(query: AuditQuery, subject: string | undefined): Promise<Page<FoundEntry>> {
    return queryEntries(this.#opened.entries, query, { subject, now: this.#opened.now() });
  }

  async #append(category: AuditCategory, context: SecurityContext, event: AuditEvent): Promise<void> {
    const { subjects, now } = this.#opened;
    const { addresses = "truncate" } = this.#options;
    const entry = await formatEntry(context, event, { subjects, addresses, writtenAt: now() });
    await this.#writers[category].append(entry);
    if (this.#options.mirror) await this.#mirror(this.#options.mirror, category, entryLine(entry));
  }

  /** The entry is safe: a mirror that fails or hangs holds nobody up. */
  async #mirror(mirror: LineSink, category: AuditCategory, line: string): Promise<void> {
    const { timeoutMs = defaultTimeoutMs } = this.#options;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`it took more than ${timeoutMs} ms`)), timeoutMs);
    try {
      await Promise.race([mirror(category, line), late.promise]);
    } catch (error) {
      process.emitWarning(`an entry was not mirrored: ${String(error)}`, "AuditMirrorWarning");
    } finally {
      clearTimeout(timer);
    }
  }

  #log(category: AuditCategory): LogName {
    return logNameOf(this.#opened.signer.verifier.name, category);
  }

  #source(category: AuditCategory): ProofSource {
    const { entries, state, signer } = this.#opened;
    return { entries, state, log: this.#log(category), verifiers: [signer.verifier] };
  }

  async #each<Result>(work: (category: AuditCategory) => Promise<Result>): Promise<Record<AuditCategory, Result>> {
    const security = await work("security");
    const queries = await work("queries");
    return { security, queries, application: await work("application") };
  }
}
