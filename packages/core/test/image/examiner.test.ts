import { ChildProcessExaminer, InProcessExaminer } from "@artguard/core/image";
import { eventsOf, examinerContract, statusesOf } from "@artguard/core/testing";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import * as detectors from "../fixtures/hostile-detectors.ts";

const png = async () =>
  new Uint8Array(
    await sharp({ create: { width: 96, height: 64, channels: 3, background: "#808080" } })
      .png()
      .toBuffer(),
  );

examinerContract({ describe, it }, "ChildProcessExaminer", {
  create: () => new ChildProcessExaminer({ concurrency: 2 }),
  png,
  detectors,
});
examinerContract({ describe, it }, "InProcessExaminer", { create: () => new InProcessExaminer(), png, detectors });

const examiner = (concurrency: number) => {
  const made = new ChildProcessExaminer({ concurrency });
  onTestFinished(() => made[Symbol.asyncDispose]());
  return made;
};
const statistics = (events: Awaited<ReturnType<typeof eventsOf>>) =>
  events.flatMap((event) => (event.type === "detected" ? [event.run.observation?.statistic] : []));

describe.each([
  ["ChildProcessExaminer", () => new ChildProcessExaminer({ concurrency: 1 })],
  ["InProcessExaminer", () => new InProcessExaminer()],
] as const)("variants of an image in the %s", (_, create) => {
  it.each([
    [{ quality: 75 }, 96 * 64],
    [{ resize: 0.75, quality: 75 }, 72 * 48],
    // Nine pixels of 96 and six of 64, beginning at odd ones.
    [{ crop: 0.1, quality: 90 }, (96 - 2 * 9) * (64 - 7 - 6)],
    [{ crop: 0.1, resize: 0.5, quality: 90 }, 39 * 26],
  ])("%j reaches detectors in the child and in the host", async (variant, pixels) => {
    const examiner = create();
    onTestFinished(() => examiner[Symbol.asyncDispose]());
    const { source: _, ...local } = { ...detectors.jpegPixels(), id: "local" };
    const events = await eventsOf(examiner, await png(), { detectors: [detectors.jpegPixels(), local], variant });
    expect(statistics(events)).toEqual([pixels, pixels]);
    const inspected = events.find((event) => event.type === "inspected");
    expect(inspected?.info).toMatchObject({ format: "png", width: 96, height: 64 });
  });
});

describe("ChildProcessExaminer", () => {
  it("runs detectors outside the host", async () => {
    const [pid] = statistics(await eventsOf(examiner(1), await png(), { detectors: [detectors.processId()] }));
    expect(pid).toBeGreaterThan(0);
    expect(pid).not.toBe(process.pid);
  });

  it("goes on with the variant in a fresh child", async () => {
    const order = [detectors.aborter(), detectors.jpegPixels()];
    const events = await eventsOf(examiner(1), await png(), {
      detectors: order,
      variant: { resize: 0.5, quality: 75 },
    });
    expect(statusesOf(events)).toEqual(["aborter: failed", "jpeg-pixels: ok"]);
    expect(statistics(events).at(-1)).toBe(48 * 32);
  });

  it("keeps a child warm from one image to the next", async () => {
    const one = examiner(1);
    const run = async () => statistics(await eventsOf(one, await png(), { detectors: [detectors.processId()] }))[0];
    expect(await run()).toBe(await run());
  });

  for (const [fault, status] of [
    [detectors.aborter(), "failed"],
    [detectors.looper(), "timed_out"],
    [detectors.hoarder(), "failed"],
  ] as const) {
    it(`survives a detector that is a ${fault.id}: a fresh child runs the rest, nothing received is lost`, async () => {
      const order = [detectors.mean(), fault, detectors.processId()];
      const options = { detectors: order, deadlineMs: fault.id === "hoarder" ? 60_000 : 6000 };
      const events = await eventsOf(examiner(1), await png(), options);
      expect(statusesOf(events)).toEqual(["mean: ok", `${fault.id}: ${status}`, "process-id: ok"]);
      expect(events.filter(({ type }) => type === "decoded")).toHaveLength(1);
    });
  }

  it("keeps what it has when no time is left to decode again after a detector was stopped", async () => {
    const one = examiner(1);
    await eventsOf(one, await png());
    const options = { detectors: [detectors.mean(), detectors.looper(), detectors.processId()], deadlineMs: 300 };
    const [mean, looper, last] = statusesOf(await eventsOf(one, await png(), options));
    expect([mean, looper]).toEqual(["mean: ok", "looper: timed_out"]);
    expect(last).toMatch(/^process-id: (?:skipped|timed_out|ok)$/);
  });

  it("runs detectors without a source in the host, after the isolated ones", async () => {
    const { source: _, ...local } = detectors.processId();
    const events = await eventsOf(examiner(1), await png(), {
      detectors: [{ ...local, id: "local" }, detectors.processId()],
    });
    expect(statusesOf(events)).toEqual(["process-id: ok", "local: ok"]);
    expect(statistics(events)[1]).toBe(process.pid);
  });

  it("serves more images than it has children, each with its own result", async () => {
    const two = examiner(2);
    const picture = await png();
    const all = await Promise.all(
      Array.from({ length: 12 }, () => eventsOf(two, picture, { detectors: [detectors.mean()] })),
    );
    expect(all.map((events) => statistics(events)[0])).toEqual(all.map(() => 128));
  });

  it("frees its place when a waiting image is stopped", async () => {
    const one = examiner(1);
    // On a busy machine a child takes longer to start than the deadline below.
    await eventsOf(one, await png());
    const busy = eventsOf(one, await png(), { detectors: [detectors.sleeper()], deadlineMs: 1500 });
    const stop = AbortSignal.timeout(200);
    await expect(eventsOf(one, await png(), { signal: stop })).rejects.toThrow(/aborted due to timeout/);
    expect(statusesOf(await busy)).toEqual(["sleeper: timed_out"]);
    expect(statusesOf(await eventsOf(one, await png(), { detectors: [detectors.mean()] }))).toEqual(["mean: ok"]);
  });
});
