import { holds } from "../storage/condition.ts";
import type { Condition, Operand, TableDefinition } from "../storage/table.ts";
import type { Expression } from "./expression.ts";

const operators = {
  equals: "=",
  notEquals: "<>",
  lessThan: "<",
  atMost: "<=",
  greaterThan: ">",
  atLeast: ">=",
} as const;

/** A condition in DynamoDB's words. */
function conditionExpression<Item extends object>(
  expression: Expression,
  definition: TableDefinition<Item>,
  condition: Condition<Item>,
): string {
  const part = (inner: Condition<Item>) => `(${conditionExpression(expression, definition, inner)})`;
  if ("item" in condition) return existence(expression, definition.key.partition, condition.item);
  if ("all" in condition || "any" in condition) {
    const parts = "all" in condition ? condition.all : condition.any;
    // DynamoDB refuses redundant parentheses.
    if (parts.length === 1) return conditionExpression(expression, definition, parts[0]!);
    return parts.map(part).join("all" in condition ? " AND " : " OR ");
  }
  if ("not" in condition) return `NOT ${part(condition.not)}`;
  if ("is" in condition) return existence(expression, condition.attribute, condition.is);
  return comparison(expression, condition);
}

function existence(expression: Expression, attribute: string, is: "absent" | "present"): string {
  return `${is === "present" ? "attribute_exists" : "attribute_not_exists"}(${expression.name(attribute)})`;
}

type Comparison<Item> = Extract<Condition<Item>, { attribute: unknown }>;

function comparison<Item>(expression: Expression, condition: Comparison<Item>): string {
  const name = expression.name(condition.attribute);
  if ("oneOf" in condition) return `${name} IN (${condition.oneOf.map((value) => expression.value(value)).join(", ")})`;
  if ("beginsWith" in condition) return `begins_with(${name}, ${operandOf(expression, condition.beginsWith)})`;
  const [operator, symbol] = Object.entries(operators).find(([key]) => key in condition)!;
  const operand = (condition as unknown as Record<string, Operand<Item, unknown>>)[operator];
  return `${name} ${symbol} ${operandOf(expression, operand)}`;
}

function operandOf(expression: Expression, operand: unknown): string {
  const isReference = typeof operand === "object" && operand !== null;
  return isReference ? expression.name((operand as { attribute: string }).attribute) : expression.value(operand);
}

/** True of an item past its ttl; an item without the attribute never expires. */
function expired(expression: Expression, ttl: string, now: number): string {
  return `${expression.name(ttl)} <= ${expression.value(now / 1000)}`;
}

/** True of items that readers may still see; undefined when the table has no ttl. */
export function liveExpression<Item extends object>(
  expression: Expression,
  { ttl }: TableDefinition<Item>,
  now: number,
): string | undefined {
  return ttl === undefined ? undefined : `NOT ${expired(expression, ttl, now)}`;
}

/** True of items that are past their ttl but still there; undefined when the table has no ttl. */
export function expiredExpression<Item extends object>(
  expression: Expression,
  { ttl }: TableDefinition<Item>,
  now: number,
): string | undefined {
  return ttl === undefined ? undefined : expired(expression, ttl, now);
}

/**
 * The condition of a write, to which an item past its ttl is an absent one; undefined when everything may happen.
 *
 * @param now Epoch milliseconds; undefined where the caller has made sure that the item has not expired.
 */
export function writeCondition<Item extends object>(
  expression: Expression,
  definition: TableDefinition<Item>,
  condition: Condition<Item> | undefined,
  now: number | undefined,
): string | undefined {
  if (condition === undefined) return undefined;
  const text = conditionExpression(expression, definition, condition);
  if (definition.ttl === undefined || now === undefined) return text;
  const isExpired = expired(expression, definition.ttl, now);
  return holds(condition, undefined) ? `${isExpired} OR (${text})` : `NOT ${isExpired} AND (${text})`;
}
