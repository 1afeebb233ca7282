import type { Table } from "@artguard/core";
import { foundBy } from "./append-entries.ts";
import { type AuditCategory, retentionEnd } from "./audit-category.ts";
import type { EntryItem, StateItem } from "./audit-tables.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import type { LogEntry } from "./log-entry.ts";
import {
  chainAfter,
  emptyState,
  type LogName,
  type LogState,
  readState,
  type StateKind,
  stateName,
} from "./log-state.ts";
import { type Hash, leafHash, type MerkleEdge } from "./merkle-tree.ts";
import { readEntries } from "./read-entries.ts";
import type { NoteVerifier } from "./signed-note.ts";

/** What can be wrong with a log. */
export type AuditFindingKind =
  /** The signed end of the log is gone although there is a checkpoint of it. */
  | "missing_log"
  /** The stored state of the log is not one that a trusted key signed. */
  | "untrusted_state"
  /** An index has no entry. */
  | "missing_entry"
  /** The chain breaks at this entry: it, or what stood before it, is not what was written. */
  | "broken_chain"
  /** What the entry is found by is not what its line says. */
  | "changed_copy"
  /** The entries are not those of a checkpoint in the store: something at or before this index was changed. */
  | "rewritten"
  /** There are entries before the beginning or behind the signed end. */
  | "extra_entry"
  /** The log ends before the given checkpoint. */
  | "rolled_back"
  /** The given checkpoint was made of other entries. */
  | "forked"
  /** The given checkpoint is older than what was deleted as expired, and cannot be compared. */
  | "checkpoint_too_old";

/** What is wrong with a log, and where. */
export interface AuditFinding {
  readonly category: AuditCategory;
  readonly kind: AuditFindingKind;
  /** Index of the entry, or of the last entry that it can be. */
  readonly index?: number;
  readonly message: string;
}

/** What a log was found to be. */
export interface LogReport {
  /** Index behind the last entry. */
  readonly size: number;
  /** Entries before this index were deleted as expired. */
  readonly first: number;
  /** Whether a given checkpoint was compared with it. */
  readonly compared: boolean;
  readonly findings: readonly AuditFinding[];
  /** Entries that are dated before an earlier one by more than the tolerance: the clock was set back, or entries backdated. */
  readonly backdated: readonly number[];
}

/** What to verify a log against. */
export interface LogTrust {
  /** Keys that may have signed the stored state. */
  readonly verifiers: readonly NoteVerifier[];
  /** Keys that may, besides, have signed checkpoints kept outside and those between the entries. */
  readonly retired: readonly NoteVerifier[];
  /** Kept outside; undefined when there is none of this log. */
  readonly checkpoint: Checkpoint | undefined;
  readonly clockToleranceMs: number;
  /** Epoch milliseconds; tells what has expired. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

/** The comparisons that a verification consists of; a test takes one away and must see the verification fail. */
export interface LogChecks {
  readonly isChained: (before: Hash, leaf: Hash, stored: string) => boolean;
  readonly isRoot: (edge: MerkleEdge, signed: Checkpoint) => boolean;
  readonly readState: typeof readState;
}

const allChecks: LogChecks = {
  isChained: (before, leaf, stored) => chainAfter(before, leaf).toString("base64") === stored,
  isRoot: (edge, signed) => edge.root().equals(signed.root),
  readState,
};

/** Findings of one log that are told; more help nobody. */
const mostFindings = 50;

/** Verifies one log, entry by entry, in memory that does not depend on its length. */
export async function verifyLog(
  tables: { readonly entries: Table<EntryItem>; readonly state: Table<StateItem> },
  log: LogName,
  trust: LogTrust,
  checks: LogChecks = allChecks,
): Promise<LogReport> {
  for (;;) {
    const verification = new LogVerification(tables, log, trust, checks);
    const report = await verification.run();
    // Expired entries may have been deleted meanwhile.
    if (report.findings.length === 0 || !(await verification.wasPrunedMeanwhile())) return report;
  }
}

class LogVerification {
  readonly #entries: Table<EntryItem>;
  readonly #state: Table<StateItem>;
  readonly #log: LogName;
  readonly #trust: LogTrust;
  readonly #checks: LogChecks;
  readonly #findings: AuditFinding[] = [];
  readonly #backdated: number[] = [];
  #latest = 0;
  #prunedAtFirst: StateItem | undefined;

