import { ArtGuardError } from "../errors/artguard-error.ts";
import type { Page, Table } from "../storage/table.ts";
import { type AccountTier, accountTiers } from "./tier.ts";
import { type User, userSchema } from "./user.ts";
import type { UserItem } from "./user-table.ts";

/** Which users to list. */
export interface UserListOptions {
  /** Default those of every tier, one tier after the other. */
  readonly account_tier?: AccountTier;
  /** From the page before. */
  readonly cursor?: string;
  /** 1–1000; default 100. */
  readonly limit?: number;
}

const cursorForm = /^([0-3])(.*)$/;

/**
 * One page of the users, those who came first before the others. The index that leads to them is made of what every user
 * has, so that users which other tools wrote are in it.
 */
export async function listUsers(table: Table<UserItem>, options: UserListOptions): Promise<Page<User>> {
  const { account_tier, cursor, limit = 100 } = options;
  const last = account_tier === undefined ? accountTiers.length - 1 : accountTiers.indexOf(account_tier);
  let { tier, within } = cursor === undefined ? beginOf(account_tier) : placeOf(cursor, account_tier);
  const keys: Pick<UserItem, "user_id">[] = [];
  do {
    const page = await table.query({
      index: "tier-index",
      partition: accountTiers[tier] ?? "",
      limit: limit - keys.length,
      ...(within !== undefined && { cursor: within }),
    });
    keys.push(...page.items.map(({ user_id }) => ({ user_id })));
    within = page.cursor;
    if (within === undefined) tier += 1;
  } while (keys.length < limit && tier <= last);
  const found = await table.batchGet(keys, { consistent: true });
  return {
    items: found.flatMap((item) => (item ? userSchema.parse(item) : [])),
    ...(tier <= last && { cursor: `${tier}${within ?? ""}` }),
  };
}

function beginOf(only: AccountTier | undefined): { tier: number; within: string | undefined } {
  return { tier: only === undefined ? 0 : accountTiers.indexOf(only), within: undefined };
}

/** The number of the tier, and the cursor in it. @throws ArtGuardError `storage.invalid-cursor` */
function placeOf(cursor: string, only: AccountTier | undefined): { tier: number; within: string | undefined } {
  const [, digit, rest] = cursorForm.exec(cursor) ?? [];
  const tier = Number(digit);
  const isOfList = digit !== undefined && (only === undefined || accountTiers[tier] === only);
  if (!isOfList) throw new ArtGuardError("storage.invalid-cursor", "the cursor does not belong to this list of users");
  return { tier, within: rest || undefined };
}
