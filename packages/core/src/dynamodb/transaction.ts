import { randomUUID } from "node:crypto";
import { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { cancellationReasons } from "../storage/table-store.ts";
import type { Attributes } from "../storage/table-write.ts";
import type { PreparedAction } from "../storage/transaction.ts";
import type { Call } from "./connection.ts";
import { removeExpiredAmong } from "./expiry.ts";
import { type Target, transactItem } from "./write-request.ts";

/** One action and the table it is about. */
export interface TargetAction extends Target<Attributes>, PreparedAction {}

/**
 * Does all actions or none.
 *
 * DynamoDB recognises a repeated token only by an identical request, so with a token the request must not contain the time:
 * items past their ttl are removed first. Without one, their conditions carry the time, and what they met expired is
 * removed before another round.
 */
export async function runTransaction(
  call: Call,
  actions: readonly TargetAction[],
  { token, now }: { readonly token?: string; readonly now: () => number },
): Promise<void> {
  if (token !== undefined) {
    await removeExpiredOf(call, actions.filter(dependsOnStored), now());
    return write(call, actions, token, undefined);
  }
  for (;;) {
    const time = now();
    try {
      return await write(call, actions, randomUUID(), time);
    } catch (error) {
      const reasons = cancellationReasons(error);
      const refused = actions.filter((_, index) => reasons[index] === "storage.condition-failed");
      if ((await removeExpiredOf(call, refused, time)) === 0) throw error;
    }
  }
}

async function write(
  call: Call,
  actions: readonly TargetAction[],
  token: string,
  now: number | undefined,
): Promise<void> {
  const TransactItems = actions.map((action) => transactItem(action, action.write, now));
  await call.send(() => new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: token }));
}

/** An unconditional put or delete does the same whatever is stored. */
function dependsOnStored({ write: { kind, condition } }: TargetAction): boolean {
  return kind === "update" || condition !== undefined;
}

async function removeExpiredOf(call: Call, actions: readonly TargetAction[], now: number): Promise<number> {
  let removed = 0;
  for (const ofTable of Map.groupBy(actions, ({ tableName }) => tableName).values()) {
    const keys = ofTable.map((action) => action.write.keyValues);
    removed += await removeExpiredAmong(call, ofTable[0]!, keys, now);
  }
  return removed;
}
