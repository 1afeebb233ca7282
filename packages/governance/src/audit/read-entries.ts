import type { Table } from "@artguard/core";
import type { AuditCategory } from "./audit-category.ts";
import type { EntryItem } from "./audit-tables.ts";

const pageSize = 500;

/** Which entries to read. */
export interface EntryRange {
  /** First index. */
  readonly from: number;
  /** Index behind the last one; default all. */
  readonly to?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The stored entries of a log in order, page by page. */
export async function* readEntries(
  entries: Table<EntryItem>,
  category: AuditCategory,
  { from, to = Number.MAX_SAFE_INTEGER, signal }: EntryRange,
): AsyncGenerator<EntryItem, void, undefined> {
  if (from >= to) return;
  let cursor: string | undefined;
  do {
    const page = await entries.query({
      partition: category,
      sort: { atLeast: from, atMost: to - 1 },
      limit: pageSize,
      consistent: true,
      ...(cursor !== undefined && { cursor }),
      ...(signal && { signal }),
    });
    for (const item of page.items) yield isWhole(item) ? item : asText(item);
    cursor = page.cursor;
  } while (cursor !== undefined);
}

function isWhole({ line, chain, written_at }: EntryItem): boolean {
  return typeof line === "string" && typeof chain === "string" && Number.isSafeInteger(written_at);
}

/** Whoever writes past our schema can leave anything: it is compared as a text, and is not what was written. */
function asText(item: EntryItem): EntryItem {
  return { ...item, line: String(item.line), chain: String(item.chain), written_at: 0 };
}
