import type { DetectorRun } from "@artguard/core";
import { ChildProcessExaminer } from "@artguard/core/image";
import { eventsOf } from "@artguard/core/testing";
import { forensicDetectors } from "@artguard/forensics";
import { expect, it } from "vitest";
import { picture } from "./pictures.ts";

it("default detectors see in two processes to the last bit what they see one after another in one", async () => {
  const jpeg = new Uint8Array(await picture(640, 448, 5).jpeg({ quality: 90 }).toBuffer());
  const [alone, shared] = [await examined(jpeg, 1), await examined(jpeg, 2)];
  const configured = forensicDetectors().map(({ id }) => id);
  expect(alone.order).toEqual(configured);
  expect(shared.order).not.toEqual(configured);
  expect([...alone.runs.values()].filter(({ status }) => status === "ok").length).toBeGreaterThan(5);
  expect(shared.runs).toEqual(alone.runs);
});

/** What each detector saw, without its time, and in which order they began. */
async function examined(
  bytes: Uint8Array,
  processesPerImage: number,
): Promise<{ runs: Map<string, Partial<DetectorRun>>; order: string[] }> {
  const examiner = new ChildProcessExaminer({ concurrency: 2, processesPerImage });
  try {
    const events = await eventsOf(examiner, bytes, { detectors: forensicDetectors(), deadlineMs: 600_000 });
    const runs = events.flatMap((event) => (event.type === "detected" ? [event.run] : []));
    return {
      runs: new Map(runs.map(({ elapsed_ms: _, ...run }) => [run.id, run])),
      order: events.flatMap((event) => (event.type === "detector_started" ? [event.id] : [])),
    };
  } finally {
    await examiner[Symbol.asyncDispose]();
  }
}
