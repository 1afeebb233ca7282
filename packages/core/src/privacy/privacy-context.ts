import type { Analysis } from "../analysis/analysis.ts";
import type { AnalysisRepository } from "../analysis/analysis-repository.ts";
import type { AnalysisItem } from "../analysis/analysis-table.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { Table } from "../storage/table.ts";
import type { TableStore } from "../storage/table-store.ts";
import type { UserItem } from "../user/user-table.ts";

/** What the rights of a person are exercised on; assembled by `openPrivacy`. */
export interface PrivacyContext {
  readonly store: TableStore;
  readonly users: Table<UserItem>;
  readonly analyses: AnalysisRepository;
  /** The same table item by item, with what readers no longer see. */
  readonly analysisItems: Table<AnalysisItem>;
  /** Every store that may hold an image: raw and processed. */
  readonly objects: readonly ObjectStore[];
  /** How long writes that were under way when an erasure began may take to become visible, in milliseconds. */
  readonly settleMs: number;
  /** Clock in epoch milliseconds. */
  readonly now: () => number;
}

/** Options of a privacy operation. */
export interface PrivacyCallOptions {
  readonly signal?: AbortSignal;
}

/** An analysis on which somebody may still be at work. */
export function isOpen({ status }: Pick<Analysis, "status">): boolean {
  return status === "PENDING" || status === "PROCESSING";
}

/** What has expired is invisible, also to an erasure: it must go first. Does nothing where the store does it itself. */
export async function deleteAllExpired(
  table: { deleteExpired(options: PrivacyCallOptions): Promise<number> },
  options: PrivacyCallOptions,
): Promise<number> {
  let total = 0;
  for (let deleted = 1; deleted > 0; total += deleted) deleted = await table.deleteExpired(options);
  return total;
}
