import { ArtGuardError, type Page, type Table, type TableQuery } from "@artguard/core";
import { type AuditCategory, auditCategoryNames, retentionEnd } from "./audit-category.ts";
import type { AuditOutcome } from "./audit-log.ts";
import type { EntryItem } from "./audit-tables.ts";
import { type LogEntry, logEntrySchema } from "./log-entry.ts";
import { upperSnake } from "./safe-text.ts";

/** Which entries to list. At least one of `user`, `action` and `category`; all that are given must fit. */
export interface AuditQuery {
  /** user_id or pseudonym of who acted; id of a service, `local` or `anonymous`. */
  readonly user?: string;
  /** Type of the event, `access.refused` or `ACCESS_REFUSED`. */
  readonly action?: string;
  readonly category?: AuditCategory;
  /** Epoch milliseconds, inclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly effect?: AuditOutcome;
  /** Default `newest_first`. */
  readonly order?: "oldest_first" | "newest_first";
  /** 1–1000, default 100. A page can have fewer entries and yet a cursor. */
  readonly limit?: number;
  /** Of the page before. */
  readonly cursor?: string;
  readonly signal?: AbortSignal;
}

/** An entry and its place. */
export interface FoundEntry {
  readonly category: AuditCategory;
  readonly index: number;
  readonly entry: LogEntry;
}

const statusOf = { success: "SUCCESS", refused: "REFUSED", failed: "FAILED" } as const satisfies Record<
  AuditOutcome,
  string
>;

/**
 * One page of the entries that fit. Lists what the store says: whether it is what was written, `verifyAudit` tells.
 *
 * @param subject Pseudonym of the user, where one was asked for.
 * @throws ArtGuardError `audit.invalid-query`, `audit.tampered` for a line that is no entry, `storage.*`
 */
export async function queryEntries(
  entries: Table<EntryItem>,
  query: AuditQuery,
  { subject, now }: { readonly subject: string | undefined; readonly now: number },
): Promise<Page<FoundEntry>> {
  const page = await entries.query(tableQuery(query, subject));
  const fitting = page.items.filter((item) => fits(item, query, now));
  const whole = await entries.batchGet(
    fitting.map(({ log, index }) => ({ log, index })),
    query.signal && { signal: query.signal },
  );
  const items = whole.flatMap((item) => (item === undefined ? [] : foundEntry(item)));
  return { items, ...(page.cursor !== undefined && { cursor: page.cursor }) };
}

/** Through the index that leaves the fewest; the cursor is bound to everything that was asked for. */
function tableQuery(query: AuditQuery, subject: string | undefined): TableQuery<EntryItem> {
  const { action, category, from, to, effect, order = "newest_first", limit, cursor, signal } = query;
  const bounds = { ...(from !== undefined && { atLeast: from }), ...(to !== undefined && { atMost: to }) };
  return {
    ...partitionOf(subject, action, category),
    ...(Object.keys(bounds).length > 0 && { sort: bounds }),
    order,
    scope: JSON.stringify([action, category, effect].map((part) => part ?? null)),
    ...(limit !== undefined && { limit }),
    ...(cursor !== undefined && { cursor }),
    ...(signal && { signal }),
  };
}

function partitionOf(
  subject: string | undefined,
  action: string | undefined,
  category: AuditCategory | undefined,
): Pick<TableQuery<EntryItem>, "index" | "partition"> {
  if (subject !== undefined) return { index: "subject-index", partition: subject };
  if (action !== undefined) return { index: "event-index", partition: upperSnake(action) };
  if (category !== undefined) return { index: "time-index", partition: category };
  throw new ArtGuardError("audit.invalid-query", "name a user, an action or a category");
}

/** Also leaves out what has expired and is not deleted yet, and what is in no log of ours. */
function fits(item: EntryItem, { action, category, effect }: AuditQuery, now: number): boolean {
  const log = auditCategoryNames.find((name) => name === item.log);
  if (log === undefined || item.index < 0 || retentionEnd(log, item.written_at) <= now) return false;
  if (category !== undefined && log !== category) return false;
  if (action !== undefined && item.event_type !== upperSnake(action)) return false;
  return effect === undefined || item.status === statusOf[effect];
}

function foundEntry({ log, index, line }: EntryItem): FoundEntry[] {
  const category = auditCategoryNames.find((name) => name === log);
  return category ? [{ category, index, entry: parseLine(line, `entry ${index} of ${category}`) }] : [];
}

/** A refusal without what was found: what it was on, and what decided it. */
export function withoutRefusedThing({ entry, ...place }: FoundEntry): FoundEntry {
  if (entry.event_type !== "ACCESS_REFUSED") return { ...place, entry };
  return { ...place, entry: { ...entry, operation: { type: entry.operation.type } } };
}

function parseLine(line: string, where: string): LogEntry {
  try {
    return logEntrySchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new ArtGuardError("audit.tampered", `${where} is not what was written`, { cause });
  }
}
