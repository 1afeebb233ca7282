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
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
