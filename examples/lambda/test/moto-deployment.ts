import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { defineAnalysisTable, defineUserTable, loadConfiguration, type TableDefinition } from "@artguard/core";
import { createTableInput } from "@artguard/core/dynamodb";
import { s3 } from "@artguard/core/s3";
import type { MotoServer } from "@artguard/development-servers/moto";
import { governanceTables } from "@artguard/governance";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { newKeys } from "../new-keys.ts";

/** What `examples/aws` deploys, on moto: tables, buckets, a key, the secret, the queue. */
export async function deployOnMoto({ clientConfig, endpoint }: MotoServer) {
  const { analysesTable, usersTable, rawBucket, processedBucket } = loadConfiguration({ ARTGUARD_ENV: "test" });
  const objects = new S3Client(clientConfig);
  for (const bucket of [rawBucket, processedBucket]) await objects.send(new CreateBucketCommand({ Bucket: bucket }));
  const database = new DynamoDBClient(clientConfig);
  const inputOf = <Item extends object>(definition: TableDefinition<Item>) =>
    createTableInput(definition, { tableName: definition.name });
  const inputs = [
    inputOf(defineAnalysisTable(analysesTable)),
    inputOf(defineUserTable(usersTable)),
    ...governanceTables(inputOf, "test"),
  ];
  for (const { createTable } of inputs) await database.send(new CreateTableCommand(createTable));
  const { KeyMetadata } = await new KMSClient(clientConfig).send(new CreateKeyCommand({}));
  const SecretString = JSON.stringify(newKeys("artguard.example/audit"));
  await new SecretsManagerClient(clientConfig).send(new CreateSecretCommand({ Name: "artguard-test", SecretString }));
  const queues = new SQSClient(clientConfig);
  const { QueueUrl = "" } = await queues.send(new CreateQueueCommand({ QueueName: "submitted" }));
  return {
    raw: s3({ client: objects, bucket: rawBucket }),
    processed: s3({ client: objects, bucket: processedBucket }),
    /** Takes the messages that wait, as the event source mapping does. */
    takeMessages: async () => {
      const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      for (const { ReceiptHandle } of Messages)
        await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      return Messages.map(({ Body = "" }) => Body);
    },
    /** Of a function. */
    environment: {
      ARTGUARD_ENV: "test",
      ARTGUARD_S3_ENDPOINT: endpoint,
      ARTGUARD_DYNAMODB_ENDPOINT: endpoint,
      ARTGUARD_KMS_KEY: KeyMetadata?.KeyId ?? "",
      ARTGUARD_KEYS_SECRET: "artguard-test",
      ARTGUARD_QUEUE_URL: QueueUrl,
      AWS_ENDPOINT_URL_KMS: endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      AWS_REGION: clientConfig.region,
      AWS_ACCESS_KEY_ID: clientConfig.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: clientConfig.credentials.secretAccessKey,
    },
  };
}

/** Runs first-administrator.ts. @returns its exit status and what it printed: the API key. */
export async function firstAdministrator(environment: Record<string, string>) {
  const program = fileURLToPath(new URL("../first-administrator.ts", import.meta.url));
  const own = ["--conditions=artguard-source", "--disable-warning=ExperimentalWarning", program];
  const child = spawn(process.execPath, own, {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, printed: printed.trim(), complaint };
}
