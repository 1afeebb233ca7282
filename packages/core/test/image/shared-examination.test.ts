import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChildProcessExaminer, type ExaminationEvent, resolveLimits } from "@artguard/core/image";
import { eventsOf, statusesOf } from "@artguard/core/testing";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ChildPool } from "../../src/image/child-pool.ts";
import { mean, processId } from "../fixtures/hostile-detectors.ts";
import { meeting, meetingAborter, meetingLooper, napper } from "../fixtures/meeting-detectors.ts";

const picture = async (width: number, height: number) =>
  new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background: "#808080" } })
      .png()
      .toBuffer(),
  );
const large = await picture(640, 480);
const small = await picture(96, 64);

const examiner = (options: { concurrency: number; processesPerImage?: number }) => {
  const made = new ChildProcessExaminer(options);
  onTestFinished(() => made[Symbol.asyncDispose]());
  return made;
};
const processes = (events: readonly ExaminationEvent[]) =>
  new Set(events.flatMap((event) => (event.type === "detected" ? [event.run.observation?.statistic] : [])));
const naps = (count: number) => Array.from({ length: count }, () => napper());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "artguard-meeting-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe("a large image while children are spare", () => {
  it("is examined by two processes at the same time, and decoded is told once", async () => {
    const events = await eventsOf(examiner({ concurrency: 2 }), large, {
      detectors: [meeting(folder), mean(), meeting(folder)],
    });
    expect(statusesOf(events).sort()).toEqual(["mean: ok", "meeting: ok", "meeting: ok"]);
    expect(processes(events).size).toBe(3);
    expect(events.filter(({ type }) => type === "decoded")).toHaveLength(1);
  });

  it.each([
    ["the option says one process", large, { concurrency: 2, processesPerImage: 1 }],
    ["there is one child", large, { concurrency: 1 }],
    ["the image is small", small, { concurrency: 2 }],
  ])("is examined by one process, in order, when %s", async (_, bytes, options) => {
    const events = await eventsOf(examiner(options), bytes, { detectors: [...naps(4), processId()] });
    expect(processes(events).size).toBe(1);
    expect(statusesOf(events)).toEqual([...naps(4).map(() => "napper: ok"), "process-id: ok"]);
  });

  it.each([
    ["ends its process", meetingAborter, "failed"],
    ["never returns", meetingLooper, "timed_out"],
  ])("keeps the other results when a detector of the helper %s", async (_, fault, status) => {
    const events = await eventsOf(examiner({ concurrency: 2 }), large, {
      detectors: [meeting(folder), mean(), processId(), fault(folder)],
      deadlineMs: 8000,
    });
    expect(statusesOf(events).sort()).toEqual(
      ["mean: ok", "meeting: ok", `${fault().id}: ${status}`, "process-id: ok"].sort(),
    );
    const errors = events.flatMap((event) => (event.type === "detected" && event.run.error ? [event.run.error] : []));
    expect(errors.map(({ code }) => code)).toEqual([status === "failed" ? "detection.failed" : "detection.timed-out"]);
  });

  it.each([
    ["ends its process", meetingAborter, "failed"],
    ["never returns", meetingLooper, "timed_out"],
  ])("keeps the other results when a detector of the leading child %s", async (_, fault, status) => {
    const events = await eventsOf(examiner({ concurrency: 2 }), large, {
      detectors: [fault(folder), mean(), processId(), meeting(folder)],
      deadlineMs: 8000,
    });
    expect(statusesOf(events).sort()).toEqual(
      ["mean: ok", "meeting: ok", `${fault().id}: ${status}`, "process-id: ok"].sort(),
    );
  });

  it("loses nothing to a helper that ends before it is ready, and asks for no other", async () => {
    const { acquireSpare } = ChildPool.prototype;
    const asked = vi.spyOn(ChildPool.prototype, "acquireSpare").mockImplementation(function (this: ChildPool) {
      const child = acquireSpare.call(this);
      child?.process.kill("SIGKILL");
      return child;
    });
    const options = { concurrency: 2, processesPerImage: 2 };
    const events = await eventsOf(examiner(options), large, { detectors: naps(8) });
    expect(statusesOf(events)).toEqual(naps(8).map(() => "napper: ok"));
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("stops in both processes when the signal fires, and children serve afterwards", async () => {
    const two = examiner({ concurrency: 2 });
    const stop = new AbortController();
    const started: string[] = [];
    const watch = async () => {
      const options = { detectors: [meeting(folder), ...naps(2), meeting(folder)], deadlineMs: 20_000 };
      const events = two.examine(large, { ...options, limits: resolveLimits(), signal: stop.signal });
      for await (const event of events) {
        if (event.type === "detector_started") started.push(event.id);
        if (started.length === 2) stop.abort(new Error("enough"));
      }
    };
    await expect(watch()).rejects.toThrow("enough");
    expect(started).toEqual(["meeting", "meeting"]);
    const both = await Promise.all([1, 2].map(() => eventsOf(two, large, { detectors: [mean()] })));
    expect(both.map(statusesOf)).toEqual([["mean: ok"], ["mean: ok"]]);
  });

  it("gives both places back when nobody follows its events to the end", async () => {
    const two = examiner({ concurrency: 2 });
    const options = { detectors: [meeting(folder), ...naps(2), meeting(folder)], limits: resolveLimits() };
    let seen = 0;
    for await (const { type } of two.examine(large, { ...options, deadlineMs: 20_000 }))
      if (type === "detector_started" && ++seen === 2) break;
    expect(seen).toBe(2);
    const both = await Promise.all([1, 2].map(() => eventsOf(two, large, { detectors: [mean()] })));
    expect(both.map(statusesOf)).toEqual([["mean: ok"], ["mean: ok"]]);
  });

  it("lets another image have the helper", async () => {
    expect(await leftWhenAnotherEnds()).toBeGreaterThan(1);
  });

  it("would keep another image waiting to the end if helpers did not look whether one waits", async () => {
    vi.spyOn(ChildPool.prototype, "isAwaited", "get").mockReturnValue(false);
    expect(await leftWhenAnotherEnds()).toBeLessThanOrEqual(1);
  });

  /** Detectors of the large image that have not ended when a small one has, which came while two processes worked. */
  async function leftWhenAnotherEnds(): Promise<number> {
    const two = examiner({ concurrency: 2 });
    const detectors = [meeting(folder), ...naps(30), meeting(folder)];
    let left = detectors.length;
    const { promise: areBothAtWork, resolve } = Promise.withResolvers<void>();
    const examineLarge = async () => {
      for await (const event of two.examine(large, { detectors, deadlineMs: 20_000, limits: resolveLimits() })) {
        if (event.type !== "detected") continue;
        left--;
        resolve();
      }
    };
    const work = examineLarge();
    await areBothAtWork;
    await eventsOf(two, small, { detectors: [mean()] });
    const leftThen = left;
    await work;
    return leftThen;
  }
});
