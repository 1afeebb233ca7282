import { ArtGuardError } from "../errors/artguard-error.ts";
import type { KeyDefinition, Page, Table, TableDefinition, TableQuery, WriteCondition, WriteOptions } from "./table.ts";

const defaultLimit = 100;
const maximumLimit = 1000;

/** A {@link Table} in this process's memory: the default for a single run, and the fake for tests. */
export class MemoryTable<Item extends object> implements Table<Item> {
  readonly definition: TableDefinition<Item>;
  readonly #items = new Map<string, Item>();
  readonly #now: () => number;

  /** @param options.now Clock in epoch milliseconds, for expiry; default `Date.now`. */
  constructor(definition: TableDefinition<Item>, options: { now?: () => number } = {}) {
    this.definition = definition;
    this.#now = options.now ?? Date.now;
  }

  async get(key: Partial<Item>, options: { signal?: AbortSignal } = {}): Promise<Item | undefined> {
    options.signal?.throwIfAborted();
    return structuredClone(this.#live(this.#keyOf(key)));
  }

  async put(item: Item, options: WriteOptions<Item> = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const parsed = this.definition.schema.safeParse(item);
    if (!parsed.success) {
      throw new ArtGuardError("storage.invalid-item", `${this.definition.name}: ${firstIssue(parsed.error)}`);
    }
    const key = this.#keyOf(parsed.data);
    this.#check(key, options.condition);
    this.#items.set(key, structuredClone(parsed.data));
  }

  async delete(key: Partial<Item>, options: WriteOptions<Item> = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const id = this.#keyOf(key);
    this.#check(id, options.condition);
    this.#items.delete(id);
  }

  async query(query: TableQuery): Promise<Page<Item>> {
    query.signal?.throwIfAborted();
    const limit = query.limit ?? defaultLimit;
    if (!Number.isInteger(limit) || limit < 1 || limit > maximumLimit) {
      throw new ArtGuardError("storage.invalid-key", `limit must be a whole number from 1 to ${maximumLimit}`);
    }
    const matches = this.#matches(query);
    const start = this.#startAfter(matches, query.cursor);
    const items = matches.slice(start, start + limit);
    const more = start + limit < matches.length;
    return { items: structuredClone(items), ...(more && { cursor: this.#keyOf(items.at(-1)!) }) };
  }

  #matches(query: TableQuery): Item[] {
    const { partition, sort } = this.#keyDefinition(query.index);
    const direction = query.order === "newest_first" ? -1 : 1;
    return [...this.#items.keys()]
      .flatMap((key) => this.#live(key) ?? [])
      .filter((item) => item[partition] === query.partition && (sort === undefined || item[sort] !== undefined))
      .sort(
        (a, b) => direction * (compare(sort && a[sort], sort && b[sort]) || compare(this.#keyOf(a), this.#keyOf(b))),
      );
  }

  #startAfter(matches: readonly Item[], cursor: string | undefined): number {
    if (cursor === undefined) return 0;
    const position = matches.findIndex((item) => this.#keyOf(item) === cursor);
    if (position >= 0) return position + 1;
    throw new ArtGuardError("storage.invalid-key", "the cursor does not belong to this query");
  }

  #keyDefinition(index: string | undefined): KeyDefinition<Item> {
    const definition = index === undefined ? this.definition.key : this.definition.indexes[index];
    if (definition) return definition;
    throw new ArtGuardError("storage.invalid-key", `${this.definition.name} has no index "${index}"`);
  }

  #keyOf(item: Partial<Item>): string {
    const { partition, sort } = this.definition.key;
    const parts = [item[partition], ...(sort === undefined ? [] : [item[sort]])];
    if (parts.every((part) => typeof part === "string" || typeof part === "number")) return JSON.stringify(parts);
    throw new ArtGuardError(
      "storage.invalid-key",
      `${this.definition.name} needs ${[partition, sort].filter(Boolean).join(" and ")}`,
    );
  }

  #live(key: string): Item | undefined {
    const item = this.#items.get(key);
    const expiry = item && this.definition.ttl ? item[this.definition.ttl] : undefined;
    return typeof expiry === "number" && expiry * 1000 <= this.#now() ? undefined : item;
  }

  #check(key: string, condition: WriteCondition<Item> | undefined): void {
    if (condition === undefined) return;
    const stored = this.#live(key);
    const holds =
      "absent" in condition ? stored === undefined : stored !== undefined && hasValues(stored, condition.equals);
    if (!holds)
      throw new ArtGuardError(
        "storage.condition-failed",
        `${this.definition.name}: the stored item is in another state`,
      );
  }
}

function hasValues<Item extends object>(item: Item, values: Partial<Item>): boolean {
  return Object.entries(values).every(([name, value]) => item[name as keyof Item] === value);
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  return (a as string | number) < (b as string | number) ? -1 : 1;
}

function firstIssue(error: { issues: { path: PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0]!;
  return `${issue.path.join(".") || "item"}: ${issue.message}`;
}
