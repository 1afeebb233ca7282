import type { Table } from "@artguard/core";
import { type IdentityItem, identityKey } from "./identity-table.ts";
import { itemsIn, itemsThrough } from "./read-items.ts";

/**
 * Deletes what the identity table holds about a user: password, sessions, roles, memberships, delegations to and by the
 * user, and the registration. Access tokens of the user are refused because there is no such user any more.
 */
export async function forgetUser(table: Table<IdentityItem>, userId: string): Promise<void> {
  const own = async () => itemsIn(table, identityKey.user(userId));
  const given = await itemsThrough(table, "delegator-index", userId);
  await remove(table, given);
  // A login at this moment may begin a session beside those that were read; without the password there is no further one.
  for (let items = await own(); items.length > 0; items = await own()) await remove(table, items);
}

async function remove(table: Table<IdentityItem>, items: readonly IdentityItem[]): Promise<void> {
  await table.batchWrite({ delete: items.map(({ identity_id, entry }) => ({ identity_id, entry })) });
}
