import { ArtGuardError, type Table } from "@artguard/core";
import type { EntryItem, StateItem } from "./audit-tables.ts";
import { emptyState, type LogName, loadHead, loadState } from "./log-state.ts";
import {
  consistencyRanges,
  type Hash,
  hashRanges,
  inclusionRanges,
  isKnown,
  type LeafRange,
  leafHash,
} from "./merkle-tree.ts";
import { type EntryRange, readEntries } from "./read-entries.ts";
import type { NoteVerifier } from "./signed-note.ts";

/** Tables and keys of the log that something is proved of. */
export interface ProofSource {
  readonly entries: Table<EntryItem>;
  readonly state: Table<StateItem>;
  readonly log: LogName;
  readonly verifiers: readonly NoteVerifier[];
  readonly signal?: AbortSignal | undefined;
}

/** Shows that an entry is in a log; checked by `verifyInclusion`. */
export interface InclusionProof {
  readonly index: number;
  /** Number of entries of the tree. */
  readonly size: number;
  readonly leafHash: Hash;
  readonly root: Hash;
  readonly proof: readonly Hash[];
  /** The entry. */
  readonly line: string;
}

/** Shows that a log is the continuation of what it was before; checked by `verifyConsistency`. */
export interface ConsistencyProof {
  readonly oldSize: number;
  readonly size: number;
  readonly root: Hash;
  readonly proof: readonly Hash[];
}

/**
 * Proves that an entry is in the log. Reads the whole log once.
 *
 * @param size Number of entries of the tree; default all.
 * @throws ArtGuardError `audit.not-provable` for an entry that is not there (any more) or a tree that is not so large yet.
 */
export async function proveInclusion(source: ProofSource, index: number, size?: number): Promise<InclusionProof> {
  const end = await sizeOf(source, size);
  const { entries, log } = source;
  const isIndex = Number.isSafeInteger(index) && index >= 0 && index < end;
  const entry = isIndex ? await entries.get({ log: log.category, index }, { consistent: true }) : undefined;
  if (entry === undefined) throw notProvable(log, `there is no entry ${index} of ${end}`);
  const [root, ...proof] = await rootsOf(source, [{ start: 0, end }, ...inclusionRanges(index, end)], end);
  const { line } = entry;
  return { index, size: end, leafHash: leafHash(Buffer.from(line)), root: root!, proof, line };
}

/**
 * Proves that the log begins with what it was when it had `oldSize` entries. Reads the whole log once.
 *
 * @param size Number of entries of the later tree; default all.
 * @throws ArtGuardError `audit.not-provable` when entries before `oldSize` were deleted as expired, or for sizes that the
 * log has not.
 */
export async function proveConsistency(source: ProofSource, oldSize: number, size?: number): Promise<ConsistencyProof> {
  const end = await sizeOf(source, size);
  if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > end) {
    throw notProvable(source.log, `the log had not ${oldSize} entries when it had ${end}`);
  }
  const ranges = oldSize === 0 ? [] : consistencyRanges(oldSize, end);
  const [root, ...proof] = await rootsOf(source, [{ start: 0, end }, ...ranges], end);
  return { oldSize, size: end, root: root!, proof };
}

/** Roots of parts of the log, found in one pass from where nothing was deleted. */
async function rootsOf(source: ProofSource, ranges: readonly LeafRange[], end: number): Promise<Hash[]> {
  const { entries, state, log, verifiers, signal } = source;
  const { edge } = (await loadState(state, "pruned", log, verifiers, signal)) ?? emptyState(log.origin);
  if (end < edge.size || !ranges.every((range) => isKnown(range, edge))) {
    throw notProvable(log, `the entries before ${edge.size} were deleted as expired`);
  }
  return hashRanges(ranges, leavesOf(entries, log, { from: edge.size, to: end, signal }), edge);
}

async function* leavesOf(entries: Table<EntryItem>, { category }: LogName, range: EntryRange): AsyncGenerator<Hash> {
  for await (const { line } of readEntries(entries, category, range)) yield leafHash(Buffer.from(line));
}

async function sizeOf({ state, log, verifiers, signal }: ProofSource, size: number | undefined): Promise<number> {
  const { edge } = await loadHead(state, log, verifiers, signal);
  if (size === undefined) return edge.size;
  if (Number.isSafeInteger(size) && size >= 0 && size <= edge.size) return size;
  throw notProvable(log, `the log has ${edge.size} entries, not ${size}`);
}

function notProvable({ origin, category }: LogName, problem: string): ArtGuardError {
  return new ArtGuardError("audit.not-provable", `${origin}: ${problem}`, { details: { category } });
}
