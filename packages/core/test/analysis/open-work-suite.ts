import { setTimeout as sleep } from "node:timers/promises";
import {
  type Analysis,
  AnalysisRepository,
  ArtGuardError,
  type OpenWorkEvent,
  OpenWorkQueue,
  type OpenWorkQueueOptions,
  processOpenWork,
} from "@artguard/core";
import { describe, expect, it, vi } from "vitest";
import { processSubmitted } from "../../src/analysis/process-submitted.ts";
import { noon, pending, scored } from "../fixtures/analysis-records.ts";
import { type MakeTableStore, opened } from "../fixtures/table-stores.ts";

const lost = { code: "analysis.lease-lost" };
const leaseMs = 10_000;
const claimOf = (owner: string) => ({ owner, leaseMs });

/** The same expectations of OpenWorkQueue on every table store. */
export function openWorkSuite(name: string, make: MakeTableStore): void {
  describe(`OpenWorkQueue on ${name}`, () => {
    async function setup(jobs: number, options: OpenWorkQueueOptions = {}) {
      const clock = { ms: noon };
      const repository = await AnalysisRepository.open(await opened(make, clock), { now: () => clock.ms });
      const queue = new OpenWorkQueue(repository, { now: () => clock.ms, ...options });
      for (let i = 0; i < jobs; i++)
        await repository.create(pending(`r${i}`, { open_work: `OPEN#${i % 8}`, created_at: noon - i }));
      return { clock, repository, queue };
    }

    it("gives each open analysis to one of many workers", async () => {
      const { queue, repository } = await setup(20);
      const claims = await Promise.all(Array.from({ length: 30 }, (__, i) => queue.claim(claimOf(`w${i}`))));
      const ids = claims.flatMap((claim) => claim?.record.request_id ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      for (let claim = await queue.claim(claimOf("last")); claim; claim = await queue.claim(claimOf("last")))
        ids.push(claim.record.request_id);
      expect(ids.sort()).toEqual(Array.from({ length: 20 }, (__, i) => `r${i}`).sort());
      expect((await repository.counts()).by_status).toMatchObject({ PENDING: 0, PROCESSING: 20 });
    });

    it("takes the oldest first", async () => {
      const { queue } = await setup(24);
      const first = await queue.claim(claimOf("w"));
      expect(first?.record.request_id).toBe("r23");
    });

    it("leaves claimed work alone until its lease is over, then gives it to another with a higher fence", async () => {
      const { queue, clock, repository } = await setup(1);
      const first = await queue.claim(claimOf("w1"));
      expect(first?.record).toMatchObject({ status: "PROCESSING", lease_owner: "w1", attempt: 1, fence: 1 });
      expect(first?.record.lease_until).toBe(noon + leaseMs);
      clock.ms += leaseMs - 1;
      expect(await queue.claim(claimOf("w2"))).toBeUndefined();
      clock.ms += 1;
      const second = await queue.claim(claimOf("w2"));
      expect(second?.record).toEqual({
        ...first?.record,
        lease_owner: "w2",
        lease_until: clock.ms + leaseMs,
        attempt: 2,
        fence: 2,
      });
      expect(await repository.get("r0")).toEqual(second?.record);
    });

    it("extends a lease by heartbeats", async () => {
      const { queue, clock } = await setup(1);
      const claim = (await queue.claim(claimOf("w1")))!;
      clock.ms += leaseMs - 1;
      await queue.heartbeat(claim);
      clock.ms += leaseMs - 1;
      expect(await queue.claim(claimOf("w2"))).toBeUndefined();
    });

    it("holds nothing that was given back, however late a heartbeat arrives", async () => {
      const { queue, repository } = await setup(1);
      const claim = (await queue.claim(claimOf("w1")))!;
      const released = await queue.release(claim);
      await expect(queue.heartbeat(claim)).rejects.toMatchObject(lost);
      expect(await repository.get("r0")).toEqual(released);
      expect((await queue.claim(claimOf("w2")))?.record.lease_owner).toBe("w2");
    });

    it("refuses every write of a worker whose work was taken over", async () => {
      const { queue, clock, repository } = await setup(1);
      const stale = (await queue.claim(claimOf("w1")))!;
      clock.ms += leaseMs;
      const current = (await queue.claim(claimOf("w2")))!;
      await expect(queue.heartbeat(stale)).rejects.toMatchObject(lost);
      await expect(queue.complete(stale, scored(1))).rejects.toMatchObject(lost);
      await expect(queue.fail(stale, new ArtGuardError("image.empty", "x"))).rejects.toMatchObject(lost);
      await expect(queue.release(stale)).rejects.toMatchObject(lost);
      expect(await repository.get("r0")).toEqual(current.record);
      await queue.complete(current, scored(90));
      await expect(queue.complete(stale, scored(1))).rejects.toMatchObject(lost);
      expect(await repository.get("r0")).toMatchObject({ status: "COMPLETED", forgery_score: 90 });
    });

    it("ends with everything that belonged to the work gone from the record", async () => {
      const { queue, repository } = await setup(2);
      await queue.complete((await queue.claim(claimOf("w")))!, scored(10));
      await queue.fail((await queue.claim(claimOf("w")))!, new ArtGuardError("storage.throttled", "slow down"));
      const records = [await repository.get("r0"), await repository.get("r1")];
      expect(records.map(({ status }) => status).sort()).toEqual(["COMPLETED", "FAILED"]);
      for (const record of records)
        for (const attribute of ["open_work", "lease_until", "lease_owner", "job"])
          expect(record).not.toHaveProperty(attribute);
      expect(records.find(({ status }) => status === "FAILED")).toMatchObject({
        error: { code: "storage.throttled", message: "slow down", retryable: true },
        error_message: "slow down",
      });
      expect(await queue.claim(claimOf("w"))).toBeUndefined();
    });

    it("buries work whose workers keep dying, after as many attempts as allowed", async () => {
      const { queue, clock, repository } = await setup(1, { maxAttempts: 3 });
      for (let attempt = 1; attempt <= 3; attempt++) {
        expect((await queue.claim(claimOf("w")))?.record.attempt).toBe(attempt);
        clock.ms += leaseMs;
      }
      expect(await queue.claim(claimOf("w"))).toBeUndefined();
      expect(await repository.get("r0")).toMatchObject({
        status: "FAILED",
        error: { code: "analysis.dead-letter" },
        attempt: 3,
      });
      expect((await repository.counts()).by_status).toEqual({ PENDING: 0, PROCESSING: 0, COMPLETED: 0, FAILED: 1 });
    });

    it("takes work back without counting the attempt, and with a reason counts it", async () => {
      const { queue, clock } = await setup(1, { maxAttempts: 2 });
      await queue.release((await queue.claim(claimOf("w1")))!);
      const again = (await queue.claim(claimOf("w2")))!;
      expect(again.record).toMatchObject({ attempt: 1, fence: 2 });
      const error = new ArtGuardError("storage.unavailable", "no network");
      await queue.release(again, { error, delayMs: 500 });
      expect(await queue.claim(claimOf("w3"))).toBeUndefined();
      clock.ms += 500;
      const last = (await queue.claim(claimOf("w3")))!;
      expect(last.record.attempt).toBe(2);
      expect(await queue.release(last, { error })).toMatchObject({
        status: "FAILED",
        error: { code: "analysis.dead-letter", message: expect.stringMatching(/2 times.*no network/) },
      });
    });

    it("cleans up once after each end", async () => {
      const onEnd = vi.fn(async (before: Analysis, ended: Analysis) => {
        expect([before.status, ended.status]).toEqual(["PROCESSING", "COMPLETED"]);
      });
      const { queue, clock } = await setup(1, { onEnd });
      const stale = (await queue.claim(claimOf("w1")))!;
      clock.ms += leaseMs;
      await queue.complete((await queue.claim(claimOf("w2")))!, scored(10));
      await queue.complete(stale, scored(10)).catch(() => undefined);
      expect(onEnd).toHaveBeenCalledTimes(1);
    });

    describe("processOpenWork", () => {
      const options = { owner: "w", leaseMs: 60_000, retryDelayMs: 0 };

      it("does everything that is open and says what became of it", async () => {
        const { queue, repository, clock } = await setup(10, { maxAttempts: 3 });
        const perform = async ({ request_id }: Analysis) => {
          clock.ms += 10;
          if (request_id === "r1") throw new ArtGuardError("image.undecodable", "broken file");
          if (request_id === "r2") throw new Error("seeded defect");
          return scored(50);
        };
        expect(await processOpenWork(queue, perform, options)).toEqual({
          completed: 8,
          failed: 2,
          released: 2,
          lost: 0,
        });
        expect(await repository.get("r1")).toMatchObject({
          status: "FAILED",
          error: { code: "image.undecodable" },
          attempt: 1,
        });
        expect(await repository.get("r2")).toMatchObject({ error: { code: "analysis.dead-letter" }, attempt: 3 });
      });

      it("stops work whose lease is lost, and does not write its result", async () => {
        const { queue, repository, clock } = await setup(1);
        const later = new OpenWorkQueue(repository, { now: () => clock.ms + 60_000 });
        const perform = async ({ fence }: Analysis, signal: AbortSignal) => {
          if (fence === 2) return scored(90);
          await later.complete((await later.claim(claimOf("other")))!, scored(90));
          if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
          return scored(1);
        };
        const summary = await processOpenWork(queue, perform, { ...options, leaseMs: 30 });
        expect(summary).toEqual({ completed: 0, failed: 0, released: 0, lost: 1 });
        expect(await repository.get("r0")).toMatchObject({ status: "COMPLETED", forgery_score: 90 });
      });

      it("gives its work back when it is stopped", async () => {
        const { queue, repository } = await setup(2);
        const stop = new AbortController();
        const perform = async (__: Analysis, signal: AbortSignal) => {
          stop.abort();
          signal.throwIfAborted();
          return scored(1);
        };
        const summary = await processOpenWork(queue, perform, { ...options, signal: stop.signal });
        expect(summary).toEqual({ completed: 0, failed: 0, released: 1, lost: 0 });
        const attempts = [await repository.get("r0"), await repository.get("r1")].map(({ attempt }) => attempt);
        expect(attempts).toEqual([0, 0]);
        expect(await queue.claim(claimOf("w"))).toBeDefined();
      });

      it("works on as many analyses at a time as it may, and on all of them", async () => {
        const { queue } = await setup(12);
        let [atOnce, most] = [0, 0];
        const three = Promise.withResolvers<void>();
        const perform = async () => {
          most = Math.max(most, ++atOnce);
          if (atOnce === 3) three.resolve();
          // Nobody ends before three have begun, however long a claim takes; a fourth would still be seen.
          await three.promise;
          await sleep(5);
          atOnce -= 1;
          return scored(50);
        };
        const summary = await processOpenWork(queue, perform, { ...options, concurrency: 3 });
        expect(summary).toMatchObject({ completed: 12 });
        expect(most).toBe(3);
      });

      it("waits for new work with pollMs, and when it is drained ends what it has begun", async () => {
        const { queue, repository } = await setup(1);
        const drain = new AbortController();
        const begun: string[] = [];
        const perform = async ({ request_id }: Analysis) => {
          begun.push(request_id);
          if (request_id === "late") drain.abort();
          await sleep(5);
          return scored(50);
        };
        const events: OpenWorkEvent[] = [];
        const run = processOpenWork(queue, perform, {
          ...options,
          pollMs: 5,
          drain: drain.signal,
          onEvent: (event) => events.push(event),
        });
        await vi.waitFor(async () => expect((await repository.get("r0")).status).toBe("COMPLETED"));
        await repository.create(pending("late", { created_at: noon }));
        await vi.waitFor(() => expect(begun).toContain("late"));
        await repository.create(pending("too-late", { created_at: noon }));
        expect(await run).toEqual({ completed: 2, failed: 0, released: 0, lost: 0 });
        expect(begun).toEqual(["r0", "late"]);
        const ended = events.filter((event) => event.type === "ended");
        expect(ended.map(({ record, outcome }) => [record.request_id, outcome])).toEqual([
          ["r0", "completed"],
          ["late", "completed"],
        ]);
        expect(events.filter(({ type }) => type === "claimed")).toHaveLength(2);
        expect(events.filter(({ type }) => type === "polled").length).toBeGreaterThan(2);
      });

      it("outlives with pollMs a store that fails for a while, and without it says so", async () => {
        const { queue, repository, clock } = await setup(1);
        const claim = vi.spyOn(queue, "claim");
        const unavailable = new ArtGuardError("storage.unavailable", "no network");
        claim.mockRejectedValueOnce(unavailable);
        const perform = async () => scored(50);
        await expect(processOpenWork(queue, perform, options)).rejects.toBe(unavailable);
        claim.mockRejectedValueOnce(unavailable).mockRejectedValueOnce(unavailable);
        const complete = vi.spyOn(queue, "complete").mockRejectedValueOnce(unavailable);
        const release = vi.spyOn(queue, "release").mockRejectedValueOnce(unavailable);
        const drain = new AbortController();
        const events: OpenWorkEvent[] = [];
        const onEvent = (event: OpenWorkEvent) => {
          events.push(event);
          if (event.type === "abandoned") clock.ms += options.leaseMs;
          if (event.type === "ended") drain.abort();
        };
        const summary = await processOpenWork(queue, perform, { ...options, pollMs: 1, drain: drain.signal, onEvent });
        expect(summary).toMatchObject({ completed: 1 });
        expect(events.filter(({ type }) => type === "poll_failed")).toHaveLength(2);
        expect(events.filter(({ type }) => type === "abandoned")).toHaveLength(1);
        expect([complete.mock.calls.length, release.mock.calls.length]).toEqual([2, 1]);
        expect((await repository.get("r0")).status).toBe("COMPLETED");
        claim.mockRejectedValueOnce(new ArtGuardError("storage.access-denied", "not yours"));
        await expect(processOpenWork(queue, perform, { ...options, pollMs: 1 })).rejects.toMatchObject({
          code: "storage.access-denied",
        });
      });

      it("refuses to work on none at a time, or to look for work without a pause", async () => {
        const { queue } = await setup(0);
        const invalid = { code: "analysis.invalid-input" };
        const perform = async () => scored(50);
        await expect(processOpenWork(queue, perform, { ...options, concurrency: 0 })).rejects.toMatchObject(invalid);
        await expect(processOpenWork(queue, perform, { ...options, pollMs: 0 })).rejects.toMatchObject(invalid);
      });
    });

    describe("processSubmitted", () => {
      const options = { owner: "w", retryDelayMs: 500 };
      const perform = async () => scored(90);

      it("does the analysis that it is told of, once, however often it is told", async () => {
        const { queue, repository } = await setup(3);
        const told = vi.fn(perform);
        const stores = { queue, repository };
        const first = await processSubmitted("r1", stores, told, options);
        expect(first).toMatchObject({ request_id: "r1", status: "COMPLETED", forgery_score: 90 });
        expect(await processSubmitted("r1", stores, told, options)).toEqual(first);
        expect(told).toHaveBeenCalledTimes(1);
        expect((await repository.counts()).by_status).toMatchObject({ PENDING: 2, COMPLETED: 1 });
      });

      it("tells of one that another worker holds, and does it once that one is silent", async () => {
        const { queue, repository, clock } = await setup(1);
        await queue.claim(claimOf("other"));
        const stores = { queue, repository };
        await expect(processSubmitted("r0", stores, perform, options)).rejects.toMatchObject({
          code: "analysis.still-open",
          retryable: true,
        });
        clock.ms += leaseMs;
        expect(await processSubmitted("r0", stores, perform, options)).toMatchObject({ status: "COMPLETED" });
      });

      it("wants to be told again after a failure that may pass, until the attempts are used up", async () => {
        const { queue, repository, clock } = await setup(1, { maxAttempts: 2 });
        const failing = async () => {
          throw new ArtGuardError("storage.throttled", "slow down");
        };
        const stores = { queue, repository };
        const again = { code: "analysis.still-open" };
        await expect(processSubmitted("r0", stores, failing, options)).rejects.toMatchObject(again);
        await expect(processSubmitted("r0", stores, perform, options)).rejects.toMatchObject(again);
        clock.ms += 500;
        expect(await processSubmitted("r0", stores, failing, options)).toMatchObject({
          status: "FAILED",
          error: { code: "analysis.dead-letter" },
        });
      });

      it("has nothing to do for an analysis that was deleted", async () => {
        const { queue, repository } = await setup(0);
        expect(await processSubmitted("gone", { queue, repository }, perform, options)).toBeUndefined();
      });
    });
  });
}
