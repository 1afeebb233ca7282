import { isArtGuardError, type ObjectStore, type Table } from "@artguard/core";
import type { AuditCategory } from "./audit-category.ts";
import type { EntryItem, StateItem } from "./audit-tables.ts";
import { type LogName, loadHead, stateName } from "./log-state.ts";
import { readEntries } from "./read-entries.ts";
import type { NoteVerifier } from "./signed-note.ts";

const hourForm = /\/(\d{4})\/(\d{2})\/(\d{2})\/(\d{2})\/[^/]+$/;
/** Entries of one object at most: a busy hour has several. */
const mostLines = 10_000;

/** Options of {@link exportLog}. */
export interface ExportLogOptions {
  readonly entries: Table<EntryItem>;
  readonly state: Table<StateItem>;
  readonly objects: ObjectStore;
  readonly log: LogName;
  readonly verifiers: readonly NoteVerifier[];
  readonly signal?: AbortSignal | undefined;
}

/** What `exportLines` wrote of one log. */
export interface ExportedLog {
  readonly entries: number;
  /** Keys of the objects. */
  readonly objects: readonly string[];
}

/** Folder of the raw lines of a category, with a slash at its end. */
export function exportFolder(category: AuditCategory): string {
  return `raw-json/${category}/`;
}

/** Beginning of the hour whose lines an object holds, epoch milliseconds; undefined for other objects. */
export function hourOf(key: string): number | undefined {
  const [, year, month, day, hour] = hourForm.exec(key) ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
}

/**
 * Writes the lines that came since the last export to `raw-json/{category}/{yyyy}/{mm}/{dd}/{hh}/{first}-{last}.jsonl` and
 * the signed checkpoint of their end to `checkpoints/{category}/{size}.txt`. What is to be exported is fixed before the
 * first object is written: whoever repeats an export that died, or makes it at the same time, writes the same objects.
 */
export async function exportLog(options: ExportLogOptions): Promise<ExportedLog> {
  const { state, objects, log, signal } = options;
  const claim = await claimExport(options);
  const written: string[] = [];
  if (claim.size < claim.end) {
    for await (const { key, lines } of hourly(options, claim)) {
      const body = Buffer.from(`${lines.join("\n")}\n`);
      await objects.put(key, body, { contentType: "application/x-ndjson", ...(signal && { signal }) });
      written.push(key);
    }
    const note = Buffer.from(claim.checkpoint);
    const key = `checkpoints/${log.category}/${digits(claim.end)}.txt`;
    await objects.put(key, note, { contentType: "text/plain", ...(signal && { signal }) });
    await finishExport(state, claim);
  }
  return { entries: claim.end - claim.size, objects: written };
}

interface Claim {
  readonly name: string;
  /** Exported before. */
  readonly size: number;
  /** Exported with this claim. */
  readonly end: number;
  readonly checkpoint: string;
}

/** An export that was begun and not finished, or a new one up to the end of the log. */
async function claimExport({ state, log, verifiers, signal }: ExportLogOptions): Promise<Claim> {
  const name = stateName(log.category, "export");
  for (;;) {
    const item = await state.get({ name }, { consistent: true, ...(signal && { signal }) });
    const size = item?.size ?? 0;
    if (item?.end !== undefined && item.end > size)
      return { name, size, end: item.end, checkpoint: item.checkpoint ?? "" };
    const head = await loadHead(state, log, verifiers, signal);
    const claim = { name, size, end: head.edge.size, checkpoint: head.checkpoint ?? "" };
    if (claim.end === size) return claim;
    const asRead = item ? ({ attribute: "end", equals: size } as const) : ({ item: "absent" } as const);
    try {
      await state.put(claim, { condition: asRead, ...(signal && { signal }) });
      return claim;
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
    }
  }
}

/** Another process may have finished the same export. */
async function finishExport(state: Table<StateItem>, { name, end, checkpoint }: Claim): Promise<void> {
  try {
    const condition = { attribute: "end", equals: end } as const;
    await state.put({ name, size: end, end, checkpoint }, { condition });
  } catch (error) {
    if (!isArtGuardError(error, "storage.condition-failed")) throw error;
  }
}

/** The lines of a claim by the hour of their entries, in the order of the log. */
async function* hourly({ entries, log, signal }: ExportLogOptions, { size, end }: Claim) {
  let hour = "";
  let first = size;
  let lines: string[] = [];
  const piece = () => ({
    key: `${exportFolder(log.category)}${hour}/${digits(first)}-${digits(first + lines.length - 1)}.jsonl`,
    lines,
  });
  for await (const { index, line, written_at } of readEntries(entries, log.category, { from: size, to: end, signal })) {
    const next = new Date(written_at).toISOString().slice(0, 13).replace(/[-T]/g, "/");
    if (lines.length > 0 && (next !== hour || lines.length === mostLines)) {
      yield piece();
      lines = [];
    }
    if (lines.length === 0) [hour, first] = [next, index];
    lines.push(line);
  }
  if (lines.length > 0) yield piece();
}

/** So that names are ordered as numbers. */
function digits(index: number): string {
  return String(index).padStart(16, "0");
}
