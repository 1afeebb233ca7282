import { ArtGuardError } from "../errors/artguard-error.ts";
import type { TableDefinition } from "../storage/table.ts";
import { checkAction, type TransactAction } from "../storage/table-store.ts";
import type { UserId } from "./user-id.ts";
import { markerKey } from "./user-marker.ts";
import type { UserItem } from "./user-table.ts";

/**
 * The action that keeps records of a user who is being erased, or was, from being written. It belongs into every
 * transaction that writes something new with a `user_id`.
 *
 * @example
 * await store.transact([notErasedAction(defineUserTable(), userId)]);
 */
export function notErasedAction(users: TableDefinition<UserItem>, userId: UserId): TransactAction {
  return checkAction(users, { user_id: markerKey.erasure(userId) }, { item: "absent" });
}

/** What a writer is told once an erasure has begun. */
export function beingErased(): ArtGuardError {
  return new ArtGuardError("user.being-erased", "the data of this user is being erased; nothing new is written");
}
