import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { KeyValue, TableDefinition } from "../storage/table.ts";
import { type AttributeMap, fromAttributes } from "./attribute-values.ts";
import { readBatch } from "./batches.ts";
import type { Call } from "./connection.ts";
import { deleteExpiredRequest, keyAttributes, type Target } from "./write-request.ts";

/** Whether an item is past its ttl. @param now Epoch milliseconds. */
function hasExpired<Item extends object>({ ttl }: TableDefinition<Item>, item: object, now: number): boolean {
  const expiry = ttl === undefined ? undefined : (item as Record<string, unknown>)[ttl];
  return typeof expiry === "number" && expiry * 1000 <= now;
}

/** Deletes an item that was seen expired, so that the next write finds none; leaves it if it was replaced meanwhile. */
export async function removeExpired<Item extends object>(
  call: Call,
  target: Target<Item>,
  keyValues: readonly KeyValue[],
  now: number,
): Promise<void> {
  const request = deleteExpiredRequest(target, keyValues, now);
  if (request === undefined) return;
  try {
    await call.send(() => new DeleteItemCommand(request));
  } catch (error) {
    if (!isArtGuardError(error, "storage.condition-failed")) throw error;
  }
}

/** Removes what is past its ttl among these items of one table. */
export async function removeExpiredAmong<Item extends object>(
  call: Call,
  target: Target<Item>,
  keys: readonly (readonly KeyValue[])[],
  now: number,
): Promise<void> {
  const { definition, tableName } = target;
  const { key, ttl } = definition;
  if (ttl === undefined || keys.length === 0) return;
  const attributes = [...new Set([key.partition, key.sort, ttl])].filter((name) => name !== undefined);
  const wanted = keys.map((values) => keyAttributes(definition, values));
  const found = await readBatch(call, tableName, wanted, { consistent: true, attributes });
  const expired = found.map(fromAttributes).filter((item) => hasExpired(definition, item, now));
  for (const item of expired) await removeExpired(call, target, keyValuesOf(definition, item), now);
}

/** Values of the key attributes of a stored item. */
export function keyValuesOf<Item extends object>({ key }: TableDefinition<Item>, item: object): KeyValue[] {
  const values = item as Record<string, KeyValue>;
  return key.sort === undefined ? [values[key.partition]!] : [values[key.partition]!, values[key.sort]!];
}

/** The item in an answer, undefined when there is none or it is past its ttl. */
export function liveItem<Item extends object>(
  definition: TableDefinition<Item>,
  attributes: AttributeMap | undefined,
  now: number,
): Item | undefined {
  const item = attributes && fromAttributes(attributes);
  return item === undefined || hasExpired(definition, item, now) ? undefined : (item as Item);
}
