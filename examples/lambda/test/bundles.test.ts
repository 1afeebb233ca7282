import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createArtGuard, defineAnalysisTable, defineUserTable, inferenceKey, loadConfiguration } from "@artguard/core";
import { createTableInput, dynamodb } from "@artguard/core/dynamodb";
import { s3 } from "@artguard/core/s3";
import { canRunMoto, type MotoServer, startMoto } from "@artguard/development-servers/moto";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions, type FunctionName, folderOf } from "../bundle-functions.ts";
import { nowhere } from "../environment.ts";
import { type LocalFunction, startFunction } from "../local/start-function.ts";

const event = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../../adapters/lambda/test/events/${name}.json`, import.meta.url), "utf8"));
const picture = (name: string) => readFile(new URL(`../../images/${name}`, import.meta.url));

const dayMs = 86_400_000;
/** What the recorded events are about. */
const key = "training/authentic_v1/a b+c% é.jpg";
const batchOf = async (...bodies: unknown[]) => {
  const [record] = (await event("sqs-batch")).Records;
  return { Records: bodies.map((body, i) => ({ ...record, messageId: `m${i}`, body: JSON.stringify(body) })) };
};

describe.skipIf(!canRunMoto())("the bundles, behind a Runtime API on this machine", () => {
  const target = mkdtempSync(join(tmpdir(), "artguard-functions-"));
  const running = new Map<FunctionName, LocalFunction>();
  let moto: MotoServer;
  let stores: Awaited<ReturnType<typeof makeStores>>;

  beforeAll(async () => {
    [moto] = await Promise.all([startMoto(), bundleFunctions(target)]);
    stores = await makeStores(moto);
  });
  afterAll(async () => {
    await Promise.all([...running.values()].map((local) => local[Symbol.asyncDispose]()));
    await stores?.tables[Symbol.asyncDispose]();
    await moto?.[Symbol.asyncDispose]();
    rmSync(target, { recursive: true, force: true });
  });

  async function start(name: FunctionName): Promise<LocalFunction> {
    const { accessKeyId, secretAccessKey } = moto.clientConfig.credentials;
    const local = await startFunction(folderOf(name, target), {
      ...nowhere,
      AWS_REGION: moto.clientConfig.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ARTGUARD_S3_ENDPOINT: moto.endpoint,
      ARTGUARD_DYNAMODB_ENDPOINT: moto.endpoint,
    });
    running.set(name, local);
    return local;
  }

  it("preprocess a training image for each shape of event, and refuse what is no image", async () => {
    const preprocess = await start("preprocess");
    await stores.raw.put(key, await picture("untouched.jpg"));
    for (const name of ["s3-notification", "eventbridge", "s3-test-event"])
      expect(await preprocess.invoke(await event(name))).toEqual({ payload: null });
    const copies: string[] = [];
    for await (const object of stores.processed.list("training/")) copies.push(object.key);
    expect(copies).toEqual([expect.stringMatching(/^training\/authentic_v1\/[0-9a-f]{64}\.jpg$/)]);
    expect(await stores.processed.getTags(copies[0]!)).toMatchObject({ label: "authentic", dataset: "authentic_v1" });

    await stores.raw.put(key, Buffer.from("no image"));
    const batch = await batchOf(await event("eventbridge"), await event("s3-test-event"), "malformed");
    expect(await preprocess.invoke(batch)).toEqual({
      payload: { batchItemFailures: [{ itemIdentifier: "m0" }, { itemIdentifier: "m2" }] },
    });
    expect(await preprocess.invoke(await event("eventbridge"))).toMatchObject({
      error: { errorType: "ArtGuardError" },
    });
    expect(preprocess.log()).toContain('"code":"image.unsupported-format"');
  });

  it("do a submitted analysis with every detector, once", async () => {
    const worker = await start("worker");
    const host = await createArtGuard({ detectors: [], ...stores.options });
    const { request_id } = await host.submit(await picture("spliced.jpg"), { filename: "spliced.jpg" });
    const batch = await batchOf({ request_id }, { request_id: "deleted" });
    expect(await worker.invoke(batch)).toEqual({ payload: { batchItemFailures: [] } });
    const ended = await host.get(request_id);
    expect(ended).toMatchObject({ status: "COMPLETED", verdict: "LIKELY_FORGED" });
    const notRun = ended.detections?.filter(({ status }) => status !== "ok" && status !== "not_applicable");
    expect(notRun).toEqual([]);
    expect(await worker.invoke(batch)).toEqual({ payload: { batchItemFailures: [] } });
    expect((await host.get(request_id)).analyzed_at).toBe(ended.analyzed_at);
    await host[Symbol.asyncDispose]();
  });

  it("sweep what has expired", async () => {
    const privacy = await start("privacy");
    await stores.raw.put(inferenceKey("a1", Date.now() - 3 * dayMs, "original.jpg"), Buffer.from("left behind"));
    const outcome = await privacy.invoke({ "detail-type": "Scheduled Event", source: "aws.events" });
    // It was written a moment ago: whoever wrote it may still be at work.
    expect(outcome).toMatchObject({ payload: { objects_examined: 1, objects_deleted: 0, erasures: [] } });
  });
});

async function makeStores({ clientConfig }: MotoServer) {
  const { analysesTable, usersTable, rawBucket, processedBucket } = loadConfiguration({ ARTGUARD_ENV: "test" });
  const [database, objects] = [new DynamoDBClient(clientConfig), new S3Client(clientConfig)];
  for (const bucket of [rawBucket, processedBucket]) await objects.send(new CreateBucketCommand({ Bucket: bucket }));
  const inputs = [
    createTableInput(defineAnalysisTable(analysesTable), { tableName: analysesTable }),
    createTableInput(defineUserTable(usersTable), { tableName: usersTable }),
  ];
  for (const { createTable } of inputs) await database.send(new CreateTableCommand(createTable));
  const tables = dynamodb({ client: database, cursorKey: new Uint8Array(32).fill(7) });
  const raw = s3({ client: objects, bucket: rawBucket });
  const processed = s3({ client: objects, bucket: processedBucket });
  const options = { tables, objects: { raw, processed }, analysisTable: analysesTable, userTable: usersTable };
  return { tables, raw, processed, options };
}
