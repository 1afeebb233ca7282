import {
  type ArtGuardOptions,
  analysisSchema,
  completedAnalysisSchema,
  MemoryObjectStore,
  MemoryTableStore,
  openPrivacy,
  type RemoteOutcome,
  userIdOf,
} from "@artguard/core";
import {
  type RemoteScript,
  type ScriptedRemoteDetector,
  scriptedRemoteDetector,
  scriptedVisionModel,
} from "@artguard/core/testing";
import { describe, expect, it } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";
import { watchedObjects } from "../privacy/crashing.ts";
import { artguardWith, detector, picture, watchTimers } from "./cloud-setup.ts";

const start = 1_800_000_000_000;
const day = 86_400_000;
const still = { status: "unfinished", handle: { job: "job-1" } } as const;
const place = { x: 10, y: 0, width: 30, height: 30, confidence: 0.9 };
const found: RemoteOutcome = {
  status: "observed",
  observation: {
    applicable: true,
    statistic: 0.99,
    regions: [place],
    findings: [
      { code: "seen", claim: "It sees a splice.", direction: "forged", limitation: "It may err.", region: place },
    ],
    heatmap: { width: 5, height: 8, scale: 8, data: new Float32Array(40).fill(0.9) },
  },
  version: "2.0.0",
  cost_usd: 0.003,
};

const late = (resumed: RemoteScript["resumed"], id = "modal") =>
  scriptedRemoteDetector({ id, answer: still, ...(resumed && { resumed }) });

/** An analysis of a picture that lies on its side, whose remote answers are late. */
async function unfinished(remoteDetectors: readonly ScriptedRemoteDetector[], options: Partial<ArtGuardOptions> = {}) {
  const clock = { ms: start };
  const now = () => clock.ms;
  const stores = { tables: new MemoryTableStore({ now }), objects: new MemoryObjectStore({ now }) };
  const marking = detector("noise", 3, {
    regions: [{ x: 0, y: 0, width: 32, height: 16, confidence: 0.8 }],
    heatmap: {
      width: 8,
      height: 5,
      scale: 8,
      data: Float32Array.from({ length: 40 }, (_, i) => (i % 8 < 4 ? 0.95 : 0)),
    },
  });
  const open = (more: Partial<ArtGuardOptions> = {}) =>
    artguardWith({ detectors: [marking, detector("grid", 0)], remoteDetectors, now, ...stores, ...options, ...more });
  const artguard = await open();
  const sideways = await encoded(gradient(60, 40).jpeg().withMetadata({ orientation: 6 }));
  const analysis = await artguard.analyze(sideways, { userId: "u1" });
  return { artguard, analysis, clock, open, ...stores };
}

