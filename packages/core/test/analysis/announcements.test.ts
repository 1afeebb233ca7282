import { setTimeout as sleep } from "node:timers/promises";
import { type AnnouncementFailure, ArtGuardError } from "@artguard/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { underAnnouncement } from "../../src/analysis/announced-work.ts";
import { listening, picture, work } from "./announced-work.ts";

const until = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 60_000, interval: 5 });
const unavailable = () => new ArtGuardError("queue.unavailable", "told by the test");

describe("submit", () => {
  it("announces an analysis once its record is there", async () => {
    const statuses: unknown[] = [];
    const { host } = await work({
      announcements: {
        announce: async (requestId) => void statuses.push((await host.get(requestId)).status),
      },
    });
    await host.submit(picture);
    expect(statuses).toEqual(["PENDING"]);
  });

  it("announces nothing that was refused", async () => {
    const { host, queue } = await work();
    await expect(host.submit(new Uint8Array())).rejects.toMatchObject({ code: "image.empty" });
    await expect(host.submit(picture, { saveImage: true })).rejects.toMatchObject({
      code: "analysis.consent-required",
    });
    expect(queue.left).toEqual([]);
  });

  it("announces again what is asked for again and still waits, and not what has ended", async () => {
    const { host, queue, submitOnce } = await work({ withQuota: true });
    const { request_id } = await submitOnce();
    await submitOnce();
    expect(queue.left.map(({ requestId }) => requestId)).toEqual([request_id, request_id]);
    await host.processOpenWork();
    await submitOnce();
    expect(queue.left).toHaveLength(2);
  });

  it("keeps the work and tells when the announcement fails", async () => {
    const told: AnnouncementFailure[] = [];
    const { host, queue } = await work({ onAnnouncementFailure: (failure) => void told.push(failure) });
    const error = unavailable();
    queue.failures.announce.push(error);
    const { request_id } = await host.submit(picture);
    expect(told).toEqual([{ request_id, error }]);
    expect(queue.left).toEqual([]);
    expect(await host.processOpenWork()).toMatchObject({ completed: 1 });
  });

  it("does not wait for ever for announcements that never end", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const told: AnnouncementFailure[] = [];
    const begun = Promise.withResolvers<void>();
    const { host } = await work({
      announcements: {
        announce: () => {
          begun.resolve();
          return new Promise(() => undefined);
        },
      },
      onAnnouncementFailure: (failure) => void told.push(failure),
    });
    const submitting = host.submit(picture);
    await begun.promise;
    vi.advanceTimersByTime(5000);
    expect((await submitting).status).toBe("PENDING");
    expect(told).toMatchObject([{ error: { code: "queue.timed-out" } }]);
  });
});

