import { randomBytes } from "node:crypto";
import { loadConfiguration } from "@artguard/core";
import { dynamodb } from "@artguard/core/dynamodb";
import { s3 } from "@artguard/core/s3";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";

const configuration = loadConfiguration();
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

/** The tables of this environment, with their names as `createArtGuard` and `openPrivacy` take them. */
export function tables() {
  const { analysesTable: analysisTable, usersTable: userTable } = configuration;
  const client = new DynamoDBClient({
    region,
    ...(dynamodbEndpoint !== undefined && { endpoint: dynamodbEndpoint }),
  });
  return {
    // No cursor leaves these functions: a key of the process is enough, and they need no secret.
    tables: dynamodb({ client, cursorKey: randomBytes(32) }),
    analysisTable,
    userTable,
  };
}
