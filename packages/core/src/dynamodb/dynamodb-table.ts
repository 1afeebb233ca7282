import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandOutput,
} from "@aws-sdk/client-dynamodb";
import { isArtGuardError } from "../errors/artguard-error.ts";
import { expiredLimit, prepareBatch } from "../storage/batch.ts";
import type { CursorSeal } from "../storage/cursor.ts";
import { cursorAfter, pick, planQuery } from "../storage/query-plan.ts";
import type {
  Attribute,
  BatchWrites,
  Change,
  KeyValue,
  Page,
  Projected,
  ReadOptions,
  Table,
  TableDefinition,
  TableQuery,
  WriteOptions,
} from "../storage/table.ts";
import { keyOf } from "../storage/table-key.ts";
import { type PreparedWrite, prepareWrite, type TableWrite } from "../storage/table-write.ts";
import { fromAttributes, toAttributes } from "./attribute-values.ts";
import { readBatch, writeBatch } from "./batches.ts";
import type { Call, Connection } from "./connection.ts";
import { keyValuesOf, liveItem, removeExpired } from "./expiry.ts";
import { runQuery } from "./query.ts";
import { deleteRequest, keyAttributes, putRequest, type Target, updateRequest } from "./write-request.ts";

/** What the tables of one store share. */
export interface DynamoDBTableContext {
  readonly connection: Connection;
  readonly seal: CursorSeal;
  /** Clock in epoch milliseconds, for expiry. */
  readonly now: () => number;
}

/**
 * A {@link Table} on Amazon DynamoDB. One call is one request, but for: a query that needs several of DynamoDB's pages,
 * batches beyond 100 reads or 25 writes, an update that meets an expired item, and repetitions after a passing failure.
 *
 * @example
 * const users = await dynamodb({ cursorKey }).open(defineUserTable());
 * if (users instanceof DynamoDBTable) console.log(users.tableName);
 */
export class DynamoDBTable<Item extends object> implements Table<Item> {
  readonly definition: TableDefinition<Item>;
  /** Name of the table in DynamoDB. */
  readonly tableName: string;
  readonly #context: DynamoDBTableContext;

  constructor({ definition, tableName }: Target<Item>, context: DynamoDBTableContext) {
    this.definition = definition;
    this.tableName = tableName;
    this.#context = context;
  }

  async get(key: Partial<Item>, { consistent = false, signal }: ReadOptions = {}): Promise<Item | undefined> {
    const Key = keyAttributes(this.definition, keyOf(this.definition, key));
    const input = { TableName: this.tableName, Key, ConsistentRead: consistent };
    const { Item } = await this.#call(signal, (call) => call.send(() => new GetItemCommand(input)));
    return liveItem(this.definition, Item, this.#context.now());
  }

  async put(item: Item, options: WriteOptions<Item> = {}): Promise<void> {
    const write = this.#prepare({ kind: "put", item, ...options });
    const input = putRequest(this, write, this.#context.now());
    await this.#call(options.signal, (call) => call.send(() => new PutItemCommand(input)));
  }

  async update(key: Partial<Item>, change: Change<Item>, options: WriteOptions<Item> = {}): Promise<Item> {
    const write = this.#prepare({ kind: "update", key, change, ...options });
    const { Attributes } = await this.#call(options.signal, (call) => this.#update(call, write));
    return fromAttributes(Attributes ?? {}) as Item;
  }

  async delete(key: Partial<Item>, options: WriteOptions<Item> = {}): Promise<void> {
    const write = this.#prepare({ kind: "delete", key, ...options });
    const input = deleteRequest(this, write, this.#context.now());
    await this.#call(options.signal, (call) => call.send(() => new DeleteItemCommand(input)));
  }

  async query<Selected extends Attribute<Item> = Attribute<Item>>(
    query: TableQuery<Item, Selected>,
  ): Promise<Page<Projected<Item, Selected>>> {
    const { seal, now } = this.#context;
    const plan = planQuery(this.definition, query, seal);
    const options = { consistent: query.consistent ?? false, now: now() };
    const found = await this.#call(query.signal, (call) => runQuery(call, this, plan, options));
    const page = found.slice(0, plan.limit).map(fromAttributes);
    const items = plan.attributes ? page.map((item) => pick(item, plan.attributes!)) : page;
    const more = found.length > page.length && { cursor: cursorAfter(plan, page.at(-1)!, seal) };
    return { items: items as Projected<Item, Selected>[], ...more };
  }

  async batchGet(
    keys: readonly Partial<Item>[],
    { consistent = false, signal }: ReadOptions = {},
  ): Promise<(Item | undefined)[]> {
    const identities = keys.map((key) => keyOf(this.definition, key));
    const wanted = new Map(identities.map((values) => [identityOf(values), keyAttributes(this.definition, values)]));
    const stored = await this.#call(signal, (call) =>
      readBatch(call, this.tableName, [...wanted.values()], { consistent }),
    );
    const live = stored.flatMap((item) => liveItem(this.definition, item, this.#context.now()) ?? []);
    const found = new Map(live.map((item) => [identityOf(keyValuesOf(this.definition, item)), item]));
    return identities.map((values) => structuredClone(found.get(identityOf(values))));
  }

  async batchWrite(writes: BatchWrites<Item>, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const requests = prepareBatch(this.definition, writes).map((write) =>
      write.kind === "put"
        ? { PutRequest: { Item: toAttributes(write.item) } }
        : { DeleteRequest: { Key: keyAttributes(this.definition, write.keyValues) } },
    );
    await this.#call(signal, (call) => writeBatch(call, this.tableName, requests));
  }

  /** 0: DynamoDB deletes expired items by itself. */
  async deleteExpired(options: { readonly limit?: number; readonly signal?: AbortSignal } = {}): Promise<number> {
    options.signal?.throwIfAborted();
    expiredLimit(options.limit);
    return 0;
  }

  async #update(call: Call, write: PreparedWrite<Item> & { kind: "update" }): Promise<UpdateItemCommandOutput> {
    const repeatable = write.change.add === undefined;
    for (;;) {
      const now = this.#context.now();
      const request = { ...updateRequest(this, write, now), ReturnValues: "ALL_NEW" } as const;
      try {
        return await call.send(() => new UpdateItemCommand(request), { repeatable });
      } catch (error) {
        if (!isArtGuardError(error, "storage.condition-failed") || !this.#metExpired(error, now)) throw error;
        await removeExpired(call, this, write.keyValues, now);
      }
    }
  }

  /** Whether a condition failed on an item past its ttl: DynamoDB hands the item back. */
  #metExpired({ cause }: { cause?: unknown }, now: number): boolean {
    const stored = (cause as { Item?: Parameters<typeof fromAttributes>[0] }).Item;
    return stored !== undefined && liveItem(this.definition, stored, now) === undefined;
  }

  #prepare<Write extends TableWrite<Item>>(write: Write & { readonly signal?: AbortSignal }) {
    return prepareWrite(this.definition, write) as PreparedWrite<Item> & { kind: Write["kind"] };
  }

  #call<Result>(signal: AbortSignal | undefined, work: (call: Call) => Promise<Result>): Promise<Result> {
    return this.#context.connection.call(this.tableName, signal, work);
  }
}

function identityOf(keyValues: readonly KeyValue[]): string {
  return JSON.stringify(keyValues);
}
