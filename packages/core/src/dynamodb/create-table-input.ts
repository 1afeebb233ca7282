import type {
  CreateTableCommandInput,
  GlobalSecondaryIndex,
  KeySchemaElement,
  Projection,
  UpdateContinuousBackupsCommandInput,
  UpdateTimeToLiveCommandInput,
} from "@aws-sdk/client-dynamodb";
import { projectionOf } from "../storage/query-plan.ts";
import type { IndexDefinition, KeyDefinition, TableDefinition } from "../storage/table.ts";
import { keyTypesOf } from "../storage/table-shape.ts";

/** The requests that make a table, in this order, each after the table is ACTIVE. */
export interface TableRequests {
  readonly createTable: CreateTableCommandInput;
  /** Only for a table with a ttl. */
  readonly updateTimeToLive?: UpdateTimeToLiveCommandInput;
  readonly updateContinuousBackups: UpdateContinuousBackupsCommandInput;
}

/**
 * What a table must be in DynamoDB, as the inputs of CreateTable, UpdateTimeToLive and UpdateContinuousBackups: pay per
 * request, encrypted (always), protected from deletion, with point-in-time recovery. The ttl attribute is projected into
 * every index, because reads through an index must tell expired items apart.
 *
 * @throws ArtGuardError `storage.invalid-key` when a key attribute is neither always a string nor always a number.
 * @example
 * const { createTable } = createTableInput(defineUserTable(), { tableName: "artguard-users-prod" });
 */
export function createTableInput<Item extends object>(
  definition: TableDefinition<Item>,
  { tableName }: { readonly tableName: string },
): TableRequests {
  const { key, indexes, ttl } = definition;
  const attributes = [...keyTypesOf(definition)];
  const secondary = Object.entries(indexes).map(([name, index]) => secondaryIndex(definition, name, index));
  const createTable: CreateTableCommandInput = {
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST",
    DeletionProtectionEnabled: true,
    KeySchema: keySchema(key),
    AttributeDefinitions: attributes.map(([name, type]) => ({
      AttributeName: name,
      AttributeType: type === "string" ? "S" : "N",
    })),
    ...(secondary.length > 0 && { GlobalSecondaryIndexes: secondary }),
  };
  return {
    createTable,
    ...(ttl !== undefined && {
      updateTimeToLive: { TableName: tableName, TimeToLiveSpecification: { AttributeName: ttl, Enabled: true } },
    }),
    updateContinuousBackups: {
      TableName: tableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
  };
}

function secondaryIndex<Item extends object>(
  definition: TableDefinition<Item>,
  name: string,
  index: IndexDefinition<Item>,
): GlobalSecondaryIndex {
  return { IndexName: name, KeySchema: keySchema(index), Projection: projection(definition, index) };
}

function keySchema<Item>({ partition, sort }: KeyDefinition<Item>): KeySchemaElement[] {
  const hash: KeySchemaElement = { AttributeName: partition, KeyType: "HASH" };
  return sort === undefined ? [hash] : [hash, { AttributeName: sort, KeyType: "RANGE" }];
}

function projection<Item extends object>(definition: TableDefinition<Item>, index: IndexDefinition<Item>): Projection {
  const projected = projectionOf(definition, index);
  if (projected === undefined) return { ProjectionType: "ALL" };
  const keys: readonly unknown[] = [index.partition, index.sort, definition.key.partition, definition.key.sort];
  const included = projected.filter((attribute) => !keys.includes(attribute));
  return included.length === 0
    ? { ProjectionType: "KEYS_ONLY" }
    : { ProjectionType: "INCLUDE", NonKeyAttributes: included };
}
