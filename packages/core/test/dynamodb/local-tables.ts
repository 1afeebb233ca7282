import type { Table, TableDefinition } from "@artguard/core";
import { createTableInput, DynamoDBTableStore, type DynamoDBTableStoreOptions } from "@artguard/core/dynamodb";
import type { DynamoDBLocal } from "@artguard/development-servers/dynamodb-local";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** 32 bytes that seal cursors in tests. */
export const cursorKey = new Uint8Array(32).fill(7);

/**
 * Creates a table in DynamoDB Local. Its time to live stays off: the tests have clocks of their own, and DynamoDB Local
 * would delete by the real one.
 */
export async function createLocalTable<Item extends object>(
  client: DynamoDBClient,
  definition: TableDefinition<Item>,
  tableName = definition.name,
): Promise<void> {
  await client.send(new CreateTableCommand(createTableInput(definition, { tableName }).createTable));
}

let databases = 0;

/** A store in a new database of DynamoDB Local, whose tables are created when they are opened. */
export class LocalTableStore extends DynamoDBTableStore {
  readonly #client: DynamoDBClient;
  readonly #created = new Set<string>();

  static in(local: DynamoDBLocal, options: Partial<DynamoDBTableStoreOptions> = {}): LocalTableStore {
    return new LocalTableStore(new DynamoDBClient(local.clientConfig(`database${++databases}`)), options);
  }

  private constructor(client: DynamoDBClient, options: Partial<DynamoDBTableStoreOptions>) {
    super({ client, cursorKey, timeoutMs: 60_000, ...options });
    this.#client = client;
  }

  override async open<Item extends object>(definition: TableDefinition<Item>): Promise<Table<Item>> {
    if (!this.#created.has(definition.name)) await createLocalTable(this.#client, definition);
    this.#created.add(definition.name);
    return super.open(definition);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }
}
