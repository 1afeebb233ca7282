import { S3ObjectStore } from "@artguard/core/s3";
import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { canRunMoto, startMoto } from "@artguard/development-servers/moto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe } from "vitest";
import { LocalTableStore } from "../../../core/test/dynamodb/local-tables.ts";
import { protectedImagesSuite } from "./protected-images-suite.ts";

describe.skipIf(!canRunDynamoDBLocal() || !canRunMoto())("images on DynamoDB Local and S3 of moto", () => {
  let dynamodb: DynamoDBLocal;
  let s3: Awaited<ReturnType<typeof startMoto>>;
  let count = 0;
  beforeAll(async () => {
    dynamodb = await startDynamoDBLocal();
    s3 = await startMoto();
  }, 600_000);
  afterAll(async () => {
    await dynamodb[Symbol.asyncDispose]();
    await s3[Symbol.asyncDispose]();
  });

  protectedImagesSuite(async (now) => {
    const { clientConfig } = s3;
    const bucket = `guarded-${++count}`;
    await new S3Client(clientConfig).send(new CreateBucketCommand({ Bucket: bucket }));
    return { tables: LocalTableStore.in(dynamodb, { now }), objects: new S3ObjectStore({ bucket, clientConfig }) };
  });
});
