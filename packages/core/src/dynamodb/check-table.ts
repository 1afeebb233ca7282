import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  DeleteItemCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { isArtGuardError } from "../errors/artguard-error.ts";
import { checkStore, type StoreCheck } from "../storage/store-check.ts";
import type { TableDefinition } from "../storage/table.ts";
import { keyTypesOf } from "../storage/table-shape.ts";
import { type Call, Connection } from "./connection.ts";
import { describeDifferences } from "./table-differences.ts";

const callOptions = { timeoutMs: 20_000, maxAttempts: 3 };

/**
 * Compares a table with its definition (key, indexes, projections, time to live), and looks whether it can be restored to
 * a point in time and whether items may be read, written and deleted. Changes nothing: the writes it tries are under a
 * condition that cannot hold. `tableName` is by default the definition's name.
 *
 * @example
 * import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
 *
 * const client = new DynamoDBClient();
 * for (const { what, status } of await checkDynamoDBTable(defineUserTable(), { client })) console.log(what, status);
 */
export async function checkDynamoDBTable<Item extends object>(
  definition: TableDefinition<Item>,
  { client, tableName = definition.name }: { readonly client: DynamoDBClient; readonly tableName?: string },
): Promise<StoreCheck[]> {
  const subject = `table ${tableName}`;
  return await new Connection(client, callOptions).call(tableName, undefined, async (call) => {
    const existence = await checkStore(subject, "exists", () => stateOf(call, tableName));
    if (existence.status === "problem") return [existence];
    return [
      existence,
      ...(await shapeChecks(definition, call, tableName)),
      await checkStore(subject, "point-in-time recovery", () => recoveryOf(call, tableName)),
      ...(await permissionChecks(definition, call, tableName)),
    ];
  });
}

async function stateOf(call: Call, TableName: string): Promise<string> {
  const { Table } = await call.send(() => new DescribeTableCommand({ TableName }));
  return `${Table?.TableStatus}, ${Table?.ItemCount ?? 0} items by DynamoDB's last count`;
}

async function shapeChecks<Item extends object>(
  definition: TableDefinition<Item>,
  call: Call,
  TableName: string,
): Promise<StoreCheck[]> {
  const subject = `table ${TableName}`;
  const found: StoreCheck[] = [];
  const whole = await checkStore(subject, "shape", async () => {
    const { Table: table } = await call.send(() => new DescribeTableCommand({ TableName }));
    const { TimeToLiveDescription: timeToLive } = await call.send(() => new DescribeTimeToLiveCommand({ TableName }));
    for (const { what, expected, found: is, fix } of describeDifferences(definition, {
      table: table ?? {},
      timeToLive,
    }))
      found.push({ subject, what, status: "problem", message: `is ${is}, should be ${expected}`, fix });
    return "key, indexes, projections and time to live are those of the definition";
  });
  return found.length > 0 ? found : [whole];
}

async function recoveryOf(call: Call, TableName: string) {
  const { ContinuousBackupsDescription: backups } = await call.send(
    () => new DescribeContinuousBackupsCommand({ TableName }),
  );
  if (backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === "ENABLED") return "on";
  return { message: "off: what is deleted or overwritten by mistake is lost", fix: "Enable point-in-time recovery." };
}

async function permissionChecks<Item extends object>(
  definition: TableDefinition<Item>,
  call: Call,
  TableName: string,
): Promise<StoreCheck[]> {
  const subject = `table ${TableName}`;
  const Key = absentKey(definition);
  const impossible = {
    TableName,
    ConditionExpression: "attribute_exists(#key)",
    ExpressionAttributeNames: { "#key": definition.key.partition },
  };
  const may = (what: string, attempt: () => Promise<unknown>) => permission(subject, what, attempt);
  return [
    await may("read items", () => call.send(() => new GetItemCommand({ TableName, Key }))),
    await may("query the indexes", () => queryIndexes(definition, call, TableName)),
    await may("write items", () => call.send(() => new PutItemCommand({ ...impossible, Item: Key }))),
    await may("change items", () => call.send(() => new UpdateItemCommand({ ...impossible, Key }))),
    await may("delete items", () => call.send(() => new DeleteItemCommand({ ...impossible, Key }))),
  ];
}

/** Refusal is what this check looks for: a problem, not an unknown. */
async function permission(subject: string, what: string, attempt: () => Promise<unknown>): Promise<StoreCheck> {
  const checked = await checkStore(subject, `permission to ${what}`, async () => {
    try {
      await attempt();
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
    }
    return "granted";
  });
  return checked.status === "unknown" ? { ...checked, status: "problem" } : checked;
}

/** A policy that names the table without its indexes (`index/*`) refuses this. */
async function queryIndexes<Item extends object>(definition: TableDefinition<Item>, call: Call, TableName: string) {
  for (const [IndexName, { partition }] of Object.entries(definition.indexes)) {
    const query = {
      TableName,
      IndexName,
      Limit: 1,
      KeyConditionExpression: "#key = :value",
      ExpressionAttributeNames: { "#key": partition },
      ExpressionAttributeValues: { ":value": absentValue(definition, partition) },
    };
    try {
      await call.send(() => new QueryCommand(query));
    } catch (error) {
      // A missing index is the check of the shape's to name.
      if (!isArtGuardError(error, "storage.table-mismatch")) throw error;
    }
  }
}

/** The key of an item that does not exist. */
function absentKey<Item extends object>(definition: TableDefinition<Item>): Record<string, AttributeValue> {
  const { partition, sort } = definition.key;
  return {
    [partition]: absentValue(definition, partition),
    ...(sort !== undefined && { [sort]: absentValue(definition, sort) }),
  };
}

function absentValue<Item extends object>(definition: TableDefinition<Item>, attribute: string): AttributeValue {
  const type = keyTypesOf(definition).get(attribute);
  return type === "number" ? { N: "1" } : { S: `artguard-doctor-${randomUUID()}` };
}
