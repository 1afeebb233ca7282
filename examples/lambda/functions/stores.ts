import { analysisTableName, loadConfiguration, userTableName } from "@artguard/core";
import { dynamodb } from "@artguard/core/dynamodb";
import { s3 } from "@artguard/core/s3";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";

/** Of this environment (docs/configuration.md). */
export const configuration = loadConfiguration();
const { region, dynamodbEndpoint, s3Endpoint } = configuration;

/** The buckets of this environment (docs/configuration.md). */
export function buckets() {
  const client = new S3Client({
    region,
    ...(s3Endpoint !== undefined && { endpoint: s3Endpoint, forcePathStyle: true }),
  });
  return {
    raw: s3({ client, bucket: configuration.rawBucket }),
    processed: s3({ client, bucket: configuration.processedBucket }),
  };
}

const clientConfig = { region, ...(dynamodbEndpoint !== undefined && { endpoint: dynamodbEndpoint }) };

/** All tables of this environment, under the default names that `openGovernance` opens them with. */
export function governedTables(cursorKey: Uint8Array) {
  const { environment, analysesTable, usersTable } = configuration;
  const names: Readonly<Record<string, string>> = {
    [analysisTableName("dev")]: analysesTable,
    [userTableName("dev")]: usersTable,
  };
  const tableName = (name: string) => names[name] ?? name.replace(/dev$/, environment);
  return dynamodb({ client: new DynamoDBClient(clientConfig), cursorKey, tableName });
}
