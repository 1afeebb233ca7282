import { defineTable } from "@artguard/core";
import { createTableInput, describeDifferences, type StoredTable } from "@artguard/core/dynamodb";
import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

const schema = z.object({
  id: z.string(),
  at: z.number(),
  owner: z.string().optional(),
  state: z.enum(["open", "done"]),
  note: z.string(),
  expires: z.number().optional(),
});
const definition = defineTable<z.infer<typeof schema>>({
  name: "things",
  key: { partition: "id", sort: "at" },
  indexes: {
    "owner-index": { partition: "owner", sort: "at" },
    "state-index": { partition: "state", projection: ["note"] },
    "note-index": { partition: "note", sort: "expires", projection: "keys" },
  },
  ttl: "expires",
  schema,
});

describe("createTableInput", () => {
  const input = createTableInput(definition, { tableName: "things-dev" });

  it("takes key, attribute types and indexes from the definition, and the ttl attribute into every index", () => {
    expect(input.createTable).toMatchObject({
      TableName: "things-dev",
      KeySchema: [
        { AttributeName: "id", KeyType: "HASH" },
        { AttributeName: "at", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        { IndexName: "owner-index", Projection: { ProjectionType: "ALL" } },
        {
          IndexName: "state-index",
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["expires", "note"] },
        },
        { IndexName: "note-index", Projection: { ProjectionType: "KEYS_ONLY" } },
      ],
    });
    const types = input.createTable.AttributeDefinitions?.map((one) => `${one.AttributeName} ${one.AttributeType}`);
    expect(types?.sort()).toEqual(["at N", "expires N", "id S", "note S", "owner S", "state S"]);
  });

  it("asks for point-in-time recovery, protection from deletion and expiry", () => {
    expect(input.createTable).toMatchObject({ BillingMode: "PAY_PER_REQUEST", DeletionProtectionEnabled: true });
    expect(input.updateContinuousBackups.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled).toBe(true);
    expect(input.updateTimeToLive?.TimeToLiveSpecification).toEqual({ AttributeName: "expires", Enabled: true });
  });

  it("has neither expiry nor indexes for a table without", () => {
    const { ttl: _, ...rest } = definition;
    const plain = createTableInput({ ...rest, indexes: {} }, { tableName: "plain" });
    expect(plain.updateTimeToLive).toBeUndefined();
    expect(plain.createTable.GlobalSecondaryIndexes).toBeUndefined();
    expect(plain.createTable.AttributeDefinitions).toHaveLength(2);
  });
});

describe.skipIf(!canRunDynamoDBLocal())("describeDifferences", () => {
  let local: DynamoDBLocal;
  let client: DynamoDBClient;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
    client = new DynamoDBClient(local.clientConfig());
  });
  afterAll(async () => {
    client.destroy();
    await local[Symbol.asyncDispose]();
  });

  async function stored(TableName: string): Promise<StoredTable> {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    return { table: Table!, timeToLive: TimeToLiveDescription };
  }

  it("finds none in tables made from their definition", async () => {
    const { ttl: _, ...rest } = definition;
    for (const of of [definition, { ...rest, name: "lasting", indexes: {} }]) {
      const input = createTableInput(of, { tableName: of.name });
      await client.send(new CreateTableCommand(input.createTable));
      if (input.updateTimeToLive) await client.send(new UpdateTimeToLiveCommand(input.updateTimeToLive));
      expect(describeDifferences(of, await stored(of.name))).toEqual([]);
    }
  });

  it("names a wrong key, missing and wrong indexes and a missing ttl, each with a fix", async () => {
    const { ttl: _, ...rest } = definition;
    const wrong = defineTable({
      ...rest,
      name: "wrong",
      key: { partition: "id" },
      indexes: { "owner-index": { partition: "owner", projection: "keys" }, other: { partition: "note" } },
    });
    await client.send(new CreateTableCommand(createTableInput(wrong, { tableName: "wrong" }).createTable));
    const differences = describeDifferences(definition, await stored("wrong"));
    expect(differences.map(({ what, expected, found }) => [what, expected, found])).toEqual([
      ["key", "id (S), at (N)", "id (S)"],
      ["index owner-index", "owner (S), at (N) + ALL", "owner (S) + KEYS_ONLY"],
      ["index state-index", "state (S) + expires, note", "none"],
      ["index note-index", "note (S), expires (N) + KEYS_ONLY", "none"],
      ["ttl attribute", "expires", "none"],
    ]);
    expect(differences.every(({ fix }) => fix.length > 0)).toBe(true);
  });
});
