import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { CursorSeal } from "../storage/cursor.ts";
import type { Table, TableDefinition } from "../storage/table.ts";
import { keyTypesOf } from "../storage/table-shape.ts";
import type { TableStore, TransactAction, TransactOptions } from "../storage/table-store.ts";
import { prepareActions } from "../storage/transaction.ts";
import { Connection } from "./connection.ts";
import { DynamoDBTable, type DynamoDBTableContext } from "./dynamodb-table.ts";
import { runTransaction } from "./transaction.ts";

const defaultTimeoutMs = 10_000;
const defaultRequestTimeoutMs = 3_000;
const connectionTimeoutMs = 1_000;
const defaultMaxAttempts = 10;

/** Options of {@link dynamodb}. */
export interface DynamoDBTableStoreOptions {
  /** A client of yours; it stays open when the store is disposed. Its own retries are left out of our calls. */
  readonly client?: DynamoDBClient;
  /** Configuration of a client that the store makes; default what the SDK finds in the environment. */
  readonly clientConfig?: DynamoDBClientConfig;
  /** At least 32 bytes, the same in every process, that seal the cursors of queries. */
  readonly cursorKey: Uint8Array;
  /** The name in DynamoDB of the table with the definition's name; default the same. */
  readonly tableName?: (name: string) => string;
  /** Time for one call with all its requests and pauses, in milliseconds; default 10 000. */
  readonly timeoutMs?: number;
  /**
   * Time for one request, in milliseconds; default 3 000. Not applied to a `client` of yours or to a `clientConfig` with a
   * `requestHandler`.
   */
  readonly requestTimeoutMs?: number;
  /** How often one request is sent while the store is busy or out of reach; default 10. */
  readonly maxAttempts?: number;
  /** Clock in epoch milliseconds, for expiry; default `Date.now`. */
  readonly now?: () => number;
}

/**
 * A {@link TableStore} on Amazon DynamoDB. It creates no tables: `createTableInput` says what they must be.
 *
 * @example
 * await using tables = new DynamoDBTableStore({ cursorKey, tableName: (name) => `${name}-prod` });
 */
export class DynamoDBTableStore implements TableStore {
  readonly #client: DynamoDBClient;
  readonly #ownsClient: boolean;
  readonly #tableName: (name: string) => string;
  readonly #context: DynamoDBTableContext;
  readonly #keys = new Map<string, string>();

  constructor(options: DynamoDBTableStoreOptions) {
    this.#client = options.client ?? new DynamoDBClient(clientConfig(options));
    this.#ownsClient = options.client === undefined;
    this.#tableName = options.tableName ?? ((name) => name);
    const { timeoutMs = defaultTimeoutMs, maxAttempts = defaultMaxAttempts, now = Date.now } = options;
    const connection = new Connection(this.#client, { timeoutMs, maxAttempts });
    this.#context = { connection, seal: new CursorSeal(options.cursorKey), now };
  }

  /**
   * Sends nothing: a table that does not exist, or has another key in DynamoDB, is told by the first call
   * (`storage.table-missing`, `storage.table-mismatch`).
   */
  async open<Item extends object>(definition: TableDefinition<Item>): Promise<Table<Item>> {
    keyTypesOf(definition);
    this.#assertSameKey(definition);
    return new DynamoDBTable({ definition, tableName: this.#tableName(definition.name) }, this.#context);
  }

  async transact(actions: readonly TransactAction[], options: TransactOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const { connection, now } = this.#context;
    const prepared = prepareActions(actions, options).map((action) => ({
      ...action,
      tableName: this.#tableName(action.definition.name),
    }));
    const subject = [...new Set(prepared.map(({ tableName }) => tableName))].join(", ");
    await connection.call(subject, options.signal, (call) => runTransaction(call, prepared, { ...options, now }));
  }

  #assertSameKey<Item extends object>({ name, key }: TableDefinition<Item>): void {
    const attributes = JSON.stringify([key.partition, key.sort]);
    if ((this.#keys.get(name) ?? attributes) !== attributes) {
      throw new ArtGuardError("storage.table-mismatch", `${name} was opened with another key`);
    }
    this.#keys.set(name, attributes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ownsClient) this.#client.destroy();
  }
}

/**
 * Tables on Amazon DynamoDB.
 *
 * @example
 * const tables = dynamodb({ cursorKey, tableName: (name) => `${name}-prod` });
 * @throws ArtGuardError `storage.invalid-key` for a cursor key that is too short.
 */
export function dynamodb(options: DynamoDBTableStoreOptions): DynamoDBTableStore {
  return new DynamoDBTableStore(options);
}

function clientConfig({
  clientConfig = {},
  requestTimeoutMs = defaultRequestTimeoutMs,
}: DynamoDBTableStoreOptions): DynamoDBClientConfig {
  const requestHandler = {
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // Without it the SDK only warns.
    throwOnRequestTimeout: true,
  };
  return { requestHandler, ...clientConfig };
}