describe("resume", () => {
  it("merges the late answer as a new result, judged with the stored detections, and keeps the earlier one", async () => {
    const modal = late([found]);
    const { artguard, analysis } = await unfinished([modal], { vision: scriptedVisionModel() });
    expect(analysis).toMatchObject({
      verdict: "SUSPICIOUS",
      reasons: ["single_family", "detectors_incomplete"],
      model: "bedrock",
      unfinished: [
        {
          detector: "modal",
          handle: still.handle,
          until: start + day,
          copy: { width: 40, height: 60 },
          stored: { width: 60, height: 40, orientation: 6 },
        },
      ],
    });
    expect(analysis.detections.find(({ id }) => id === "modal")).toMatchObject({
      status: "timed_out",
      error: { code: "detection.timed-out" },
    });

    const { analysis: resumed, merged, awaited } = await artguard.resume(analysis.request_id);
    expect([merged, awaited, modal.handles]).toEqual([["modal"], [], [still.handle]]);
    expect(completedAnalysisSchema.parse(resumed)).toMatchObject({
      verdict: "LIKELY_FORGED",
      reasons: [],
      model: "bedrock+modal",
      version_number: 2,
      analyzed_at: start + 1,
      engine_versions: { modal: "2.0.0" },
      explanation: { author: "template", warnings: ["The answer of modal came later; no vision model has seen it."] },
    });
    expect(resumed.cost_usd).toBeCloseTo(0.013, 10);
    expect(resumed.ai_analysis).toContain("splice");
    expect(resumed.findings).toContainEqual(expect.objectContaining({ detector: "modal", region: place }));
    // The fused map is not stored: its regions stay; the late one lies where it lies in the upright image.
    const fused = analysis.regions.filter(({ detector }) => detector === "fused");
    expect(fused.length).toBeGreaterThan(0);
    expect(resumed.regions.filter(({ detector }) => detector === "fused")).toEqual(fused);
    expect(resumed.regions).toContainEqual({ ...place, detector: "modal" });
    expect(resumed).not.toHaveProperty("unfinished");

    const stored = await artguard.get(analysis.request_id);
    expect(stored).toEqual(resumed);
    const [first, second] = await artguard.versions(analysis.request_id);
    expect([first?.verdict, second?.verdict]).toEqual(["SUSPICIOUS", "LIKELY_FORGED"]);
    expect(analysisSchema.parse(first).unfinished).toHaveLength(1);
    await expect(artguard.resume(analysis.request_id)).rejects.toMatchObject({ code: "analysis.nothing-to-resume" });
  });

  it("leaves the record as it is while the remote side is at work or cannot be asked, and says so", async () => {
    const modal = late([still, "throws", "breaks", { status: "not_applicable", reason: "Too small." }]);
    const { artguard, analysis } = await unfinished([modal]);
    const before = await artguard.get(analysis.request_id);
    const expected = [
      [{ detector: "modal" }],
      [{ detector: "modal", error: expect.objectContaining({ code: "storage.throttled" }) }],
      [{ detector: "modal", error: expect.objectContaining({ code: "detection.failed" }) }],
    ];
    for (const awaited of expected) {
      expect(await artguard.resume(analysis.request_id)).toEqual({ analysis: before, merged: [], awaited });
      expect(await artguard.get(analysis.request_id)).toEqual(before);
    }
    const { analysis: ended } = await artguard.resume(analysis.request_id);
    expect(ended.detections.find(({ id }) => id === "modal")).toMatchObject({
      status: "not_applicable",
      reason: "Too small.",
    });
    expect(ended.reasons).toEqual(["single_family"]);
  });

  it("merges what came and awaits the rest", async () => {
    const [modal, other] = [late([found]), late([still, found], "other")];
    const { artguard, analysis } = await unfinished([modal, other]);
    const first = await artguard.resume(analysis.request_id);
    expect(first).toMatchObject({ merged: ["modal"], awaited: [{ detector: "other" }] });
    expect(first.analysis.unfinished?.map(({ detector }) => detector)).toEqual(["other"]);
    const second = await artguard.resume(analysis.request_id);
    expect(second).toMatchObject({ merged: ["other"], awaited: [], analysis: { version_number: 3 } });
    expect([modal.handles.length, other.handles.length]).toEqual([1, 2]);
    expect(await artguard.versions(analysis.request_id)).toHaveLength(3);
  });

  it("does not believe a late lie", async () => {
    const lie = { ...found, observation: { ...found.observation, statistic: Number.NaN } };
    const { artguard, analysis } = await unfinished([late([lie])]);
    expect(await artguard.resume(analysis.request_id)).toMatchObject({
      merged: [],
      awaited: [{ detector: "modal", error: { code: "detection.failed" } }],
    });
  });

  it("works in another process that has only the remote detector and the stores", async () => {
    const { analysis, open } = await unfinished([late([found])]);
    const worker = await open({ detectors: [] });
    const { analysis: resumed } = await worker.resume(analysis.request_id);
    expect(resumed.detections.map(({ id, status }) => `${id} ${status}`)).toEqual(["noise ok", "grid ok", "modal ok"]);
    expect(resumed.verdict).toBe("LIKELY_FORGED");
  });

  it("explains in the language of the analysis", async () => {
    const { analysis, open } = await unfinished([late([found])], { language: "es" });
    const { analysis: resumed } = await (await open({ language: "en" })).resume(analysis.request_id);
    expect(resumed.explanation).toMatchObject({
      language: "es",
      warnings: ["La respuesta de modal llegó más tarde; ningún modelo de visión la ha visto."],
    });
  });

  it("refuses with typed errors what it cannot do", async () => {
    const modal = late([found]);
    const { artguard, analysis, clock, open } = await unfinished([modal]);
    const refused = async (code: string, from = artguard, id = analysis.request_id) =>
      expect(from.resume(id)).rejects.toMatchObject({ code });
    await refused("analysis.not-found", artguard, "unknown");
    await refused(
      "analysis.nothing-to-resume",
      artguard,
      (await artguard.analyze(picture, { remote: false })).request_id,
    );
    await refused("analysis.nothing-to-resume", artguard, (await artguard.submit(picture)).request_id);
    await refused("analysis.detector-not-configured", await open({ remoteDetectors: [] }));
    await expect(artguard.resume(analysis.request_id, { deadlineMs: 0 })).rejects.toMatchObject({
      code: "analysis.invalid-input",
    });
    clock.ms = start + day;
    await refused("analysis.handle-expired");
    expect(modal.handles).toEqual([]);
    clock.ms = start + day - 1;
    expect(await artguard.resume(analysis.request_id)).toMatchObject({ merged: ["modal"] });
  });

  it("ends at its deadline and when its caller stops it, and leaves no timer", async () => {
    const modal = late(["hangs", { lateMs: 60_000 }, "hangs"]);
    const { artguard, analysis } = await unfinished([modal]);
    const timers = watchTimers();
    for (let n = 0; n < 2; n++)
      expect(await artguard.resume(analysis.request_id, { deadlineMs: 50 })).toMatchObject({
        merged: [],
        awaited: [{ detector: "modal", error: { code: "detection.timed-out" } }],
      });
    const signal = AbortSignal.timeout(50);
    await expect(artguard.resume(analysis.request_id, { signal })).rejects.toMatchObject({ code: "analysis.aborted" });
    expect(timers()).toBe(0);
  });

  it("writes nothing of an analysis that was deleted, or resumed by another, meanwhile", async () => {
    const modal = late([found]);
    const { artguard, analysis } = await unfinished([modal]);
    const both = await Promise.allSettled([artguard.resume(analysis.request_id), artguard.resume(analysis.request_id)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "analysis.lease-lost" } });
    expect(await artguard.versions(analysis.request_id)).toHaveLength(2);

    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<RemoteOutcome>();
    const slow = late([found]);
    slow.resume = async () => {
      asked.resolve();
      return await answered.promise;
    };
    const again = await unfinished([slow]);
    const resuming = again.artguard.resume(again.analysis.request_id);
    await asked.promise;
    await again.artguard.deleteAnalysis(again.analysis.request_id);
    answered.resolve(found);
    await expect(resuming).rejects.toMatchObject({ code: "analysis.lease-lost" });
    await expect(again.artguard.get(again.analysis.request_id)).rejects.toMatchObject({ code: "analysis.not-found" });
  });

  it("is refused to users who are being or were erased, before anybody is asked", async () => {
    const modal = late([found]);
    const { artguard, analysis, tables, objects } = await unfinished([modal]);
    const halting = watchedObjects(objects, (call) => {
      if (call === "objects.list") throw new Error("halted");
    });
    const halted = await openPrivacy({ tables, objects: halting, settleMs: 0 });
    await expect(halted.eraseUser(userIdOf("u1"))).rejects.toThrow("halted");
    await expect(artguard.resume(analysis.request_id)).rejects.toMatchObject({ code: "user.being-erased" });
    await (await openPrivacy({ tables, objects, settleMs: 0 })).eraseUser(userIdOf("u1"));
    await expect(artguard.resume(analysis.request_id)).rejects.toMatchObject({ code: "analysis.not-found" });
    expect(modal.handles).toEqual([]);
  });
});
