import { randomUUID } from "node:crypto";
import type { WorkAnnouncements } from "@artguard/core";
import { sqs } from "@artguard/core/sqs";
import { MemoryWorkAnnouncements, workAnnouncementsContract } from "@artguard/core/testing";
import { canRunMoto, type MotoServer, startMoto } from "@artguard/development-servers/moto";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const memory = new WeakMap<WorkAnnouncements, MemoryWorkAnnouncements>();

workAnnouncementsContract({ describe, it }, "memory", {
  create: async () => {
    const announcements = new MemoryWorkAnnouncements();
    memory.set(announcements, announcements);
    return announcements;
  },
  putMalformed: async (announcements) => memory.get(announcements)!.put(undefined),
});

describe.skipIf(!canRunMoto())("SqsWorkAnnouncements on moto", () => {
  let server: MotoServer;
  let client: SQSClient;
  const queueUrls = new WeakMap<WorkAnnouncements, string>();
  const newQueue = async () =>
    (await client.send(new CreateQueueCommand({ QueueName: `submitted-${randomUUID()}` }))).QueueUrl!;

  beforeAll(async () => {
    server = await startMoto();
    client = new SQSClient(server.clientConfig);
  }, 600_000);
  afterAll(async () => {
    client?.destroy();
    await server?.[Symbol.asyncDispose]();
  });

  workAnnouncementsContract({ describe, it }, "SqsWorkAnnouncements", {
    create: async () => {
      const queueUrl = await newQueue();
      const announcements = sqs({ client, queueUrl });
      queueUrls.set(announcements, queueUrl);
      return announcements;
    },
    putMalformed: async (announcements) => {
      const QueueUrl = queueUrls.get(announcements)!;
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"id":1}' }));
    },
  });

  it("sends what the batch handler of Lambda reads", async () => {
    const queueUrl = await newQueue();
    await sqs({ client, queueUrl }).announce("a1");
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['{"request_id":"a1"}']);
  });

  it("takes a body that is no JSON for a message that names no analysis", async () => {
    const queueUrl = await newQueue();
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "no event" }));
    const received = await sqs({ client, queueUrl }).receive({ most: 10, waitMs: 1000, hideMs: 1000 });
    expect(received.map(({ requestId }) => requestId)).toEqual([undefined]);
  });

  it("says that a queue does not exist", async () => {
    const queueUrl = (await newQueue()).replace("submitted", "missing");
    await expect(sqs({ client, queueUrl }).announce("a1")).rejects.toMatchObject({
      code: "queue.missing",
      retryable: false,
    });
  });
});
