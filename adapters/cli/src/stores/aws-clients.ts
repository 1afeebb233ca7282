import type { Configuration } from "@artguard/core";
import { UsageError } from "../usage-error.ts";

/** Clients of the configured region and endpoints. The SDK is loaded here: who stays on the folder needs none. */
export async function awsClients({ region, dynamodbEndpoint, s3Endpoint }: Configuration) {
  const [{ DynamoDBClient }, { S3Client }] = await loadSdk();
  const dynamodb = new DynamoDBClient({
    region,
    ...(dynamodbEndpoint !== undefined && { endpoint: dynamodbEndpoint }),
  });
  const s3 = new S3Client({
    region,
    // Stores that stand in for S3 have no bucket names as host names.
    ...(s3Endpoint !== undefined && { endpoint: s3Endpoint, forcePathStyle: true }),
  });
  return {
    dynamodb,
    s3,
    close: () => {
      dynamodb.destroy();
      s3.destroy();
    },
  };
}

async function loadSdk() {
  try {
    return await Promise.all([import("@aws-sdk/client-dynamodb"), import("@aws-sdk/client-s3")]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError("--aws needs the packages @aws-sdk/client-dynamodb and @aws-sdk/client-s3 beside this one");
  }
}
