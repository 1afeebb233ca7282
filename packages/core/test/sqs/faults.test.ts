import { sqs } from "@artguard/core/sqs";
import { type FakeReply, startLoopbackServer } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";

const failing = (status: number, name: string): FakeReply => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": name },
  chunks: [new TextEncoder().encode(JSON.stringify({ __type: name, message: "told by the test" }))],
  faults: [name],
});

async function queueAgainst(reply: FakeReply, timeoutMs = 5000) {
  const server = await startLoopbackServer(() => reply);
  const queue = sqs({
    queueUrl: `${server.url}/111122223333/submitted`,
    timeoutMs,
    clientConfig: {
      endpoint: server.url,
      region: "ca-central-1",
      maxAttempts: 2,
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    },
  });
  return { queue, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe("SqsWorkAnnouncements", () => {
  it.each([
    [400, "com.amazonaws.sqs#QueueDoesNotExist", "queue.missing", false],
    [403, "AccessDeniedException", "queue.access-denied", false],
    [403, "InvalidClientTokenId", "queue.access-denied", false],
    [400, "com.amazonaws.sqs#RequestThrottled", "queue.unavailable", true],
    [500, "InternalFailure", "queue.unavailable", true],
    [400, "SomethingNew", "queue.unavailable", true],
  ])("tells the failure %d %s as %s", async (status, name, code, retryable) => {
    await using under = await queueAgainst(failing(status, name));
    await expect(under.queue.announce("a1")).rejects.toMatchObject({ code, retryable });
    await expect(under.queue.receive({ most: 1, waitMs: 0, hideMs: 1000 })).rejects.toMatchObject({ code });
    expect(under.server.faults).toContain(name);
  });

  it("leaves repeating to the client alone", async () => {
    await using under = await queueAgainst(failing(500, "InternalFailure"));
    await expect(under.queue.announce("a1")).rejects.toMatchObject({ code: "queue.unavailable" });
    expect(under.server.requests).toHaveLength(2);
  });

  it("does not wait for a queue that never answers", async () => {
    await using under = await queueAgainst({ end: "hang", faults: ["silence"] }, 200);
    await expect(under.queue.announce("a1")).rejects.toMatchObject({ code: "queue.timed-out", retryable: true });
    await expect(under.queue.receive({ most: 1, waitMs: 0, hideMs: 1000 })).rejects.toMatchObject({
      code: "queue.timed-out",
    });
  });

  it("refuses a FIFO queue, which needs what is not sent", () => {
    expect(() => sqs({ queueUrl: "https://sqs.ca-central-1.amazonaws.com/1/submitted.fifo" })).toThrow(
      expect.objectContaining({ code: "queue.invalid-option" }),
    );
  });
});
