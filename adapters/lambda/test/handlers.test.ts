import { type Analysis, ArtGuardError } from "@artguard/core";
import { openWorkHandler, s3EventHandler, sqsBatchHandler, sweepHandler } from "@artguard/lambda";
import { describe, expect, it, vi } from "vitest";
import { Bucket, keysOf, sha256, trainingBuckets } from "./buckets.ts";
import { batchOf, eventBridge, eventBridgeOf, notification, notificationOf, testEvent, unhurried } from "./events.ts";

const key = "training/authentic_v1/a b+c% é.jpg";
const copyOf = (content: string) => `training/authentic_v1/${sha256(content)}.jpg`;
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const onFailure = () => undefined;

describe("s3EventHandler", () => {
  it("preprocesses the image that an event of either shape names, and a second time does nothing", async () => {
    const training = trainingBuckets();
    const handler = s3EventHandler({ training });
    await training.raw.put(key, Buffer.from("one"));
    const put = vi.spyOn(training.processed, "put");
    await handler(notification(), unhurried);
    expect(await keysOf(training.processed)).toEqual([copyOf("one")]);
    await handler(eventBridge(), unhurried);
    await handler(testEvent(), unhurried);
    expect(await keysOf(training.processed)).toEqual([copyOf("one")]);
    expect(put.mock.settledResults.map(({ type }) => type)).toEqual(["fulfilled", "rejected"]);
  });

  it("cannot be made to call itself", async () => {
    const training = trainingBuckets();
    const sameName = new Bucket("artguard-images-raw-test");
    for (const processed of [training.raw, sameName])
      expect(() => s3EventHandler({ training: { ...training, processed } })).toThrow(
        expect.objectContaining({ code: "training.same-store" }),
      );
    const get = vi.spyOn(training.processed, "get");
    const handler = s3EventHandler({ training, onFailure });
    await training.processed.put(key, Buffer.from("copy"));
    const event = eventBridgeOf({ bucket: "artguard-images-processed-test", key });
    await expect(handler(event, unhurried)).rejects.toMatchObject({ code: "training.other-store" });
    expect(get).not.toHaveBeenCalled();
    expect(await keysOf(training.processed)).toEqual([key]);
  });

  it("has nothing to do for an image that is gone", async () => {
    const training = trainingBuckets();
    await s3EventHandler({ training })(notification(), unhurried);
    expect(await keysOf(training.processed)).toEqual([]);
  });

  it("rejects when an image cannot be read, so that Lambda tries again, after the others", async () => {
    const training = trainingBuckets();
    await training.raw.put("training/authentic_v1/bad.jpg", Buffer.from("poison"));
    await training.raw.put("training/authentic_v1/good.jpg", Buffer.from("good"));
    const event = notificationOf({ key: "training/authentic_v1/bad.jpg" });
    event.Records.push(...notificationOf({ key: "training/authentic_v1/good.jpg" }).Records);
    const told = vi.fn();
    await expect(s3EventHandler({ training, onFailure: told })(event, unhurried)).rejects.toMatchObject({
      code: "image.undecodable",
    });
    expect(told).toHaveBeenCalledTimes(1);
    expect(await keysOf(training.processed)).toEqual([copyOf("good")]);
  });

  it("takes of several events of one key in a batch the latest, by the padded sequencer, once", async () => {
    const training = trainingBuckets();
    await training.raw.put(key, Buffer.from("now"));
    const get = vi.spyOn(training.raw, "get");
    const bodies = [
      ["early", "0055AED6DCD90281E4"],
      ["latest", "0055AED6DCD90281E50"],
      ["late", "0055AED6DCD90281E4FF"],
    ].map(([id = "", sequencer = ""]) => ({ id, body: JSON.stringify(eventBridgeOf({ key, sequencer })) }));
    expect(await s3EventHandler({ training })(batchOf(bodies), unhurried)).toEqual(failures());
    expect(get).toHaveBeenCalledTimes(1);
    expect(await keysOf(training.processed)).toEqual([copyOf("now")]);
  });

  it("names of a batch exactly the messages that failed, with why", async () => {
    const training = trainingBuckets();
    await training.raw.put("training/authentic_v1/bad.jpg", Buffer.from("poison"));
    await training.raw.put("training/authentic_v1/good.jpg", Buffer.from("good"));
    const told = vi.fn();
    const batch = batchOf([
      { id: "bad", body: JSON.stringify(notificationOf({ key: "training/authentic_v1/bad.jpg" })) },
      { id: "good", body: JSON.stringify(notificationOf({ key: "training/authentic_v1/good.jpg" })) },
      { id: "malformed", body: "{" },
      { id: "test", body: JSON.stringify(testEvent()) },
      { id: "elsewhere", body: JSON.stringify(notificationOf({ key: "other/good.jpg" })) },
    ]);
    const answer = await s3EventHandler({ training, onFailure: told, concurrency: 1 })(batch, unhurried);
    expect(answer).toEqual(failures("bad", "malformed", "elsewhere"));
    expect(told.mock.calls.map(([{ message_id, error }]) => [message_id, error.code])).toEqual([
      ["bad", "image.undecodable"],
      ["malformed", "lambda.malformed-event"],
      ["elsewhere", "training.invalid-key"],
    ]);
    expect(await keysOf(training.processed)).toEqual([copyOf("good")]);
  });
});

