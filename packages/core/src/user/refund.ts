import type { Analysis } from "../analysis/analysis.ts";
import type { AnalysisItem } from "../analysis/analysis-table.ts";
import type { Condition, Table } from "../storage/table.ts";
import { cancellationReasons, type TableStore, type TransactAction, updateAction } from "../storage/table-store.ts";
import { countsPeriod } from "./quota.ts";
import type { UserItem } from "./user-table.ts";

/** Where a charge is kept: in the record, and in the sums of its owner. */
interface RefundStores {
  readonly store: TableStore;
  readonly users: Table<UserItem>;
  readonly analyses: Table<AnalysisItem>;
}

const charged: Condition<AnalysisItem> = { attribute: "quota_charged", equals: true };

/**
 * Gives the charge of an analysis back. The record loses `quota_charged` in the same transaction, so that it happens
 * once. A month that is over gets back `total_uploads` only, a user who is gone nothing.
 *
 * @returns Whether the user may analyse one more image now.
 */
export async function refundCharge(
  { request_id, created_at, user_id }: Analysis,
  { store, users, analyses }: RefundStores,
): Promise<boolean> {
  const key = { request_id, created_at };
  const stored = await analyses.get(key, { consistent: true });
  if (!stored?.quota_charged || stored.quota_period === undefined || user_id === undefined) return false;
  const uncharge = updateAction(analyses.definition, key, { remove: ["quota_charged"] }, charged);
  const give = (add: { quota_used?: number; total_uploads: number }, condition: Condition<UserItem>) =>
    updateAction(users.definition, { user_id }, { add }, condition);
  const inPeriod = give({ quota_used: -1, total_uploads: -1 }, countsPeriod(stored.quota_period));
  const afterPeriod = give({ total_uploads: -1 }, { item: "present" });
  for (const actions of [[uncharge, inPeriod], [uncharge, afterPeriod], [uncharge]]) {
    const [unchargeFailed, giveFailed] = await tryTransact(actions, store);
    if (unchargeFailed) return false;
    if (!giveFailed) return actions.includes(inPeriod);
  }
  return false;
}

/** Which of the actions had conditions that do not hold; none when all were done. */
async function tryTransact(actions: readonly TransactAction[], store: TableStore): Promise<boolean[]> {
  try {
    await store.transact(actions);
    return [];
  } catch (error) {
    const failed = cancellationReasons(error).map((reason) => reason === "storage.condition-failed");
    if (!failed.includes(true)) throw error;
    return failed;
  }
}
