import { ArtGuardError } from "../errors/artguard-error.ts";
import type { CursorSeal } from "./cursor.ts";
import type { IndexDefinition, KeyDefinition, KeyValue, SortRange, TableDefinition, TableQuery } from "./table.ts";
import { compareKeys, keyProblem } from "./table-key.ts";
import { type KeyType, keyTypesOf } from "./table-shape.ts";

const defaultLimit = 100;
const largestLimit = 1000;

/** A bound of the sort attribute. */
export interface SortBound {
  readonly operator: "equals" | "beginsWith" | "atLeast" | "atMost" | "lessThan" | "greaterThan";
  readonly value: KeyValue;
}

/** A query after every check that all stores share. */
export interface QueryPlan {
  /** Index name; undefined for the table itself. */
  readonly index: string | undefined;
  readonly partition: { readonly attribute: string; readonly value: KeyValue };
  /** Sort attribute of table or index. */
  readonly sort: string | undefined;
  readonly bounds: readonly SortBound[];
  /** The attributes whose values tell the items of the partition apart: the sort attribute, then the table's key. */
  readonly position: readonly string[];
  readonly descending: boolean;
  readonly limit: number;
  /** Attributes to return; undefined for all. */
  readonly attributes: readonly string[] | undefined;
  /** Values of `position` after which the page begins. */
  readonly after: readonly KeyValue[] | undefined;
  /** What cursors of this query are bound to. */
  readonly binding: string;
}

/**
 * Checks a query and resolves its defaults.
 *
 * @throws ArtGuardError `storage.invalid-query`, `storage.invalid-key`, `storage.invalid-cursor`
 */
export function planQuery<Item extends object>(
  definition: TableDefinition<Item>,
  query: TableQuery<Item>,
  seal: CursorSeal,
): QueryPlan {
  const { index, limit = defaultLimit, cursor } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > largestLimit) {
    throw invalid(definition, `limit must be a whole number from 1 to ${largestLimit}`);
  }
  if (index !== undefined && query.consistent) {
    throw new ArtGuardError("storage.invalid-key", `${definition.name}: an index cannot be read consistently`);
  }
  const key = keyDefinition(definition, index);
  const binding = bindingOf(definition, query);
  return {
    index,
    partition: partitionOf(definition, key, query.partition),
    sort: key.sort,
    bounds: boundsOf(definition, key, query.sort),
    position: positionOf(definition, key),
    descending: query.order === "newest_first",
    limit,
    attributes: attributesOf(definition, key, query),
    after: cursor === undefined ? undefined : seal.open(cursor, binding),
    binding,
  };
}

/** The cursor of a page that ended with `last`. */
export function cursorAfter(plan: QueryPlan, last: object, seal: CursorSeal): string {
  const position = plan.position.map((attribute) => (last as Record<string, KeyValue>)[attribute]!);
  return seal.seal(position, plan.binding);
}

/** What an index projects: its key, the table's key, the ttl attribute and what its definition names; undefined for everything. */
export function projectionOf<Item extends object>(
  definition: TableDefinition<Item>,
  index: IndexDefinition<Item>,
): readonly string[] | undefined {
  const projection = index.projection ?? "all";
  if (projection === "all") return undefined;
  const { key, ttl } = definition;
  const named = projection === "keys" ? [] : projection;
  const all = [index.partition, index.sort, key.partition, key.sort, ttl, ...named];
  return [...new Set(all.filter((attribute) => attribute !== undefined))];
}

/** An item reduced to some of its attributes. */
export function pick(item: object, attributes: readonly string[]): object {
  const source = item as Record<string, unknown>;
  return Object.fromEntries(
    attributes.filter((name) => source[name] !== undefined).map((name) => [name, source[name]]),
  );
}

function keyDefinition<Item extends object>(
  definition: TableDefinition<Item>,
  index: string | undefined,
): KeyDefinition<Item> {
  const key =
    index === undefined ? definition.key : Object.hasOwn(definition.indexes, index) && definition.indexes[index];
  if (key) return key;
  throw invalid(definition, `there is no index "${index}"`);
}

function partitionOf<Item extends object>(
  definition: TableDefinition<Item>,
  { partition: attribute }: KeyDefinition<Item>,
  value: KeyValue,
): QueryPlan["partition"] {
  const problem = keyProblem(value, keyTypesOf(definition).get(attribute)!);
  if (problem) throw invalid(definition, `the partition ${attribute} must be ${problem}`);
  return { attribute, value };
}

function positionOf<Item extends object>({ key }: TableDefinition<Item>, of: KeyDefinition<Item>): string[] {
  const attributes = new Set([of.sort, key.partition, key.sort]);
  return [...attributes].filter((attribute) => attribute !== undefined && attribute !== of.partition) as string[];
}

function boundsOf<Item extends object>(
  definition: TableDefinition<Item>,
  { sort }: KeyDefinition<Item>,
  range: SortRange = {},
): SortBound[] {
  const bounds = Object.entries(range)
    .filter(([, value]) => value !== undefined)
    .map(([operator, value]) => ({ operator, value }) as SortBound);
  if (bounds.length === 0) return [];
  if (sort === undefined) throw invalid(definition, "a range needs a sort attribute");
  assertBounds(definition, bounds, keyTypesOf(definition).get(sort)!);
  return bounds;
}

function assertBounds<Item extends object>(
  definition: TableDefinition<Item>,
  bounds: readonly SortBound[],
  type: KeyType,
): void {
  const operators = bounds.map(({ operator }) => operator).sort();
  const between = operators.join() === "atLeast,atMost";
  if (bounds.length > 1 && !between) throw invalid(definition, `a range cannot have ${operators.join(" and ")}`);
  for (const { operator, value } of bounds) {
    const problem = keyProblem(value, operator === "beginsWith" && type === "string" ? "string" : type);
    const impossible = operator === "beginsWith" && type === "number" ? "a string attribute" : problem;
    if (impossible) throw invalid(definition, `${operator} needs ${impossible}`);
  }
  const [least, most] = ["atLeast", "atMost"].map((name) => bounds.find(({ operator }) => operator === name)?.value);
  if (least !== undefined && most !== undefined && compareKeys(least, most) > 0) {
    throw invalid(definition, "atLeast is greater than atMost");
  }
}

function attributesOf<Item extends object>(
  definition: TableDefinition<Item>,
  key: KeyDefinition<Item>,
  { index, select }: TableQuery<Item>,
): readonly string[] | undefined {
  const projected = index === undefined ? undefined : projectionOf(definition, key);
  if (select === undefined) return projected;
  if (select.length === 0) throw invalid(definition, "select names no attribute");
  const missing = projected && select.find((attribute) => !projected.includes(attribute));
  if (missing) throw invalid(definition, `${index} does not project ${missing}`);
  return select;
}

function bindingOf<Item extends object>({ name }: TableDefinition<Item>, query: TableQuery<Item>): string {
  const { index, partition, sort = {}, order = "oldest_first", scope } = query;
  const range = Object.entries(sort).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, index ?? null, partition, range, order, scope ?? null]);
}

function invalid<Item extends object>({ name }: TableDefinition<Item>, problem: string): ArtGuardError {
  return new ArtGuardError("storage.invalid-query", `${name}: ${problem}`);
}
