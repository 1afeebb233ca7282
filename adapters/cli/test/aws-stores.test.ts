import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineAnalysisTable, defineUserTable } from "@artguard/core";
import { createTableInput } from "@artguard/core/dynamodb";
import { canRunDynamoDBLocal, startDynamoDBLocal } from "@artguard/development-servers/dynamodb-local";
import { canRunMoto, startMoto } from "@artguard/development-servers/moto";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const region = "ca-central-1";
const image = fileURLToPath(new URL("../../../examples/images/untouched.jpg", import.meta.url));

describe.skipIf(!canRunDynamoDBLocal() || !canRunMoto())("the commands with --aws, on DynamoDB Local and moto", () => {
  let servers: { dynamodb: Awaited<ReturnType<typeof startDynamoDBLocal>>; s3: Awaited<ReturnType<typeof startMoto>> };
  let env: NodeJS.ProcessEnv;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "artguard-aws-"));
    servers = { dynamodb: await startDynamoDBLocal(), s3: await startMoto() };
    const dynamodb = new DynamoDBClient({ ...servers.dynamodb.clientConfig("AKIDTEST"), region });
    const s3 = new S3Client({ ...servers.s3.clientConfig, region });
    for (const definition of [defineAnalysisTable, defineUserTable]) {
      const { name } = definition();
      const { createTable } = createTableInput<object>(definition() as never, { tableName: name });
      await dynamodb.send(new CreateTableCommand(createTable));
    }
    for (const Bucket of ["artguard-images-raw-dev", "artguard-images-processed-dev"])
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
    const endpoint = async (client: DynamoDBClient | S3Client) => {
      const { protocol, hostname, port } = await client.config.endpoint!();
      return `${protocol}//${hostname}:${port}`;
    };
    env = {
      PATH: process.env["PATH"],
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: "AKIDTEST",
      AWS_SECRET_ACCESS_KEY: "secret",
      ARTGUARD_DYNAMODB_ENDPOINT: await endpoint(dynamodb),
      ARTGUARD_S3_ENDPOINT: await endpoint(s3),
      ARTGUARD_CURSOR_KEY: "k".repeat(32),
    };
  }, 600_000);
  afterAll(async () => {
    await servers.dynamodb[Symbol.asyncDispose]();
    await servers.s3[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) => runCli([...args, "--aws"], undefined, { cwd: folder, env });

  it("list, show and delete what is in the tables", async () => {
    const { stdout, status } = await run("history");
    expect([status, stdout]).toEqual([0, "no analyses are kept\n"]);
    const none = await run("show", "no-such-id");
    expect([none.status, none.stderr]).toEqual([1, expect.stringContaining("analysis.not-found")]);
  });

  it("upload training images to the buckets and read their manifest back", async () => {
    await mkdir(join(folder, "images"));
    await copyFile(image, join(folder, "images", "a b+c%ü.jpg"));
    const upload = await run("train", "upload", "--dataset-path", "images", "--dataset-name", "authentic_v1");
    expect([upload.status, upload.stdout]).toEqual([0, expect.stringContaining("1 uploaded")]);
    const manifest = JSON.parse((await run("train", "manifest", "--dataset-name", "authentic_v1")).stdout);
    expect(manifest.uri).toMatch(/^s3:\/\/artguard-images-processed-dev\/training\/authentic_v1\/[0-9a-f]{64}\.jpg$/);
  });

  it("find with doctor what the tables and buckets lack", async () => {
    const { stdout, status } = await run("doctor");
    expect(status).toBe(1);
    expect(stdout).toMatch(/ok +table artguard-image-analysis-dev, permission to write items: granted/);
    expect(stdout).toMatch(/problem table artguard-users-dev, ttl attribute: is none/);
    expect(stdout).toMatch(/problem bucket artguard-images-raw-dev, lifecycle: lacks deletion after 30 days/);
    expect(stdout).toMatch(/problem bucket artguard-knowledge-base-dev/);
  });

  it("say with typed errors that a server is not there", async () => {
    const broken = { ...env, ARTGUARD_DYNAMODB_ENDPOINT: "http://127.0.0.1:9" };
    const { status, stderr } = await runCli(["history", "--aws"], undefined, { cwd: folder, env: broken });
    expect([status, stderr]).toEqual([1, expect.stringContaining("storage.")]);
  });
});
