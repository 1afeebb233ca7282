import type { ObjectStore, Table } from "@artguard/core";
import { retentionEnd } from "./audit-category.ts";
import type { EntryItem, StateItem } from "./audit-tables.ts";
import { exportFolder, hourOf } from "./export-log.ts";
import { chainAfter, emptyState, type LogName, type LogState, loadState, stateItem, tampered } from "./log-state.ts";
import { leafHash } from "./merkle-tree.ts";
import { readEntries } from "./read-entries.ts";
import type { NoteSigner, NoteVerifier } from "./signed-note.ts";
import { verifyLog } from "./verify-log.ts";

const deletedAtOnce = 100;

/** Options of {@link sweepLog}. */
export interface SweepLogOptions {
  readonly entries: Table<EntryItem>;
  readonly state: Table<StateItem>;
  readonly objects: ObjectStore | undefined;
  readonly log: LogName;
  readonly signer: NoteSigner;
  /** May have signed checkpoints between the entries. */
  readonly retired: readonly NoteVerifier[];
  /** Epoch milliseconds. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

/** What `sweep` deleted of one log. */
export interface SweptLog {
  readonly entries: number;
  readonly objects: number;
}

/**
 * Deletes what has expired at the beginning of a log: all entries up to the first that has not. First a checkpoint signed
 * for this purpose takes their place, with the edge of their tree, from which the rest is verified and proved as before;
 * then they go. Another call finishes what one that died has begun.
 *
 * @throws ArtGuardError `audit.tampered` when the log does not verify: nothing is deleted of what may be evidence.
 */
export async function sweepLog(options: SweepLogOptions): Promise<SweptLog> {
  const { state, log, signer, signal } = options;
  const start = (await loadState(state, "pruned", log, [signer.verifier], signal)) ?? emptyState(log.origin);
  const end = await expiredPart(start, options);
  if (end.edge.size > start.edge.size) await moveBeginning(start, end, options);
  return { entries: await deleteEntries(end.edge.size, options), objects: await deleteObjects(options) };
}

/** The log up to the first entry that has not expired. */
async function expiredPart(start: LogState, { entries, log, now, signal }: SweepLogOptions): Promise<LogState> {
  const edge = start.edge.copy();
  let { chain } = start;
  for await (const item of readEntries(entries, log.category, { from: edge.size, signal })) {
    if (retentionEnd(log.category, item.written_at) > now) break;
    const leaf = leafHash(Buffer.from(item.line));
    edge.append(leaf);
    chain = chainAfter(chain, leaf);
  }
  return { edge, chain, checkpoint: undefined };
}

async function moveBeginning(start: LogState, end: LogState, options: SweepLogOptions): Promise<void> {
  const { state, log, signer, retired, now, signal } = options;
  const trust = { verifiers: [signer.verifier], retired, checkpoint: undefined, clockToleranceMs: 0, now, signal };
  const { findings } = await verifyLog(options, log, trust);
  if (findings[0]) throw tampered(log, `nothing was deleted: ${findings[0].message} (${findings[0].kind})`);
  const item = stateItem(log, "pruned", end, signer);
  const { checkpoint } = start;
  const asRead = { attribute: "checkpoint", equals: checkpoint ?? "" } as const;
  await state.put(item, {
    condition: checkpoint === undefined ? { item: "absent" } : asRead,
    ...(signal && { signal }),
  });
}

/** Also what a call that died has left. */
async function deleteEntries(end: number, { entries, log, signal }: SweepLogOptions): Promise<number> {
  let deleted = 0;
  while (end > 0) {
    const page = await entries.query({
      partition: log.category,
      sort: { atLeast: 0, atMost: end - 1 },
      select: ["log", "index"],
      limit: deletedAtOnce,
      consistent: true,
      ...(signal && { signal }),
    });
    if (page.items.length === 0) break;
    await entries.batchWrite({ delete: page.items }, signal && { signal });
    deleted += page.items.length;
  }
  return deleted;
}

/** Exported hours whose last entry has expired; their folders are ordered by time. */
async function deleteObjects({ objects, log, now, signal }: SweepLogOptions): Promise<number> {
  let deleted = 0;
  if (objects === undefined) return deleted;
  for await (const { key } of objects.list(exportFolder(log.category), signal && { signal })) {
    const hour = hourOf(key);
    if (hour === undefined) continue;
    if (retentionEnd(log.category, hour + 3_600_000) > now) break;
    await objects.delete(key, signal && { signal });
    deleted += 1;
  }
  return deleted;
}
