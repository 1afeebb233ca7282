import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { KeyValue, TableDefinition } from "../storage/table.ts";
import type { PreparedWrite } from "../storage/table-write.ts";
import { type AttributeMap, toAttribute, toAttributes } from "./attribute-values.ts";
import { expiredExpression, liveExpression, writeCondition } from "./condition-expression.ts";
import { Expression, type ExpressionAttributes } from "./expression.ts";
import { updateExpression } from "./update-expression.ts";

/** What requests about one table have in common. */
export interface Target<Item extends object> {
  readonly definition: TableDefinition<Item>;
  readonly tableName: string;
}

/** A write of one item: the input of PutItem, UpdateItem or DeleteItem, and of the same actions of a transaction. */
export interface WriteRequest extends ExpressionAttributes {
  TableName: string;
  ConditionExpression?: string;
}

/** See {@link updateRequest}. */
export interface UpdateRequest extends WriteRequest {
  Key: AttributeMap;
  UpdateExpression: string | undefined;
  ReturnValuesOnConditionCheckFailure: "ALL_OLD";
}

/** The key attributes of an item. */
export function keyAttributes<Item extends object>(
  { key: { partition, sort } }: TableDefinition<Item>,
  [first, second]: readonly KeyValue[],
): AttributeMap {
  return { [partition]: toAttribute(first), ...(sort !== undefined && { [sort]: toAttribute(second) }) };
}

/** @param now Epoch milliseconds; undefined to leave out what makes an item past its ttl count as absent. */
export function putRequest<Item extends object>(
  { definition, tableName }: Target<Item>,
  write: PreparedWrite<Item> & { kind: "put" },
  now: number | undefined,
): WriteRequest & { Item: AttributeMap } {
  const expression = new Expression();
  const condition = writeCondition(expression, definition, write.condition, now);
  return { ...request(tableName, condition, expression), Item: toAttributes(write.item) };
}

/**
 * The request does not happen to an item past its ttl, whose attributes no longer count: it fails and hands that item back.
 *
 * @param now As for {@link putRequest}.
 */
export function updateRequest<Item extends object>(
  { definition, tableName }: Target<Item>,
  write: PreparedWrite<Item> & { kind: "update" },
  now: number | undefined,
): UpdateRequest {
  const expression = new Expression();
  const update = updateExpression(expression, write.change);
  const asked = writeCondition(expression, definition, write.condition, undefined);
  const live = now === undefined ? undefined : liveExpression(expression, definition, now);
  const condition = asked && live ? `${live} AND (${asked})` : (live ?? asked);
  return {
    ...request(tableName, condition, expression),
    Key: keyAttributes(definition, write.keyValues),
    UpdateExpression: update,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

/** @param now As for {@link putRequest}. */
export function deleteRequest<Item extends object>(
  { definition, tableName }: Target<Item>,
  write: Pick<PreparedWrite<Item>, "condition" | "keyValues">,
  now: number | undefined,
): WriteRequest & { Key: AttributeMap } {
  const expression = new Expression();
  const condition = writeCondition(expression, definition, write.condition, now);
  return { ...request(tableName, condition, expression), Key: keyAttributes(definition, write.keyValues) };
}

/** Deletes an item if it is past its ttl; undefined when the table has none. */
export function deleteExpiredRequest<Item extends object>(
  { definition, tableName }: Target<Item>,
  keyValues: readonly KeyValue[],
  now: number,
): (WriteRequest & { Key: AttributeMap }) | undefined {
  const expression = new Expression();
  const condition = expiredExpression(expression, definition, now);
  if (condition === undefined) return undefined;
  return { ...request(tableName, condition, expression), Key: keyAttributes(definition, keyValues) };
}

/** A write as an action of a transaction. @param now As for {@link putRequest}. */
export function transactItem<Item extends object>(
  target: Target<Item>,
  write: PreparedWrite<Item>,
  now: number | undefined,
): TransactWriteItem {
  if (write.kind === "put") return { Put: putRequest(target, write, now) };
  if (write.kind === "update") return { Update: updateRequest(target, write, now) };
  const request = deleteRequest(target, write, now);
  if (write.kind === "delete") return { Delete: request };
  return { ConditionCheck: { ...request, ConditionExpression: request.ConditionExpression } };
}

function request(tableName: string, condition: string | undefined, expression: Expression): WriteRequest {
  return {
    TableName: tableName,
    ...(condition !== undefined && { ConditionExpression: condition }),
    ...expression.attributes(),
  };
}