  constructor(
    { entries, state }: { readonly entries: Table<EntryItem>; readonly state: Table<StateItem> },
    log: LogName,
    trust: LogTrust,
    checks: LogChecks,
  ) {
    this.#entries = entries;
    this.#state = state;
    this.#log = log;
    this.#trust = trust;
    this.#checks = checks;
  }

  async run(): Promise<LogReport> {
    this.#prunedAtFirst = await this.#item("pruned");
    const head = await this.#item("head");
    const start = this.#stateOf(this.#prunedAtFirst, "pruned");
    const end = this.#stateOf(head, "head");
    if (head === undefined) this.#reportMissing();
    const edge = start.edge.copy();
    await this.#walk(start, end, edge);
    this.#compareOutside(start, end, edge);
    await this.#lookBefore(start);
    await this.#lookBehind(end);
    return {
      size: end.edge.size,
      first: start.edge.size,
      compared: this.#trust.checkpoint !== undefined,
      findings: this.#findings,
      backdated: this.#backdated,
    };
  }

  async wasPrunedMeanwhile(): Promise<boolean> {
    return (await this.#item("pruned"))?.size !== this.#prunedAtFirst?.size;
  }

  async #item(kind: StateKind): Promise<StateItem | undefined> {
    const { signal } = this.#trust;
    const name = stateName(this.#log.category, kind);
    return this.#state.get({ name }, { consistent: true, ...(signal && { signal }) });
  }

  #stateOf(item: StateItem | undefined, kind: StateKind): LogState {
    if (item === undefined) return emptyState(this.#log.origin);
    const { state, problem } = this.#checks.readState(item, kind, this.#log, this.#trust.verifiers);
    if (problem !== undefined) this.#report("untrusted_state", `the ${kind} of the log cannot be believed: ${problem}`);
    // Its own word still tells where to look.
    return state;
  }

  #reportMissing(): void {
    const { checkpoint } = this.#trust;
    if (checkpoint && checkpoint.size > 0) {
      this.#report("missing_log", `a checkpoint of ${checkpoint.size} entries exists, and no log`);
    }
  }

  /** Goes through the entries between two states and compares each with the one before and with every checkpoint. */
  async #walk(start: LogState, end: LogState, edge: MerkleEdge): Promise<void> {
    let { chain } = start;
    let expected = edge.size;
    this.#compareAt(edge);
    const range = { from: expected, to: end.edge.size, signal: this.#trust.signal };
    for await (const item of readEntries(this.#entries, this.#log.category, range)) {
      if (item.index !== expected) this.#report("missing_entry", "there is no entry", expected);
      expected = item.index + 1;
      const leaf = leafHash(Buffer.from(item.line));
      if (!this.#checks.isChained(chain, leaf, item.chain)) {
        this.#report("broken_chain", "the entry is not the one that was chained here", item.index);
      }
      chain = Buffer.from(item.chain, "base64");
      edge.append(leaf);
      this.#examine(item, edge);
    }
    if (expected < end.edge.size) {
      this.#report("missing_entry", `the log ends ${end.edge.size - expected} entries too early`, expected);
    } else if (!chain.equals(end.chain)) {
      this.#report("broken_chain", "the chain does not end where the log says", expected - 1);
    }
    if (end.checkpoint !== undefined) this.#compareSigned(end.checkpoint, edge);
  }

  #examine(item: EntryItem, edge: MerkleEdge): void {
    const copies = copiesOf(item.line);
    if (!copies || !isListedAs(item, copies))
      this.#report("changed_copy", "the entry is listed under what it does not say", item.index);
    this.#watchClock(item.index, copies?.written_at ?? this.#latest);
    if (item.checkpoint !== undefined) this.#compareSigned(item.checkpoint, edge);
    this.#compareAt(edge);
  }

