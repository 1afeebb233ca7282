import { S3ObjectStore } from "@artguard/core/s3";
import { objectStoreContract } from "@artguard/core/testing";
import { canRunMoto, startMoto } from "@artguard/development-servers/moto";
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

describe.skipIf(!canRunMoto())("S3ObjectStore on moto", () => {
  let server: Awaited<ReturnType<typeof startMoto>>;
  let client: S3Client;
  let count = 0;
  beforeAll(async () => {
    server = await startMoto();
    client = new S3Client(server.clientConfig);
  }, 600_000);
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(async () => {
    if (count === 0) return;
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: `bucket-${count}` }));
    expect(Uploads ?? []).toEqual([]);
  });

  objectStoreContract({ describe, it }, "S3ObjectStore", {
    create: async () => {
      count += 1;
      await client.send(new CreateBucketCommand({ Bucket: `bucket-${count}` }));
      return new S3ObjectStore({ bucket: `bucket-${count}`, clientConfig: server.clientConfig });
    },
    presigns: true,
  });
});
