import { createServer } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ArtGuard,
  ArtGuardError,
  createArtGuard,
  MemoryObjectStore,
  MemoryTableStore,
  openPrivacy,
} from "@artguard/core";
import { type RunWorkerOptions, runWorker, type WorkerEvent } from "@artguard/worker";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { picture, slowDetector } from "./slow-detector.ts";

const dayMs = 86_400_000;

async function setup(detectorMs = 1) {
  const clock = { offset: 0 };
  const now = () => Date.now() + clock.offset;
  const stores = { tables: new MemoryTableStore({ now }), objects: new MemoryObjectStore({ now }) };
  const detectors = [slowDetector(detectorMs)];
  const artguard = await createArtGuard({ ...stores, detectors, isolation: "none", now });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  const submit = async (count: number) => {
    for (let i = 0; i < count; i++) await artguard.submit(picture, { filename: `${i}.png` });
  };
  return { artguard, stores, clock, now, submit, privacy: await openPrivacy({ ...stores, now, settleMs: 0 }) };
}

/** A running worker, what it told, and a way to end it. */
function started(options: RunWorkerOptions) {
  const ending = new AbortController();
  const events: WorkerEvent[] = [];
  const run = runWorker({
    pollMs: 5,
    signal: ending.signal,
    ...options,
    onEvent: (event) => events.push(event),
  });
  const seen = (type: WorkerEvent["type"]) => events.filter((event) => event.type === type).length;
  const end = () => {
    ending.abort();
    return run;
  };
  onTestFinished(async () => void (await end().catch(() => undefined)));
  return { run, end, events, seen };
}

/** Where the worker said that it listens. */
const addressOf = (events: readonly WorkerEvent[]) =>
  events.flatMap((event) => (event.type === "listening" ? [event.url] : []))[0]!;

const until = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 60_000, interval: 10 });

const statuses = async (artguard: ArtGuard) => (await artguard.counts()).by_status;

describe("runWorker", () => {
  it("does what is submitted before and after it starts, until it is told to end", async () => {
    const { artguard, submit } = await setup();
    await submit(3);
    const worker = started({ artguard });
    await until(async () => expect((await statuses(artguard)).COMPLETED).toBe(3));
    await submit(2);
    await until(async () => expect((await statuses(artguard)).COMPLETED).toBe(5));
    expect(await worker.end()).toEqual({ completed: 5, failed: 0, released: 0, lost: 0 });
    await submit(1);
    await sleep(30);
    expect((await statuses(artguard)).PENDING).toBe(1);
  });

  it("works on as many analyses at a time as it is told, and on no more", async () => {
    const { artguard, submit } = await setup(30);
    await submit(9);
    const worker = started({ artguard, once: true, concurrency: 3 });
    expect(await worker.run).toMatchObject({ completed: 9 });
    let [atOnce, most] = [0, 0];
    for (const { type } of worker.events) {
      if (type === "claimed") most = Math.max(most, ++atOnce);
      if (type === "ended") atOnce -= 1;
    }
    expect(most).toBe(3);
  });

  it("ends what it has begun when it is drained, and begins nothing more", async () => {
    const { artguard, submit } = await setup(100);
    await submit(4);
    const worker = started({ artguard, concurrency: 2 });
    await until(() => expect(worker.seen("claimed")).toBe(2));
    expect(await worker.end()).toEqual({ completed: 2, failed: 0, released: 0, lost: 0 });
    expect(await statuses(artguard)).toMatchObject({ PENDING: 2, PROCESSING: 0, COMPLETED: 2 });
  });

  it("gives back what does not end in time, and the attempt does not count", async () => {
    const { artguard, submit } = await setup(60_000);
    await submit(1);
    const worker = started({ artguard, drainMs: 20 });
    await until(() => expect(worker.seen("claimed")).toBe(1));
    expect(await worker.end()).toEqual({ completed: 0, failed: 0, released: 1, lost: 0 });
    const [claimed] = worker.events.filter((event) => event.type === "claimed");
    expect(await artguard.get(claimed!.record.request_id)).toMatchObject({ status: "PROCESSING", attempt: 0 });
  });

  it("ends at once when there is nothing to claim, with once", async () => {
    const { artguard, submit } = await setup();
    await submit(2);
    expect(await runWorker({ artguard, once: true })).toMatchObject({ completed: 2 });
  });

  it("ends with the error of a store that fails for good, and its sweeps and endpoint with it", async () => {
    const { artguard, privacy } = await setup();
    vi.spyOn(artguard, "processOpenWork").mockRejectedValueOnce(
      new ArtGuardError("storage.table-missing", "there is no table"),
    );
    const worker = started({ artguard, privacy, sweepMs: 60_000, health: { port: 0 } });
    await expect(worker.run).rejects.toMatchObject({ code: "storage.table-missing" });
    expect(worker.seen("listening")).toBe(1);
    await expect(fetch(addressOf(worker.events))).rejects.toThrow("fetch failed");
  });
});

