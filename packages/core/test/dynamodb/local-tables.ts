import type { DynamoDBLocal } from "@artguard/development-servers/dynamodb-local";
import type { TableDefinition } from "@artguard/core";
import { createTableInput, DynamoDBTableStore, type DynamoDBTableStoreOptions } from "@artguard/core/dynamodb";
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

let stores = 0;

/** A store whose tables are created in a database of their own the moment they are opened. */
export class LocalTableStore extends DynamoDBTableStore {
  readonly #client: DynamoDBClient;
  readonly #created = new Set<string>();

  static start(local: DynamoDBLocal, options: Partial<DynamoDBTableStoreOptions> = {}): LocalTableStore {
    return new LocalTableStore(new DynamoDBClient(local.clientConfig(`store${++stores}`)), options);
  }

  private constructor(client: DynamoDBClient, options: Partial<DynamoDBTableStoreOptions>) {
    super({ client, cursorKey, timeoutMs: 60_000, ...options });
    this.#client = client;
  }
}