  #watchClock(index: number, writtenAt: number): void {
    const isBackdated = writtenAt < this.#latest - this.#trust.clockToleranceMs;
    if (isBackdated && this.#backdated.length < mostFindings) this.#backdated.push(index);
    this.#latest = Math.max(this.#latest, writtenAt);
  }

  /** Compares with a checkpoint that lies in the store. */
  #compareSigned(note: string, edge: MerkleEdge): void {
    const signed = openCheckpoint(note, this.#log.origin, [...this.#trust.verifiers, ...this.#trust.retired]);
    const isWhole = signed && signed.size === edge.size && this.#checks.isRoot(edge, signed);
    if (!isWhole) this.#report("rewritten", "the entries are not those of the signed checkpoint here", edge.size - 1);
  }

  /** Compares with the checkpoint from outside where the log is just as long. */
  #compareAt(edge: MerkleEdge): void {
    const { checkpoint } = this.#trust;
    if (checkpoint === undefined || checkpoint.size !== edge.size) return;
    if (!this.#checks.isRoot(edge, checkpoint)) {
      this.#report("forked", "the checkpoint kept outside was made of other entries", edge.size - 1);
    }
  }

  #compareOutside(start: LogState, end: LogState, edge: MerkleEdge): void {
    const size = this.#trust.checkpoint?.size ?? 0;
    if (size > end.edge.size || size > edge.size) {
      this.#report("rolled_back", `the checkpoint kept outside speaks of ${size} entries`, end.edge.size);
    }
    if (size > 0 && size < start.edge.size) {
      const message = `the checkpoint speaks of ${size} entries, of which all have expired; use a newer one`;
      this.#report("checkpoint_too_old", message, start.edge.size);
    }
  }

  /** What is left of expired entries goes with the next sweep; anything else has no business there. */
  async #lookBefore(start: LogState): Promise<void> {
    const { now, signal } = this.#trust;
    const range = { from: Number.MIN_SAFE_INTEGER, to: start.edge.size, signal };
    for await (const item of readEntries(this.#entries, this.#log.category, range)) {
      const copies = copiesOf(item.line);
      const isExpired = copies !== undefined && retentionEnd(this.#log.category, copies.written_at) <= now;
      if (item.index < 0 || !isExpired || !isListedAs(item, copies)) {
        this.#report("extra_entry", "the entry lies before the beginning of the log", item.index);
      }
    }
  }

  /** Entries behind the end; those that were written meanwhile moved it. */
  async #lookBehind(end: LogState): Promise<void> {
    for await (const { index } of readEntries(this.#entries, this.#log.category, { from: end.edge.size })) {
      const size = (await this.#item("head"))?.size ?? 0;
      if (index >= size) this.#report("extra_entry", "the entry lies behind the end of the log", index);
      return;
    }
  }

  #report(kind: AuditFindingKind, message: string, index?: number): void {
    if (this.#findings.length >= mostFindings) return;
    this.#findings.push({ category: this.#log.category, kind, message, ...(index !== undefined && { index }) });
  }
}

/** What the line says of that by which it is found; undefined when it is no entry. */
function copiesOf(line: string): ReturnType<typeof foundBy> | undefined {
  try {
    // Chain and tree tell whether it is an entry of ours; of any other it is enough that it throws or differs.
    const copies = foundBy(JSON.parse(line) as LogEntry);
    return Number.isNaN(copies.written_at) ? undefined : copies;
  } catch {
    return undefined;
  }
}

function isListedAs(item: EntryItem, copies: ReturnType<typeof foundBy>): boolean {
  const { written_at, subject, event_type, status } = copies;
  const isSame = item.subject === subject && item.event_type === event_type && item.status === status;
  return isSame && item.written_at === written_at;
}
