import { QueryCommand, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import type { QueryPlan, SortBound } from "../storage/query-plan.ts";
import { type AttributeMap, toAttribute } from "./attribute-values.ts";
import { liveExpression } from "./condition-expression.ts";
import type { Call } from "./connection.ts";
import { Expression } from "./expression.ts";
import type { Target } from "./write-request.ts";

/** Items to ask for when a page comes back short because of expired items. */
const fewestAgain = 100;

const comparisons = { equals: "=", atLeast: ">=", atMost: "<=", lessThan: "<", greaterThan: ">" } as const;

/**
 * At most `limit + 1` live items of a query: one more than the page tells that another follows. Goes on where DynamoDB ends
 * its own pages (1 MB, or `Limit` items of which some had expired).
 */
export async function runQuery<Item extends object>(
  call: Call,
  target: Target<Item>,
  plan: QueryPlan,
  options: { consistent: boolean; now: number },
): Promise<AttributeMap[]> {
  const input = queryInput(target, plan, options);
  const items: AttributeMap[] = [];
  let start = plan.after && startKey(plan, plan.after);
  let fewest = 1;
  do {
    const Limit = Math.max(plan.limit + 1 - items.length, fewest);
    const page = await call.send(() => new QueryCommand({ ...input, Limit, ExclusiveStartKey: start }));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
    fewest = fewestAgain;
  } while (start !== undefined && items.length <= plan.limit);
  return items.slice(0, plan.limit + 1);
}

function queryInput<Item extends object>(
  { definition, tableName }: Target<Item>,
  plan: QueryPlan,
  { consistent, now }: { consistent: boolean; now: number },
): QueryCommandInput {
  const expression = new Expression();
  const { attribute, value } = plan.partition;
  const partition = `${expression.name(attribute)} = ${expression.value(value)}`;
  const range = plan.bounds.length > 0 ? [sortExpression(expression, plan.sort!, plan.bounds)] : [];
  const live = liveExpression(expression, definition, now);
  // The next page begins after the last item: its position is read even where it was not selected.
  const attributes = plan.attributes && [...new Set([...plan.attributes, ...plan.position])];
  const projection = attributes?.map((name) => expression.name(name)).join(", ");
  return {
    TableName: tableName,
    ...(plan.index !== undefined && { IndexName: plan.index }),
    KeyConditionExpression: [partition, ...range].join(" AND "),
    ...(live !== undefined && { FilterExpression: live }),
    ...(projection !== undefined && { ProjectionExpression: projection }),
    ScanIndexForward: !plan.descending,
    ConsistentRead: consistent,
    ...expression.attributes(),
  };
}

function sortExpression(expression: Expression, sort: string, bounds: readonly SortBound[]): string {
  const name = expression.name(sort);
  const [first, second] = [...bounds].sort((a, b) => (a.operator < b.operator ? -1 : 1));
  // KeyConditionExpression knows one condition on the sort attribute: two bounds are a BETWEEN.
  if (second) return `${name} BETWEEN ${expression.value(first!.value)} AND ${expression.value(second.value)}`;
  const { operator, value } = first!;
  if (operator === "beginsWith") return `begins_with(${name}, ${expression.value(value)})`;
  return `${name} ${comparisons[operator]} ${expression.value(value)}`;
}

function startKey({ partition, position }: QueryPlan, after: readonly (string | number)[]): AttributeMap {
  const entries = position.map((attribute, index) => [attribute, toAttribute(after[index])]);
  return { [partition.attribute]: toAttribute(partition.value), ...Object.fromEntries(entries) };
}
