import { type BucketRole, lifecycleOf } from "@artguard/core";
import { checkS3Bucket, toS3Lifecycle } from "@artguard/core/s3";
import { canRunMoto, startMoto } from "@artguard/development-servers/moto";
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const region = "ca-central-1";

describe.skipIf(!canRunMoto())("checkS3Bucket on moto", () => {
  let server: Awaited<ReturnType<typeof startMoto>>;
  let client: S3Client;
  let count = 0;
  beforeAll(async () => {
    server = await startMoto();
    client = new S3Client({ ...server.clientConfig, region });
  }, 600_000);
  afterAll(() => server[Symbol.asyncDispose]());

  /** A bucket as examples/aws makes it. */
  async function goodBucket(role: BucketRole): Promise<string> {
    const Bucket = `checked-${++count}`;
    await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
    await client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: toS3Lifecycle(lifecycleOf(role)) }),
    );
    const closed = {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    };
    await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: closed }));
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } }];
    await client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    if (role === "knowledge_base") await version(Bucket);
    return Bucket;
  }

  const version = (Bucket: string) =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));

  const problems = async (bucket: string, role: BucketRole, expected = region) =>
    (await checkS3Bucket({ client, bucket, role, region: expected }))
      .filter(({ status }) => status !== "ok")
      .map(({ what, message }) => `${what}: ${message}`);

  it.each(["raw", "processed", "knowledge_base"] as const)(
    "finds nothing wrong with a %s bucket as declared, and leaves nothing in it",
    async (role) => {
      const bucket = await goodBucket(role);
      expect(await problems(bucket, role)).toEqual([]);
      const { Versions = [], DeleteMarkers = [] } = await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket }),
      );
      expect([...Versions, ...DeleteMarkers]).toEqual([]);
    },
  );

  it("says which promised retention is missing", async () => {
    const bucket = await goodBucket("knowledge_base");
    const [lifecycle] = (await problems(bucket, "raw")).filter((text) => text.startsWith("lifecycle"));
    expect(lifecycle).toContain("lacks deletion after 30 days of inference/ retention=30d");
  });

  it("says when something would be deleted that nobody promised to delete", async () => {
    const bucket = await goodBucket("raw");
    const { Rules } = toS3Lifecycle(lifecycleOf("raw"));
    const extra = { ID: "all", Status: "Enabled" as const, Filter: { Prefix: "" }, Expiration: { Days: 90 } };
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        LifecycleConfiguration: { Rules: [...Rules, extra] },
      }),
    );
    expect(await problems(bucket, "raw")).toEqual([
      "lifecycle: has deletion after 90 days of all keys, which nobody promised",
    ]);
  });

  it("finds another region, versions of deleted images, open access and missing encryption", async () => {
    const Bucket = `checked-${++count}`;
    await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
    await version(Bucket);
    const found = await problems(Bucket, "raw", "eu-west-1");
    expect(found.join("\n")).toContain("region: is in ca-central-1, not in eu-west-1");
    expect(found.join("\n")).toContain("versioning: on: deleted images stay as earlier versions");
    expect(found.join("\n")).toContain("public access: is not blocked altogether");
  });

  it("says that a bucket does not exist, and stops there", async () => {
    const checks = await checkS3Bucket({ client, bucket: "checked-none", role: "raw", region });
    expect(checks.map(({ what, status }) => [what, status])).toEqual([["region", "problem"]]);
    expect(checks[0]?.fix).toContain("bucket name");
  });
});
