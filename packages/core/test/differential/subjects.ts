import { MemoryTableStore, type TableStore } from "@artguard/core";
import { dynamodb } from "@artguard/core/dynamodb";
import { sqlite } from "@artguard/core/sqlite";
import type { DynamoDBLocal } from "@artguard/development-servers/dynamodb-local";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createLocalTable, cursorKey } from "../dynamodb/local-tables.ts";
import type { LossyNetwork } from "./lossy-network.ts";
import { nameTable, type Tables, thingTable } from "./operations.ts";

/** A store under comparison. */
export interface Subject {
  readonly name: string;
  tables: Tables;
  /** Closes the store and opens it again on the same data; a store in memory stays. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A subject whose store `open` opens. */
async function subject(name: string, open: () => Promise<TableStore>, restartable = true): Promise<Subject> {
  const opened = async (listings: Tables["listings"]): Promise<Tables> => {
    const store = await open();
    return { store, things: await store.open(thingTable), names: await store.open(nameTable), listings };
  };
  const self: Subject = {
    name,
    tables: await opened(new Map()),
    async restart() {
      if (!restartable) return;
      await self.close();
      self.tables = await opened(self.tables.listings);
    },
    close: async () => self.tables.store[Symbol.asyncDispose](),
  };
  return self;
}

/** A store in memory, which `alter` may make wrong. */
export function memorySubject(
  now: () => number,
  alter: (store: TableStore) => TableStore = (store) => store,
): Promise<Subject> {
  return subject("memory", async () => alter(new MemoryTableStore({ now, cursorKey })), false);
}

/** A store in a file of SQLite. */
export function sqliteSubject(path: string, now: () => number): Promise<Subject> {
  return subject("sqlite", () => sqlite({ path, now, cursorKey }));
}

/** A store in DynamoDB Local behind a network that can lose requests. */
export async function dynamodbSubject(
  local: DynamoDBLocal,
  network: LossyNetwork,
  now: () => number,
): Promise<Subject> {
  const clientOf = () => new DynamoDBClient(local.clientConfig("differential"));
  const admin = clientOf();
  for (const definition of [thingTable, nameTable]) await createLocalTable<never>(admin, definition as never);
  admin.destroy();
  return subject("dynamodb", async () => {
    const client = clientOf();
    network.attach(client);
    return dynamodb({ client, cursorKey, now, timeoutMs: 60_000 });
  });
}