describe("sqsBatchHandler", () => {
  const completed = async (request_id: string) => ({ request_id, status: "COMPLETED" }) as Analysis;
  const messagesOf = (...ids: string[]) => ids.map((id) => ({ id, body: JSON.stringify({ request_id: id }) }));
  const open = (id: string) => new ArtGuardError("analysis.still-open", id);

  it("names the messages whose analysis has not ended, and those that name none", async () => {
    const processSubmitted = vi.fn(async (id: string) => {
      if (id === "held") throw open(id);
      return id === "deleted" ? undefined : await completed(id);
    });
    const handler = sqsBatchHandler({ artguard: { processSubmitted }, onFailure });
    const messages = [...messagesOf("done", "held", "deleted"), { id: "empty", body: "{}" }, { id: "text", body: "x" }];
    const { batchItemFailures } = await handler(batchOf(messages), unhurried);
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(["empty", "held", "text"]);
    expect(processSubmitted.mock.calls.map(([id]) => id)).toEqual(["done", "held", "deleted"]);
  });

  it("stops at the first failure in a FIFO queue, and leaves the rest in order", async () => {
    const processSubmitted = vi.fn(async (id: string) => {
      if (id === "b") throw open(id);
      return await completed(id);
    });
    const handler = sqsBatchHandler({ artguard: { processSubmitted }, onFailure });
    const answer = await handler(batchOf(messagesOf("a", "b", "c", "d"), "artguard-work.fifo"), unhurried);
    expect(answer).toEqual(failures("b", "c", "d"));
    expect(processSubmitted.mock.calls.map(([id]) => id)).toEqual(["a", "b"]);
  });

  it("gives work back while there is still time, and begins nothing more", async () => {
    const processSubmitted = vi.fn(
      async (id: string, { signal }: { signal?: AbortSignal } = {}): Promise<Analysis | undefined> =>
        await new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(open(id)))),
    );
    const handler = sqsBatchHandler({ artguard: { processSubmitted }, onFailure, concurrency: 1 });
    const answer = await handler(batchOf(messagesOf("a", "b")), { getRemainingTimeInMillis: () => 5050 });
    expect(answer).toEqual(failures("a", "b"));
    expect(processSubmitted).toHaveBeenCalledTimes(1);
  });

  it("never says that a message is done which nobody came to", async () => {
    const handler = sqsBatchHandler({ artguard: { processSubmitted: completed }, concurrency: 0 });
    expect(await handler(batchOf(messagesOf("a", "b")), unhurried)).toEqual(failures("a", "b"));
  });

  it("refuses an event that is no batch of SQS", async () => {
    const handler = sqsBatchHandler({ artguard: { processSubmitted: completed } });
    await expect(handler(notification(), unhurried)).rejects.toMatchObject({ code: "lambda.malformed-event" });
  });

  it("writes why a message failed as one line of JSON, with nothing of the message", async () => {
    const line = vi.spyOn(console, "error").mockReturnValue();
    const handler = sqsBatchHandler({ artguard: { processSubmitted: completed } });
    await handler(batchOf([{ id: "m1", body: "secret\nbody" }]), unhurried);
    expect(line.mock.calls.map(([text]) => JSON.parse(text))).toEqual([
      { level: "error", message_id: "m1", code: "lambda.malformed-event", message: expect.any(String) },
    ]);
    expect(line.mock.calls[0]![0]).not.toContain("secret");
    line.mockRestore();
  });
});

describe("openWorkHandler", () => {
  it("does what is open, and gives back what it does not reach in its time", async () => {
    const summary = { completed: 2, failed: 0, released: 1, lost: 0 };
    const processOpenWork = vi.fn(async ({ signal }: { signal?: AbortSignal } = {}) => {
      await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
      return summary;
    });
    const handler = openWorkHandler({ artguard: { processOpenWork }, concurrency: 3 });
    const hurried = { getRemainingTimeInMillis: () => 5010 };
    expect(await handler({ "detail-type": "Scheduled Event" }, hurried)).toEqual(summary);
    expect(processOpenWork.mock.calls[0]![0]).toMatchObject({ concurrency: 3 });
  });
});

describe("sweepHandler", () => {
  it("sweeps to the end and answers with what it did", async () => {
    const part = {
      objects_examined: 2,
      objects_deleted: 1,
      images_expired: 1,
      records_deleted: 0,
      charges_refunded: 0,
    };
    const sweepExpired = vi
      .fn()
      .mockResolvedValueOnce({ ...part, next: "0:" })
      .mockResolvedValueOnce(part);
    const handler = sweepHandler({ privacy: { sweepExpired, resumeErasures: async () => [] } });
    expect(await handler({ "detail-type": "Scheduled Event" }, unhurried)).toMatchObject({
      objects_examined: 4,
      objects_deleted: 2,
      erasures: [],
    });
    expect(sweepExpired).toHaveBeenCalledTimes(2);
  });
});
