import assert from "node:assert/strict";
import type { Detector } from "../detection/detector.ts";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { ExaminationEvent, ExaminationOptions, Examiner } from "../image/examiner.ts";
import { resolveLimits } from "../image/image-limits.ts";
import type { TestRunner } from "./test-runner.ts";

/** How the suite makes the examiner under test. */
export interface ExaminerContractSetup {
  create(): Examiner;
  /** A PNG of 96×64 pixels. */
  png(): Promise<Uint8Array>;
  /** Detectors by what they do: see the names. */
  detectors: Record<"mean" | "choosy" | "thrower" | "sleeper" | "notANumber" | "wrongMap", () => Detector>;
}

/**
 * All events of an examination.
 *
 * @example
 * const events = await eventsOf(examiner, bytes, { detectors });
 */
export async function eventsOf(
  examiner: Examiner,
  bytes: Uint8Array,
  options: Partial<ExaminationOptions> = {},
): Promise<ExaminationEvent[]> {
  const complete = { detectors: [], deadlineMs: 20_000, limits: resolveLimits(), ...options };
  const events: ExaminationEvent[] = [];
  for await (const event of examiner.examine(bytes, complete)) events.push(event);
  return events;
}

/**
 * `id: status` of every detector, in the order they ended.
 *
 * @example
 * statusesOf(await eventsOf(examiner, bytes, { detectors })); // ["noise-level: ok", …]
 */
export function statusesOf(events: readonly ExaminationEvent[]): string[] {
  return events.flatMap((event) => (event.type === "detected" ? [`${event.run.id}: ${event.run.status}`] : []));
}

/**
 * What every {@link Examiner} promises; run it on each implementation.
 *
 * @example
 * import { describe, it } from "node:test";
 *
 * examinerContract({ describe, it }, "my examiner", examinerSetup);
 */
export function examinerContract({ describe, it }: TestRunner, name: string, setup: ExaminerContractSetup): void {
  const { mean, choosy, thrower, sleeper, notANumber, wrongMap } = setup.detectors;
  const using = (test: (examiner: Examiner, png: Uint8Array) => Promise<void>) => async () => {
    const examiner = setup.create();
    try {
      await test(examiner, await setup.png());
    } finally {
      await examiner[Symbol.asyncDispose]();
    }
  };
  const refuses = (code: ErrorCode, action: Promise<unknown>) =>
    assert.rejects(action, (error) => isArtGuardError(error, code));

  describe(`Examiner contract: ${name}`, () => {
    it(
      "inspects, decodes and runs the detectors in order",
      using(async (examiner, png) => {
        const events = await eventsOf(examiner, png, { detectors: [mean(), choosy()] });
        const types = events.map(({ type }) => type);
        assert.deepEqual(types, [
          "inspected",
          "decoded",
          "detector_started",
          "detected",
          "detector_started",
          "detected",
        ]);
        assert.deepEqual(statusesOf(events), ["mean: ok", "choosy: not_applicable"]);
      }),
    );

    it(
      "makes the preprocessed copy when asked, and keeps the originals' detectors on the unscaled raster",
      using(async (examiner, png) => {
        const events = await eventsOf(examiner, png, { preprocess: true });
        const copy = events.find((event) => event.type === "preprocessed");
        assert.deepEqual([copy?.image.width, copy?.image.height, copy?.image.scale], [96, 64, 1]);
      }),
    );

    it(
      "keeps the other results when a detector throws or reports nonsense",
      using(async (examiner, png) => {
        const events = await eventsOf(examiner, png, { detectors: [thrower(), notANumber(), wrongMap(), mean()] });
        assert.deepEqual(statusesOf(events), [
          "thrower: failed",
          "not-a-number: failed",
          "wrong-map: failed",
          "mean: ok",
        ]);
        const failures = events.flatMap((event) =>
          event.type === "detected" && event.run.error ? [event.run.error] : [],
        );
        assert.match(failures[0]!.message, /seeded defect/);
        assert.deepEqual(
          failures.map(({ code }) => code),
          ["detection.failed", "detection.failed", "detection.failed"],
        );
      }),
    );

    it(
      "stops a detector that never ends, and the ones after it still run",
      using(async (examiner, png) => {
        const events = await eventsOf(examiner, png, { detectors: [sleeper(), mean()], deadlineMs: 4000 });
        assert.deepEqual(statusesOf(events), ["sleeper: timed_out", "mean: ok"]);
      }),
    );

    it(
      "skips honestly what no time is left for",
      using(async (examiner, png) => {
        const detectors = [sleeper(), { ...sleeper(), id: "sleeper-2" }, { ...sleeper(), id: "sleeper-3" }, mean()];
        const statuses = statusesOf(
          await eventsOf(examiner, png, { detectors: [...detectors.slice(0, 1)], deadlineMs: 4000 }),
        );
        assert.deepEqual(statuses, ["sleeper: timed_out"]);
        const all = statusesOf(await eventsOf(examiner, png, { detectors, deadlineMs: 6000 }));
        assert.equal(all.length, detectors.length);
        assert.ok(all.every((status) => !status.startsWith("sleeper") || /timed_out|skipped/.test(status)));
      }),
    );

    it(
      "refuses what it cannot decode",
      using(async (examiner, png) => {
        await refuses("image.empty", eventsOf(examiner, new Uint8Array(0)));
        await refuses("image.unsupported-format", eventsOf(examiner, new TextEncoder().encode("<svg/>")));
        await refuses("image.undecodable", eventsOf(examiner, png.slice(0, png.length / 2)));
        await refuses(
          "image.too-many-pixels",
          eventsOf(examiner, png, { limits: resolveLimits({ maxPixels: 96 * 64 - 1 }) }),
        );
        assert.equal(
          (await eventsOf(examiner, png, { limits: resolveLimits({ maxPixels: 96 * 64 }) }))[1]?.type,
          "decoded",
        );
      }),
    );

    it(
      "stops when the signal fires, and works on afterwards",
      using(async (examiner, png) => {
        const stop = new AbortController();
        const stopped = eventsOf(examiner, png, { detectors: [sleeper()], signal: stop.signal });
        setTimeout(() => stop.abort(new Error("enough")), 300);
        await assert.rejects(stopped, /enough/);
        await assert.rejects(eventsOf(examiner, png, { signal: stop.signal }), /enough/);
        assert.deepEqual(statusesOf(await eventsOf(examiner, png, { detectors: [mean()] })), ["mean: ok"]);
      }),
    );
  });
}
