import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createArtGuard } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { sqs } from "@artguard/core/sqs";
import { canRunMoto, startMoto } from "@artguard/development-servers/moto";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Crew, claimsIn } from "./crew.ts";
import { picture } from "./slow-detector.ts";

const [jobs, workers, kills, leaseMs, workMs, mostDeliveries] = [40, 3, 4, 1500, 80, 4];

/** A queue of SQS and its dead letters. */
async function openQueue() {
  const moto = await startMoto();
  onTestFinished(() => moto[Symbol.asyncDispose]());
  const client = new SQSClient(moto.clientConfig);
  const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!;
  const attribute = async (QueueUrl: string, name: "QueueArn" | "ApproximateNumberOfMessages") =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }))).Attributes?.[name];
  const deadLetters = await create("dead-letters");
  const queueUrl = await create("submitted", {
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: await attribute(deadLetters, "QueueArn"),
      maxReceiveCount: `${mostDeliveries}`,
    }),
  });
  const { accessKeyId, secretAccessKey } = moto.clientConfig.credentials;
  return {
    queueUrl,
    announcements: sqs({ client, queueUrl }),
    send: (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody })),
    waiting: async () => {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
      );
      return (
        Number(Attributes?.["ApproximateNumberOfMessages"]) +
        Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"])
      );
    },
    dead: async () => Number(await attribute(deadLetters, "ApproximateNumberOfMessages")),
    environment: {
      ...process.env,
      AWS_REGION: moto.clientConfig.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
  };
}

describe.skipIf(!canRunMoto())("workers that listen to a queue of SQS", () => {
  it("do each analysis once, although they are killed and messages come twice, and leave what is malformed to the dead letters", async () => {
    const queue = await openQueue();
    const place = mkdtempSync(join(tmpdir(), "artguard-queue-"));
    onTestFinished(() => rmSync(place, { recursive: true, force: true }));
    const [database, objects] = [join(place, "artguard.db"), join(place, "objects")];
    const tables = await sqlite({ path: database });
    onTestFinished(() => tables[Symbol.asyncDispose]());
    const { announcements } = queue;
    const artguard = await createArtGuard({ detectors: [], tables, objects: folder({ path: objects }), announcements });
    onTestFinished(() => artguard[Symbol.asyncDispose]());
    await artguard.counts();

    const crew = new Crew([database, objects, `${leaseMs}`, `${workMs}`, queue.queueUrl], queue.environment);
    onTestFinished(() => crew.kill());
    for (let i = 0; i < workers; i++) crew.start();
    const submitted: string[] = [];
    for (let i = 0; i < jobs; i++) {
      const { request_id } = await artguard.submit(picture);
      submitted.push(request_id);
      if (i % 3 === 0) await announcements.announce(request_id);
    }
    await queue.send("malformed");
    for (let kill = 1; kill <= kills; kill++) {
      await vi.waitFor(() => expect(claimsIn(crew.lines)).toBeGreaterThan(7 * kill), { timeout: 60_000, interval: 5 });
      await crew.replaceOne();
    }
    await vi.waitFor(async () => expect((await artguard.counts()).by_status.COMPLETED).toBe(jobs), {
      timeout: 90_000,
      interval: 100,
    });
    await vi.waitFor(async () => expect([await queue.waiting(), await queue.dead()]).toEqual([0, 1]), {
      timeout: 60_000,
      interval: 200,
    });
    expect(await crew.end()).toEqual(Array(workers).fill(0));
    // Counters change with the record in one transaction: an analysis that ended twice would be counted twice.
    expect((await artguard.counts()).by_status).toEqual({ PENDING: 0, PROCESSING: 0, COMPLETED: jobs, FAILED: 0 });
    const records = await Promise.all(submitted.map((requestId) => artguard.get(requestId)));
    expect(records.filter(({ attempt = 0 }) => attempt > 1).length).toBeGreaterThan(0);
  });
});
