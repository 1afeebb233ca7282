import { setTimeout as pause } from "node:timers/promises";
import {
  ArtGuardError,
  cancellationReasons,
  isArtGuardError,
  putAction,
  type Table,
  type TableStore,
  type TransactAction,
  updateAction,
} from "@artguard/core";
import type { EntryItem, StateItem } from "./audit-tables.ts";
import { entryLine } from "./format-entry.ts";
import type { LogEntry } from "./log-entry.ts";
import { chainAfter, type LogName, type LogState, loadHead, stateItem, tampered } from "./log-state.ts";
import { leafHash } from "./merkle-tree.ts";
import type { NoteSigner } from "./signed-note.ts";

/** A transaction has 100 actions, and one of them is the head. */
const mostEntries = 99;
/** Entries between two checkpoints that stay beside the entries. */
const checkpointEvery = 1000;
const longestPauseMs = 50;

/** Options of {@link LogWriter}. */
export interface LogWriterOptions {
  readonly store: TableStore;
  readonly entries: Table<EntryItem>;
  readonly state: Table<StateItem>;
  readonly log: LogName;
  readonly signer: NoteSigner;
  /** Milliseconds within which an append must be written, or fail; waiting for others to be written counts. */
  readonly timeoutMs: number;
}

interface Waiting {
  readonly entry: LogEntry;
  /** Of `performance.now()`: refused from then on. */
  readonly until: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Appends to one log, for any number of processes at once. Entries that come while others are being written wait and go
 * together (group commit): one transaction writes them and moves the head, on the condition that it is where they were
 * chained to. Whoever was late chains anew.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #waiting: Waiting[] = [];
  #head: LogState | undefined;
  /** The furthest that this process has seen; the log never goes back behind it. */
  #seen: LogState | undefined;
  #working: Promise<void> | undefined;

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  /** Resolves once the entry is durable. @throws ArtGuardError `audit.not-written`, `audit.tampered` */
  append(entry: LogEntry): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const until = performance.now() + this.#options.timeoutMs;
    this.#waiting.push({ entry, until, done: resolve, failed: reject });
    this.#working ??= this.#writeAll();
    return promise;
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async #writeAll(): Promise<void> {
    // Those who call in the same turn go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, mostEntries);
      try {
        await this.#write(
          batch.map(({ entry }) => entry),
          batch[0]!.until,
        );
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    // In the same turn in which the list was seen empty, or an entry could wait for ever.
    this.#working = undefined;
  }

  async #write(entries: readonly LogEntry[], until: number): Promise<void> {
    const left = until - performance.now();
    if (left <= 0) throw new ArtGuardError("audit.not-written", "the entry was not written: others took all the time");
    const signal = AbortSignal.timeout(Math.ceil(left));
    try {
      for (let longest = 1; !(await this.#attempt(entries, signal)); longest = Math.min(2 * longest, longestPauseMs)) {
        await pause(Math.random() * longest, undefined, { signal });
      }
    } catch (error) {
      this.#head = undefined;
      if (isArtGuardError(error, "audit.")) throw error;
      const message = "the entry was not written, or nobody can say whether it was";
      throw new ArtGuardError("audit.not-written", message, { cause: error });
    }
  }

  /** One try; false when another process was faster. */
  async #attempt(entries: readonly LogEntry[], signal: AbortSignal): Promise<boolean> {
    const before = this.#head ?? (await this.#load(signal));
    const { items, head, next } = continueLog(before, entries, this.#options);
    try {
      await this.#options.store.transact(this.#actions(before, items, head), { signal });
    } catch (error) {
      this.#head = undefined;
      if (isLate(error, this.#options.log)) return false;
      if (!(await this.#isWritten(items[0]!, error))) throw error;
    }
    this.#head = next;
    this.#seen = next;
    return true;
  }

  async #load(signal: AbortSignal): Promise<LogState> {
    const { state, log, signer } = this.#options;
    const head = await loadHead(state, log, [signer.verifier], signal);
    const seen = this.#seen;
    const isBehind = seen !== undefined && head.edge.size < seen.edge.size;
    const isOther =
      seen !== undefined && head.edge.size === seen.edge.size && !head.edge.root().equals(seen.edge.root());
    if (isBehind || isOther) throw tampered(log, "the log was set back to an earlier state");
    this.#seen = head;
    return head;
  }

  #actions({ checkpoint }: LogState, items: readonly EntryItem[], head: StateItem): TransactAction[] {
    const { entries, state } = this.#options;
    const { name, ...set } = head;
    const move =
      checkpoint === undefined
        ? putAction(state.definition, head, { item: "absent" })
        : updateAction(state.definition, { name }, { set }, { attribute: "checkpoint", equals: checkpoint });
    return [move, ...items.map((item) => putAction(entries.definition, item, { item: "absent" }))];
  }

  /** After an answer that leaves it open: whether our entries are there. */
  async #isWritten({ log, index, line, chain }: EntryItem, error: unknown): Promise<boolean> {
    if (!isArtGuardError(error) || !error.retryable) return false;
    const stored = await this.#options.entries.get({ log, index }, { consistent: true });
    return stored?.line === line && stored.chain === chain;
  }
}

/** The items that continue a log, and its state after them. */
function continueLog(before: LogState, entries: readonly LogEntry[], { log, signer }: LogWriterOptions) {
  const edge = before.edge.copy();
  let { chain } = before;
  const items = entries.map((entry): EntryItem => {
    const index = edge.size;
    const line = entryLine(entry);
    const leaf = leafHash(Buffer.from(line));
    edge.append(leaf);
    chain = chainAfter(chain, leaf);
    return { log: log.category, index, line, chain: chain.toString("base64"), ...foundBy(entry) };
  });
  const head = stateItem(log, "head", { edge, chain }, signer);
  const isDue = Math.floor(before.edge.size / checkpointEvery) < Math.floor(edge.size / checkpointEvery);
  if (isDue) items.push({ ...items.pop()!, checkpoint: head.checkpoint });
  return { items, head, next: { edge, chain, checkpoint: head.checkpoint } };
}

/** What an entry is found by: copies of what its line says. */
export function foundBy(entry: LogEntry): Pick<EntryItem, "written_at" | "subject" | "event_type" | "status"> {
  return {
    written_at: Date.parse(entry.timestamp),
    subject: entry.user.id,
    event_type: entry.event_type,
    status: entry.result.status,
  };
}

/**
 * Whether the head was elsewhere, or is just being moved. Entries that lie beyond a head that did not move are nobody's who
 * writes as we do.
 */
function isLate(error: unknown, log: LogName): boolean {
  const [head, ...others] = cancellationReasons(error);
  if (head !== undefined) return true;
  if (others.includes("storage.condition-failed")) throw tampered(log, "there are entries behind the end of the log");
  return false;
}
