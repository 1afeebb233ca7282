import type { TableDefinition } from "@artguard/core";
import { createTableInput } from "@artguard/core/dynamodb";
import { RemovalPolicy } from "aws-cdk-lib";
import { CfnTable, type ITable, Table } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";

/**
 * A table exactly as its `defineTable` declaration has it: keys, indexes, projections and the TTL attribute come from
 * there, never from this file. Encrypted with the account's AWS-managed key, with point-in-time recovery.
 */
export function addTable<Item extends object>(scope: Construct, id: string, definition: TableDefinition<Item>): ITable {
  const { createTable } = createTableInput(definition, { tableName: definition.name });
  const table = new CfnTable(scope, id, {
    tableName: definition.name,
    billingMode: "PAY_PER_REQUEST",
    deletionProtectionEnabled: true,
    keySchema: (createTable.KeySchema ?? []).map(keyElement),
    attributeDefinitions: (createTable.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => ({
      attributeName: AttributeName!,
      attributeType: AttributeType!,
    })),
    ...(createTable.GlobalSecondaryIndexes && {
      globalSecondaryIndexes: createTable.GlobalSecondaryIndexes.map((index) => ({
        indexName: index.IndexName!,
        keySchema: (index.KeySchema ?? []).map(keyElement),
        projection: {
          projectionType: index.Projection!.ProjectionType!,
          ...(index.Projection?.NonKeyAttributes && { nonKeyAttributes: index.Projection.NonKeyAttributes }),
        },
      })),
    }),
    ...(definition.ttl !== undefined && { timeToLiveSpecification: { attributeName: definition.ttl, enabled: true } }),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    sseSpecification: { sseEnabled: true },
  });
  table.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return Table.fromTableAttributes(scope, `${id}Reference`, {
    tableArn: table.attrArn,
    globalIndexes: Object.keys(definition.indexes),
  });
}

function keyElement({ AttributeName, KeyType }: { AttributeName?: string | undefined; KeyType?: string | undefined }) {
  return { attributeName: AttributeName!, keyType: KeyType! };
}
