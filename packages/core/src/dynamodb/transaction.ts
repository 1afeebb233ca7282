import { randomUUID } from "node:crypto";
import { type TransactionCanceledException, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import type { Attributes } from "../storage/table-write.ts";
import type { PreparedAction } from "../storage/transaction.ts";
import type { Call } from "./connection.ts";
import { liveItem, removeExpired, removeExpiredAmong } from "./expiry.ts";
import { type Target, transactItem } from "./write-request.ts";

/** One action and the table it is about. */
export interface TargetAction extends Target<Attributes>, PreparedAction {}

/**
 * Does all actions or none.
 *
 * DynamoDB recognises a repeated token only by an identical request, so with a token the request must not contain the time:
 * items past their ttl are removed first. Without one, the conditions carry the time, and what an update met expired is
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
      const met = updatesOfExpired(actions, error, time);
      if (met.length === 0) throw error;
      for (const action of met) await removeExpired(call, action, action.write.keyValues, time);
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

async function removeExpiredOf(call: Call, actions: readonly TargetAction[], now: number): Promise<void> {
  for (const ofTable of Map.groupBy(actions, ({ tableName }) => tableName).values()) {
    const keys = ofTable.map((action) => action.write.keyValues);
    await removeExpiredAmong(call, ofTable[0]!, keys, now);
  }
}

/** The updates whose condition failed on an item past its ttl. */
function updatesOfExpired(actions: readonly TargetAction[], error: unknown, now: number): TargetAction[] {
  const cause = (error as { cause?: unknown }).cause as Partial<TransactionCanceledException> | undefined;
  return actions.filter(({ definition, write }, index) => {
    const stored = cause?.CancellationReasons?.[index]?.Item;
    return write.kind === "update" && stored !== undefined && liveItem(definition, stored, now) === undefined;
  });
}
