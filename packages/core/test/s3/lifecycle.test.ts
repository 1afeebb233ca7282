import { lifecycleOf, versionedBuckets } from "@artguard/core";
import { toS3Lifecycle } from "@artguard/core/s3";
import { canRunMoto, startMoto } from "@artguard/development-servers/moto";
import {
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { expect, it } from "vitest";

const thirtyDays = { And: { Prefix: "inference/", Tags: [{ Key: "retention", Value: "30d" }] } };
const abort = {
  ID: "abort-unfinished-uploads",
  Status: "Enabled",
  Filter: { Prefix: "" },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
};

it("expires raw images by prefix and tag, legacy ones by prefix, and training images never", () => {
  expect(toS3Lifecycle(lifecycleOf("raw")).Rules).toEqual([
    { ID: "raw-inference-30d", Status: "Enabled", Filter: thirtyDays, Expiration: { Days: 30 } },
    {
      ID: "raw-inference-1d",
      Status: "Enabled",
      Filter: { And: { Prefix: "inference/", Tags: [{ Key: "retention", Value: "1d" }] } },
      Expiration: { Days: 1 },
    },
    { ID: "raw-audit-30d", Status: "Enabled", Filter: { Prefix: "audit/" }, Expiration: { Days: 30 } },
    abort,
  ]);
});

it("lets no processed copy outlive its original, and leaves training and knowledge alone", () => {
  expect(toS3Lifecycle(lifecycleOf("processed")).Rules).toEqual([
    { ID: "processed-inference-30d", Status: "Enabled", Filter: thirtyDays, Expiration: { Days: 30 } },
    abort,
  ]);
  expect(toS3Lifecycle(lifecycleOf("knowledge_base")).Rules).toEqual([abort]);
  expect(versionedBuckets).toEqual(["knowledge_base"]);
});

it.skipIf(!canRunMoto())(
  "is a configuration that S3's API takes and returns",
  async () => {
    await using server = await startMoto();
    const client = new S3Client(server.clientConfig);
    const LifecycleConfiguration = toS3Lifecycle(lifecycleOf("raw"));
    await client.send(new CreateBucketCommand({ Bucket: "raw" }));
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: "raw", LifecycleConfiguration }));
    const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: "raw" }));
    expect(Rules).toMatchObject(LifecycleConfiguration.Rules);
  },
  600_000,
);
