import type { Table } from "@artguard/core";
import type { IdentityItem } from "./identity-table.ts";

type Key = Pick<IdentityItem, "identity_id" | "entry">;

/** All items of a partition whose entries begin so, as of the last acknowledged write. */
export async function itemsIn(
  table: Table<IdentityItem>,
  partition: string,
  beginsWith?: string,
): Promise<IdentityItem[]> {
  const found: IdentityItem[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({
      partition,
      consistent: true,
      ...(beginsWith !== undefined && { sort: { beginsWith } }),
      ...(cursor !== undefined && { cursor }),
    });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

/** All items that an index leads to. It can lag: one of this moment may be missing, none is out of date. */
export async function itemsThrough(
  table: Table<IdentityItem>,
  index: "organization-index" | "delegator-index",
  partition: string,
): Promise<IdentityItem[]> {
  const keys: Key[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({ index, partition, ...(cursor !== undefined && { cursor }) });
    keys.push(...page.items.map(({ identity_id, entry }) => ({ identity_id, entry })));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return (await table.batchGet(keys, { consistent: true })).flatMap((item) => item ?? []);
}
