import type { Table } from "../storage/table.ts";
import type { UserId } from "./user-id.ts";
import type { UserItem } from "./user-table.ts";

/**
 * The items beside a user's account whose keys begin with `prefix`, in the order of their keys. Found through an index:
 * one written a moment ago may be missing in an eventually consistent store.
 */
export async function* ownedItems(
  users: Table<UserItem>,
  owner: UserId,
  prefix: string,
): AsyncGenerator<UserItem, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await users.query({
      index: "owner-index",
      partition: owner,
      sort: { beginsWith: prefix },
      ...(cursor !== undefined && { cursor }),
    });
    for (const item of await users.batchGet(page.items.map(({ user_id }) => ({ user_id })))) {
      if (item) yield item;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}
