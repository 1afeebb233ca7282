import assert from "node:assert/strict";
import type { ReceiveOptions, WorkAnnouncement, WorkAnnouncements } from "../analysis/work-announcements.ts";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { TestRunner } from "./test-runner.ts";

/** How the suite makes the announcements under test. */
export interface WorkAnnouncementsContractSetup {
  /** Announcements of which there are none yet. */
  create(): Promise<WorkAnnouncements>;
  /** Puts a message there that names no analysis. */
  putMalformed(announcements: WorkAnnouncements): Promise<void>;
}

/** Long enough for whoever rounds to seconds. */
const [briefly, long] = [1000, 30_000];
const soon: ReceiveOptions = { most: 10, waitMs: briefly, hideMs: long };
const idsOf = (received: readonly WorkAnnouncement[]) => received.map(({ requestId }) => requestId).sort();

/**
 * What all {@link WorkAnnouncements} promise; run it on each implementation.
 *
 * @example
 * import { describe, it } from "vitest";
 *
 * workAnnouncementsContract({ describe, it }, "my queue", {
 *   create: async () => new MemoryWorkAnnouncements(),
 *   putMalformed: async (queue) => (queue as MemoryWorkAnnouncements).put(undefined),
 * });
 */
export function workAnnouncementsContract(
  { describe, it }: TestRunner,
  name: string,
  { create, putMalformed }: WorkAnnouncementsContractSetup,
): void {
  describe(`WorkAnnouncements contract: ${name}`, () => {
    it("hands on what was announced, as it was announced", async () => {
      const announcements = await create();
      const ids = ["8f14e45f-ceea-4671-9b2f-000000000001", 'a "quoted" id é', "x".repeat(200)];
      for (const id of ids) await announcements.announce(id);
      assert.deepEqual(idsOf(await all(announcements, ids.length)), [...ids].sort());
    });

    it("waits in vain where nothing is announced", async () => {
      assert.deepEqual(await (await create()).receive({ ...soon, waitMs: 0 }), []);
    });

    it("ends a wait as soon as something is announced", async () => {
      const announcements = await create();
      const waiting = announcements.receive({ ...soon, waitMs: 20_000 });
      await announcements.announce("a1");
      assert.deepEqual(idsOf(await waiting), ["a1"]);
    });

    it("gives no more at a time than asked for", async () => {
      const announcements = await create();
      for (const id of ["a1", "a2", "a3"]) await announcements.announce(id);
      assert.equal((await announcements.receive({ ...soon, most: 1 })).length, 1);
    });

    it("hides what was received, gives it back when asked to, and forgets what was removed", async () => {
      const announcements = await create();
      await announcements.announce("a1");
      const [first] = await announcements.receive(soon);
      assert.deepEqual(await announcements.receive({ ...soon, waitMs: 0 }), []);
      await first!.hide(0);
      const [second] = await announcements.receive(soon);
      assert.equal(second?.requestId, "a1");
      await second!.hide(0);
      const [third] = await announcements.receive({ ...soon, hideMs: briefly });
      await third!.remove();
      // Longer than it would have been hidden.
      assert.deepEqual(await announcements.receive({ ...soon, waitMs: 3 * briefly }), []);
    });

    it("gives again what was hidden for a time that is over", async () => {
      const announcements = await create();
      await announcements.announce("a1");
      await announcements.receive({ ...soon, hideMs: briefly });
      assert.deepEqual(idsOf(await all(announcements, 1)), ["a1"]);
    });

    it("keeps hidden what is hidden anew in time", async () => {
      const announcements = await create();
      await announcements.announce("a1");
      const [received] = await announcements.receive({ ...soon, hideMs: briefly });
      await received!.hide(long);
      assert.deepEqual(await announcements.receive({ ...soon, waitMs: 3 * briefly }), []);
    });

    it("hands on a message that names no analysis as such", async () => {
      const announcements = await create();
      await putMalformed(announcements);
      const [received] = await announcements.receive(soon);
      assert.ok(received);
      assert.equal(received.requestId, undefined);
    });

    it("refuses to receive none", async () => {
      const announcements = await create();
      for (const most of [0, 1.5, Number.NaN])
        await assert.rejects(announcements.receive({ ...soon, most }), (error) =>
          isArtGuardError(error, "queue.invalid-option"),
        );
    });

    it("rejects with the reason of a signal that has fired, also during a wait", async () => {
      const announcements = await create();
      const reason = new Error("no longer wanted");
      await assert.rejects(announcements.announce("a1", { signal: AbortSignal.abort(reason) }), reason);
      await assert.rejects(announcements.receive({ ...soon, signal: AbortSignal.abort(reason) }), reason);
      const stopping = new AbortController();
      const waiting = announcements.receive({ ...soon, waitMs: 20_000, signal: stopping.signal });
      stopping.abort(reason);
      await assert.rejects(waiting, reason);
    });
  });
}

/** A queue may give them in several goes. */
async function all(announcements: WorkAnnouncements, count: number): Promise<WorkAnnouncement[]> {
  const received: WorkAnnouncement[] = [];
  for (let look = 0; look < 10 && received.length < count; look++)
    received.push(...(await announcements.receive(soon)));
  return received;
}
