import type { Page, Table } from "@artguard/core";
import { type IdentityItem, identityKey } from "./identity-table.ts";

/**
 * Deletes what the identity table holds about a user: password, sessions, roles, memberships, delegations to and by the
 * user, and the registration. Access tokens of the user are refused because there is no such user any more.
 */
export async function forgetUser(table: Table<IdentityItem>, userId: string): Promise<void> {
  await deleteAll(table, { partition: identityKey.user(userId), consistent: true });
  await deleteAll(table, { index: "delegator-index", partition: userId });
}

async function deleteAll(
  table: Table<IdentityItem>,
  of: { readonly partition: string; readonly index?: string; readonly consistent?: boolean },
): Promise<void> {
  let cursor: string | undefined;
  do {
    const page: Page<Pick<IdentityItem, "identity_id" | "entry">> = await table.query({
      ...of,
      select: ["identity_id", "entry"],
      ...(cursor !== undefined && { cursor }),
    });
    await table.batchWrite({ delete: page.items });
    cursor = page.cursor;
  } while (cursor !== undefined);
}
