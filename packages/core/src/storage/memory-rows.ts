import { asStored } from "./item.ts";
import type { QueryPlan, SortBound } from "./query-plan.ts";
import type { KeyValue, TableDefinition } from "./table.ts";
import { compareKeys } from "./table-key.ts";

type Values = Readonly<Record<string, KeyValue>>;

/** The items of one table in this process's memory. Hands out what it holds, not copies. */
export class MemoryRows<Item extends object> {
  readonly #definition: TableDefinition<Item>;
  readonly #now: () => number;
  readonly #items = new Map<string, Item>();

  constructor(definition: TableDefinition<Item>, now: () => number) {
    this.#definition = definition;
    this.#now = now;
  }

  /** The live item of a key. */
  find(key: readonly KeyValue[]): Item | undefined {
    const item = this.#items.get(JSON.stringify(key));
    return item && this.#hasExpired(item) ? undefined : item;
  }

  /** Keeps an item as JSON would; undefined removes it. */
  save(key: readonly KeyValue[], item: Item | undefined): void {
    if (item === undefined) this.#items.delete(JSON.stringify(key));
    else this.#items.set(JSON.stringify(key), asStored(item));
  }

  /** At most `limit + 1` live items of a query, in its order: one more than the page tells that another follows. */
  select(plan: QueryPlan): Item[] {
    return [...this.#items.values()]
      .filter((item) => !this.#hasExpired(item) && isWithin(item as Values, plan))
      .sort((a, b) => comparePositions(positionOf(a as Values, plan), positionOf(b as Values, plan), plan))
      .slice(0, plan.limit + 1);
  }

  /** Removes at most `limit` expired items and returns how many. */
  removeExpired(limit: number): number {
    const expired = [...this.#items].filter(([, item]) => this.#hasExpired(item)).slice(0, limit);
    for (const [key] of expired) this.#items.delete(key);
    return expired.length;
  }

  #hasExpired(item: Item): boolean {
    const { ttl } = this.#definition;
    const expiry = ttl === undefined ? undefined : (item as Record<string, unknown>)[ttl];
    return typeof expiry === "number" && expiry * 1000 <= this.#now();
  }
}

function isWithin(item: Values, plan: QueryPlan): boolean {
  const { partition, sort, bounds, after } = plan;
  if (item[partition.attribute] !== partition.value) return false;
  if (sort !== undefined && item[sort] === undefined) return false;
  if (!bounds.every((bound) => satisfies(item[sort!]!, bound))) return false;
  return after === undefined || comparePositions(positionOf(item, plan), after, plan) > 0;
}

function satisfies(value: KeyValue, { operator, value: bound }: SortBound): boolean {
  if (operator === "beginsWith") return String(value).startsWith(String(bound));
  const order = compareKeys(value, bound);
  switch (operator) {
    case "equals":
      return order === 0;
    case "atLeast":
      return order >= 0;
    case "atMost":
      return order <= 0;
    case "lessThan":
      return order < 0;
    case "greaterThan":
      return order > 0;
  }
}

function positionOf(item: Values, { position }: QueryPlan): KeyValue[] {
  return position.map((attribute) => item[attribute]!);
}

function comparePositions(a: readonly KeyValue[], b: readonly KeyValue[], { descending }: QueryPlan): number {
  const differing = a.findIndex((value, index) => compareKeys(value, b[index]!) !== 0);
  if (differing < 0) return 0;
  return compareKeys(a[differing]!, b[differing]!) * (descending ? -1 : 1);
}