describe("a worker that listens", () => {
  it("does what is announced without looking into the store again, and removes the announcement", async () => {
    const setup = await work();
    const worker = listening(setup);
    await until(() => expect(worker.seen("polled")).toBe(1));
    const { request_id } = await setup.host.submit(picture);
    await until(() => expect(worker.seen("ended")).toBe(1));
    expect((await setup.host.get(request_id)).status).toBe("COMPLETED");
    expect(await worker.end()).toMatchObject({ completed: 1 });
    expect(setup.queue.left).toEqual([]);
  });

  it("does an analysis once, however often it is announced, and removes what is of no use", async () => {
    const setup = await work();
    const { request_id } = await setup.host.submit(picture);
    for (let i = 0; i < 5; i++) setup.queue.put(request_id);
    setup.queue.put("deleted");
    const workers = [listening(setup, { concurrency: 4, leaseMs: 60 }), listening(setup, { leaseMs: 60 })];
    await until(() => expect(setup.queue.left).toEqual([]));
    const summaries = await Promise.all(workers.map((worker) => worker.end()));
    expect(summaries.reduce((sum, { completed }) => sum + completed, 0)).toBe(1);
  });

  it("finds in the store what was never announced", async () => {
    const setup = await work();
    setup.queue.failures.announce.push(unavailable());
    const worker = listening(setup, { pollMs: 20 });
    const { request_id } = await setup.host.submit(picture);
    await until(async () => expect((await setup.host.get(request_id)).status).toBe("COMPLETED"));
    await worker.end();
  });

  it("keeps an announcement hidden while it works, longer than one lease", async () => {
    const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const setup = await work({
      perform: async () => {
        begun.resolve();
        await finish.promise;
      },
    });
    const worker = listening(setup, { leaseMs: 900 });
    await until(() => expect(worker.seen("polled")).toBe(1));
    await setup.host.submit(picture);
    await begun.promise;
    await sleep(2000);
    expect(await setup.queue.receive({ most: 1, waitMs: 0, hideMs: 0 })).toEqual([]);
    finish.resolve();
    await until(() => expect(setup.queue.left).toEqual([]));
    expect(await worker.end()).toMatchObject({ completed: 1 });
  });

  it("tells when it cannot keep it hidden, and the work is done once for all that", async () => {
    const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const setup = await work({
      perform: async () => {
        begun.resolve();
        await finish.promise;
      },
    });
    const workers = [listening(setup, { leaseMs: 90 }), listening(setup, { leaseMs: 90 })];
    await until(() => expect(workers.every(({ seen }) => seen("polled") === 1)).toBe(true));
    setup.queue.failures.hide.push(...Array.from({ length: 6 }, unavailable));
    await setup.host.submit(picture);
    await begun.promise;
    await until(() => expect(setup.queue.left[0]?.receives).toBeGreaterThan(1));
    finish.resolve();
    await until(() => expect(setup.queue.left).toEqual([]));
    const summaries = await Promise.all(workers.map(({ end }) => end()));
    expect(summaries.reduce((sum, { completed }) => sum + completed, 0)).toBe(1);
    expect(workers.some(({ seen }) => seen("announcement_failed") > 0)).toBe(true);
  });

  it("that is stopped gives the announcement back at once, with the work", async () => {
    const begun = Promise.withResolvers<void>();
    const isFirst = { value: true };
    const setup = await work({
      perform: async (signal) => {
        if (!isFirst.value) return;
        isFirst.value = false;
        begun.resolve();
        await sleep(60_000, undefined, { signal });
      },
    });
    const worker = listening(setup);
    await until(() => expect(worker.seen("polled")).toBe(1));
    await setup.host.submit(picture);
    await begun.promise;
    expect(await worker.stop()).toMatchObject({ released: 1 });
    const [again] = await setup.queue.receive({ most: 1, waitMs: 0, hideMs: 0 });
    expect(again).toBeDefined();
    const successor = listening(setup);
    await until(() => expect(successor.seen("ended")).toBe(1));
    expect(await successor.end()).toMatchObject({ completed: 1 });
  });

  it("gives an announcement back last of all, also when hiding it was slow", async () => {
    const hidden: number[] = [];
    const slow = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let calls = 0;
    const hide = async (ms: number) => {
      begun.resolve();
      if (calls++ === 0) await slow.promise;
      hidden.push(ms);
    };
    const announcement = { requestId: "a", hide, remove: async () => undefined };
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    await underAnnouncement(announcement, { hideMs: 15, onError }, async () => {
      await begun.promise;
      await sleep(30);
      setTimeout(slow.resolve, 30);
      return "given back";
    });
    await slow.promise;
    await sleep(1);
    expect([hidden.at(-1), errors]).toEqual([0, []]);
  });

  it("tells of a message that names no analysis, and leaves it to the dead letters", async () => {
    const setup = await work();
    setup.queue.put(undefined);
    const worker = listening(setup);
    await until(() => expect(worker.seen("announcement_failed")).toBe(1));
    expect(worker.events).toContainEqual({
      type: "announcement_failed",
      error: expect.objectContaining({ code: "queue.malformed-message" }),
    });
    await worker.end();
    expect(setup.queue.left).toEqual([{ requestId: undefined, receives: 1 }]);
  });

  it("tells when an announcement cannot be removed, and removes it when it comes again", async () => {
    const setup = await work();
    setup.queue.failures.remove.push(unavailable());
    const worker = listening(setup, { leaseMs: 60 });
    await setup.host.submit(picture);
    await until(() => expect(setup.queue.left).toEqual([]));
    expect(worker.seen("announcement_failed")).toBe(1);
    expect(await worker.end()).toMatchObject({ completed: 1 });
  });

  it("outlives a queue that does not answer for a while, and looks into the store meanwhile", async () => {
    const setup = await work();
    setup.queue.failures.receive.push(...Array.from({ length: 3 }, unavailable));
    const worker = listening(setup, { pollMs: 10 });
    await until(() => expect(worker.seen("announcement_failed")).toBe(3));
    await setup.host.submit(picture);
    await until(() => expect(worker.seen("ended")).toBe(1));
    await worker.end();
  });

  it("ends with an error of the queue that waiting does not mend, after its work", async () => {
    const setup = await work();
    await setup.host.submit(picture);
    setup.queue.failures.receive.push(new ArtGuardError("queue.missing", "told by the test"));
    await expect(listening(setup, { concurrency: 2 }).run).rejects.toMatchObject({ code: "queue.missing" });
    expect((await setup.host.counts()).by_status.COMPLETED).toBe(1);
  });
});
