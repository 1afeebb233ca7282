import type { TableDefinition } from "../storage/table.ts";
import { type TransactAction, updateAction } from "../storage/table-store.ts";
import type { UserId } from "../user/user-id.ts";
import { type ErasureItem, markerKey } from "../user/user-marker.ts";
import type { UserItem } from "../user/user-table.ts";

type Counts = { readonly [Name in keyof ErasureItem & `erased_${string}`]?: number };

/**
 * Counts in the transaction that deletes, and only while the erasure is under way: a process that was left behind
 * deletes nothing of a person who has come back since.
 */
export function countAction(users: TableDefinition<UserItem>, userId: UserId, add: Counts): TransactAction {
  const condition = { attribute: "open_erasure", is: "present" } as const;
  return updateAction(users, { user_id: markerKey.erasure(userId) }, { add }, condition);
}
