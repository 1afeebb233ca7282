import type { TableDescription, TimeToLiveDescription } from "@aws-sdk/client-dynamodb";
import type { TableDefinition } from "../storage/table.ts";
import { createTableInput } from "./create-table-input.ts";

/** One way in which a table is not what its definition asks for. */
export interface TableDifference {
  /** What differs, e.g. `index user-index`. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly fix: string;
}

/** What DescribeTable and DescribeTimeToLive say about a table. */
export interface StoredTable {
  readonly table: TableDescription;
  readonly timeToLive?: TimeToLiveDescription | undefined;
}

/** The parts of a table or index that a definition decides. */
interface Shape {
  readonly KeySchema?: TableDescription["KeySchema"];
  readonly Projection?: { ProjectionType?: string | undefined; NonKeyAttributes?: string[] | undefined } | undefined;
}

/**
 * How a table differs from its definition; empty when it fits. Indexes that the definition does not know are no difference.
 *
 * @example
 * import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
 *
 * const { Table } = await new DynamoDBClient().send(new DescribeTableCommand({ TableName: "artguard-users-prod" }));
 * if (Table) console.log(describeDifferences(defineUserTable(), { table: Table }));
 */
export function describeDifferences<Item extends object>(
  definition: TableDefinition<Item>,
  { table, timeToLive }: StoredTable,
): TableDifference[] {
  const { createTable, updateTimeToLive } = createTableInput(definition, { tableName: table.TableName ?? "" });
  const types = (attributes = table.AttributeDefinitions) =>
    new Map(attributes?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]));
  const [wantedTypes, storedTypes] = [types(createTable.AttributeDefinitions), types()];
  const storedIndexes = new Map(table.GlobalSecondaryIndexes?.map((index) => [index.IndexName, index]));
  const attribute = updateTimeToLive?.TimeToLiveSpecification?.AttributeName;
  const enabled = ["ENABLED", "ENABLING"].includes(timeToLive?.TimeToLiveStatus ?? "");
  return [
    difference(
      "key",
      shapeOf(createTable, wantedTypes),
      shapeOf(table, storedTypes),
      "A table's key cannot change: create another table and copy the items.",
    ),
    ...(createTable.GlobalSecondaryIndexes ?? []).map((index) =>
      difference(
        `index ${index.IndexName}`,
        shapeOf(index, wantedTypes),
        shapeOf(storedIndexes.get(index.IndexName), storedTypes),
        "Create the index under this name; one of another shape has to be deleted first.",
      ),
    ),
    difference(
      "ttl attribute",
      attribute ?? "none",
      enabled ? (timeToLive?.AttributeName ?? "none") : "none",
      "Set the table's time to live to the expected attribute.",
    ),
  ].filter(({ expected, found }) => expected !== found);
}

function difference(what: string, expected: string, found: string, fix: string): TableDifference {
  return { what, expected, found, fix };
}

/** E.g. `owner (S), created_at (N) + expires_at`. */
function shapeOf(shape: Shape | undefined, types: ReadonlyMap<string | undefined, string | undefined>): string {
  if (shape === undefined) return "none";
  const key = shape.KeySchema?.map(({ AttributeName }) => `${AttributeName} (${types.get(AttributeName)})`).join(", ");
  if (shape.Projection === undefined) return key ?? "none";
  const { ProjectionType, NonKeyAttributes = [] } = shape.Projection;
  const projected = ProjectionType === "INCLUDE" ? [...NonKeyAttributes].sort().join(", ") : ProjectionType;
  return `${key} + ${projected}`;
}
