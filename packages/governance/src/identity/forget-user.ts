import type { Table } from "@artguard/core";
import { type IdentityItem, identityKey } from "./identity-table.ts";
import { itemsIn, itemsThrough } from "./read-items.ts";

/**
 * Deletes what the identity table holds about a user: password, sessions, roles, memberships, delegations to and by the
 * user, and the registration. Access tokens of the user are refused because there is no such user any more.
 */
export async function forgetUser(table: Table<IdentityItem>, userId: string): Promise<void> {
  const own = await itemsIn(table, identityKey.user(userId));
  const given = await itemsThrough(table, "delegator-index", userId);
  const keys = [...own, ...given].map(({ identity_id, entry }) => ({ identity_id, entry }));
  await table.batchWrite({ delete: keys });
}
