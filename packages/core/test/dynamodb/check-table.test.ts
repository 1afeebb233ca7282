import { defineAnalysisTable, type StoreCheck } from "@artguard/core";
import { checkDynamoDBTable, createTableInput } from "@artguard/core/dynamodb";
import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { CreateTableCommand, DynamoDBClient, ScanCommand, UpdateTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScriptedDynamoDB } from "./scripted-dynamodb.ts";

describe.skipIf(!canRunDynamoDBLocal())("checkDynamoDBTable on DynamoDB Local", () => {
  const definition = defineAnalysisTable();
  let local: DynamoDBLocal;
  let client: DynamoDBClient;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
    client = new DynamoDBClient(local.clientConfig("checks"));
  });
  afterAll(() => local[Symbol.asyncDispose]());

  const byWhat = (checks: readonly StoreCheck[]) =>
    Object.fromEntries(checks.map(({ what, status }) => [what, status]));

  it("finds the shape, the time to live and the permissions as they should be, and writes nothing", async () => {
    const { createTable, updateTimeToLive } = createTableInput(definition, { tableName: "good" });
    await client.send(new CreateTableCommand(createTable));
    await client.send(new UpdateTimeToLiveCommand(updateTimeToLive!));
    const checks = byWhat(await checkDynamoDBTable(definition, { client, tableName: "good" }));
    expect(checks).toMatchObject({
      exists: "ok",
      shape: "ok",
      "permission to read items": "ok",
      "permission to query the indexes": "ok",
      "permission to write items": "ok",
      "permission to change items": "ok",
      "permission to delete items": "ok",
    });
    expect((await client.send(new ScanCommand({ TableName: "good" }))).Count).toBe(0);
  });

  it("names a missing index and a time to live that is off, with how to mend them", async () => {
    const { createTable } = createTableInput(definition, { tableName: "bad" });
    const GlobalSecondaryIndexes = createTable.GlobalSecondaryIndexes!.filter(
      ({ IndexName }) => IndexName !== "user-index",
    );
    const used = new Set(
      [...GlobalSecondaryIndexes, createTable].flatMap(({ KeySchema }) =>
        KeySchema!.map(({ AttributeName }) => AttributeName),
      ),
    );
    const AttributeDefinitions = createTable.AttributeDefinitions!.filter(({ AttributeName }) =>
      used.has(AttributeName),
    );
    await client.send(new CreateTableCommand({ ...createTable, GlobalSecondaryIndexes, AttributeDefinitions }));
    const checks = await checkDynamoDBTable(definition, { client, tableName: "bad" });
    const problems = checks.filter(({ status, what }) => status === "problem" && !what.startsWith("point"));
    expect(problems.map(({ what }) => what)).toEqual(["index user-index", "ttl attribute"]);
    expect(problems.every(({ fix }) => fix !== undefined && fix.length > 0)).toBe(true);
  });

  it("calls a refused operation a problem, and what it may not look at unknown, each with how to mend it", async () => {
    await using server = await startScriptedDynamoDB({ error: "AccessDeniedException", status: 400 });
    const refused = new DynamoDBClient(server.clientConfig);
    const checks = await checkDynamoDBTable(definition, { client: refused, tableName: "good" });
    expect(byWhat(checks)).toEqual({
      exists: "unknown",
      shape: "unknown",
      "point-in-time recovery": "unknown",
      "permission to read items": "problem",
      "permission to query the indexes": "problem",
      "permission to write items": "problem",
      "permission to change items": "problem",
      "permission to delete items": "problem",
    });
    expect(checks.every(({ fix }) => fix !== undefined && fix.length > 0)).toBe(true);
  });

  it("says that a table does not exist, and stops there", async () => {
    const checks = await checkDynamoDBTable(definition, { client, tableName: "none" });
    expect(byWhat(checks)).toEqual({ exists: "problem" });
  });
});