describe("the sweeper", () => {
  it("deletes at every interval what has expired", async () => {
    const { artguard, privacy, clock, stores, submit } = await setup();
    await submit(1);
    clock.offset = 3 * dayMs;
    const worker = started({ artguard: { ...artguard, processOpenWork: waiting }, privacy, sweepMs: 10 });
    await until(() => expect(worker.seen("swept")).toBeGreaterThan(1));
    await worker.end();
    const left: string[] = [];
    for await (const { key } of stores.objects.list("")) left.push(key);
    expect(left).toEqual([]);
    const sweeps = worker.events.flatMap((event) => (event.type === "swept" ? [event.sweep.objects_deleted] : []));
    expect(sweeps.slice(0, 2)).toEqual([1, 0]);
  });

  it("goes on after a sweep that failed", async () => {
    const { artguard, privacy } = await setup();
    const sweepExpired = vi.fn(privacy.sweepExpired).mockRejectedValueOnce(new Error("seeded defect"));
    const worker = started({ artguard, privacy: { ...privacy, sweepExpired }, sweepMs: 10 });
    await until(() => expect(worker.seen("swept")).toBeGreaterThan(0));
    expect(worker.seen("sweep_failed")).toBe(1);
    expect((await worker.end()).completed).toBe(0);
  });

  it("sweeps once with once", async () => {
    const { artguard, privacy } = await setup();
    const worker = started({ artguard, privacy, once: true });
    await worker.run;
    expect(worker.seen("swept")).toBe(1);
  });
});

describe("the health endpoint", () => {
  const health = { port: 0 };

  it("is on loopback, and tells figures for Prometheus", async () => {
    const { artguard, submit } = await setup();
    await submit(2);
    const worker = started({ artguard, health });
    await until(async () => expect((await statuses(artguard)).COMPLETED).toBe(2));
    const url = addressOf(worker.events);
    expect(new URL(url).hostname).toBe("127.0.0.1");
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('artguard_worker_analysis_duration_seconds_count{outcome="completed"} 2');
    expect(text).toContain("artguard_worker_analyses_in_flight 0");
    expect(text).toContain('artguard_open_analyses{status="PENDING"} 0');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    await worker.end();
    await expect(fetch(`${url}/health/live`)).rejects.toThrow("fetch failed");
  });

  it("closes who sends the head of a request too slowly, long before Node would look by itself", async () => {
    const { artguard } = await setup();
    const worker = started({ artguard, health });
    await until(() => expect(worker.seen("listening")).toBe(1));
    const socket = connect(Number(new URL(addressOf(worker.events)).port), "127.0.0.1");
    socket.write("GET /health/live HTTP/1.1\r\nHost: x\r\n");
    const closed = new Promise((resolve) => socket.resume().once("close", () => resolve("closed")));
    // 5 s for the head; Node alone looks every 30 s.
    expect(await Promise.race([closed, sleep(25_000, "open")])).toBe("closed");
    await worker.end();
  });

  it("is ready once the store answered, and no more when the worker is drained", async () => {
    const { artguard, submit } = await setup();
    const [begin, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const processOpenWork: ArtGuard["processOpenWork"] = async (options) => {
      await begin.promise;
      const summary = await artguard.processOpenWork(options);
      await end.promise;
      return summary;
    };
    const worker = started({ artguard: { ...artguard, processOpenWork }, health });
    await until(() => expect(worker.seen("listening")).toBe(1));
    const ready = async () => (await fetch(`${addressOf(worker.events)}/health/ready`)).status;
    expect(await ready()).toBe(503);
    await submit(1);
    begin.resolve();
    await until(() => expect(worker.seen("ended")).toBe(1));
    expect(await ready()).toBe(200);
    const ended = worker.end();
    expect(await ready()).toBe(503);
    end.resolve();
    expect(await ended).toMatchObject({ completed: 1 });
  });

  it("is a reason not to start when its port is taken", async () => {
    const { artguard } = await setup();
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(started({ artguard, health: { port } }).run).rejects.toMatchObject({
      code: "worker.cannot-listen",
      message: expect.stringContaining("EADDRINUSE"),
    });
  });
});

/** Does nothing until it is drained. */
const waiting: ArtGuard["processOpenWork"] = async ({ drain } = {}) => {
  await new Promise((resolve) => drain?.addEventListener("abort", resolve));
  return { completed: 0, failed: 0, released: 0, lost: 0 };
};
