import { changeParts } from "../storage/change.ts";
import type { Change } from "../storage/table.ts";
import type { Expression } from "./expression.ts";

/** A change in DynamoDB's words; undefined when it changes nothing. */
export function updateExpression<Item>(expression: Expression, change: Change<Item>): string | undefined {
  const { set, add, remove } = changeParts(change);
  const clauses = [
    ["SET", set.map(([name, value]) => `${expression.name(name)} = ${expression.value(value)}`)],
    ["ADD", add.map(([name, amount]) => `${expression.name(name)} ${expression.value(amount)}`)],
    ["REMOVE", remove.map((name) => expression.name(name))],
  ] as const;
  const used = clauses.filter(([, parts]) => parts.length > 0);
  return used.length === 0 ? undefined : used.map(([verb, parts]) => `${verb} ${parts.join(", ")}`).join(" ");
}
