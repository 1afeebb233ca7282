import type { QueryPlan, SortBound } from "../storage/query-plan.ts";
import type { KeyValue } from "../storage/table.ts";
import { list, liveness, quoted, selection, type TableLayout } from "./table-layout.ts";

/** A statement and its parameters. */
export interface BoundSql {
  readonly sql: string;
  readonly parameters: readonly KeyValue[];
}

const comparisons = { equals: "=", atLeast: ">=", atMost: "<=", lessThan: "<", greaterThan: ">" } as const;

/**
 * The statement of a query, which reads one item more than a page has. Its text depends on the query's shape alone, so that it
 * is prepared once.
 *
 * @param nowSeconds The clock, for expiry.
 */
export function querySql(table: string, layout: TableLayout, plan: QueryPlan, nowSeconds: number): BoundSql {
  const bounds = plan.bounds.flatMap((bound) => boundSql(plan.sort!, bound));
  const present = plan.sort === undefined ? [] : [`${quoted(plan.sort)} IS NOT NULL`];
  const conditions = [
    `${quoted(plan.partition.attribute)} = ?`,
    ...present,
    ...bounds.map(({ sql }) => sql),
    ...(plan.after ? [afterSql(plan)] : []),
    liveness(layout),
  ];
  const order = plan.position.map((attribute) => `${quoted(attribute)} ${plan.descending ? "DESC" : "ASC"}`);
  return {
    sql: [
      `${selection(table, plan.index)} WHERE ${conditions.join(" AND ")}`,
      ...(order.length > 0 ? [`ORDER BY ${order.join(", ")}`] : []),
      "LIMIT ?",
    ].join(" "),
    parameters: [
      plan.partition.value,
      ...bounds.flatMap(({ parameters }) => parameters),
      ...(plan.after ?? []),
      nowSeconds,
      plan.limit + 1,
    ],
  };
}

function afterSql({ position, descending }: QueryPlan): string {
  return `(${list(position)}) ${descending ? "<" : ">"} (${position.map(() => "?").join(", ")})`;
}

function boundSql(sort: string, { operator, value }: SortBound): BoundSql[] {
  const column = quoted(sort);
  if (operator !== "beginsWith") return [{ sql: `${column} ${comparisons[operator]} ?`, parameters: [value] }];
  const end = endOfPrefix(String(value));
  return [
    { sql: `${column} >= ?`, parameters: [value] },
    ...(end === undefined ? [] : [{ sql: `${column} < ?`, parameters: [end] }]),
  ];
}

/** The least string, by UTF-8 bytes, greater than all that begin with this one; undefined when there is none. */
function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
