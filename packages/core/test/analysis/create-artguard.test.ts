import {
  type Analysis,
  type ArtGuardOptions,
  completedAnalysisSchema,
  createArtGuard,
  type Detector,
  defaultPolicy,
  heatmapSchema,
  isArtGuardError,
  type Language,
  MemoryTableStore,
  type Observation,
  type ProgressEvent,
} from "@artguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";

/** A store that remembers the states that records were written in, and can be told to break. */
class WatchedStore extends MemoryTableStore {
  readonly written: Partial<Analysis>[] = [];
  breakAt: Analysis["status"] | undefined;

  override async transact(...[actions, options]: Parameters<MemoryTableStore["transact"]>): Promise<void> {
    const states = actions.flatMap(({ write }): Partial<Analysis>[] =>
      write.kind === "put" ? [write.item] : write.kind === "update" && write.change.set ? [write.change.set] : [],
    );
    if (states.some(({ status }) => status !== undefined && status === this.breakAt))
      throw new Error("the disk is full");
    await super.transact(actions, options);
    this.written.push(...structuredClone(states));
  }
}

const detector = (id: string, observation: Partial<Observation> = {}): Detector => ({
  id,
  version: "1.0.0",
  family: "noise",
  detect: () => ({ applicable: true, statistic: 1, regions: [], findings: [], ...observation }),
});
const broken: Detector = {
  ...detector("broken"),
  detect: () => {
    throw new Error("seeded defect");
  },
};
const endless: Detector = { ...detector("endless"), detect: () => new Promise<Observation>(() => {}) };
const marking = detector("marking", {
  heatmap: { width: 1, height: 1, scale: 32, data: Float32Array.of(0.75) },
  regions: [{ x: 1, y: 2, width: 3, height: 4, confidence: 0.9 }],
  findings: [
    {
      code: "mark",
      claim: "A mark.",
      direction: "forged",
      limitation: "Marks are common.",
      overturned_by: "A picture without the mark.",
    },
  ],
});

const picture = () => encoded(gradient(30, 20).png());

async function setup(options: Partial<ArtGuardOptions> = {}) {
  const tables = new WatchedStore();
  const artguard = await createArtGuard({
    detectors: [marking],
    tables,
    storage: "memory",
    isolation: "none",
    ...options,
  });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  return { artguard, tables };
}

async function all(events: AsyncIterable<ProgressEvent>): Promise<ProgressEvent[]> {
  const seen: ProgressEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

describe("analyze", () => {
  it("gives a complete analysis and leaves its record, step by step", async () => {
    const { artguard, tables } = await setup({ now: () => 1_800_000_000_000 });
    const bytes = await picture();
    const analysis = await artguard.analyze(bytes, { filename: "a.png", userId: "u1" });
    expect(completedAnalysisSchema.parse(analysis)).toMatchObject({
      user_id: "u1",
      filename: "a.png",
      content_type: "image/png",
      size_bytes: bytes.length,
      created_at: 1_800_000_000_000,
      timestamp_iso: "2027-01-15T08:00:00.000Z",
      image_saved: false,
      width: 30,
      height: 20,
      model: "local",
      cost_usd: 0,
      regions: [{ x: 1, y: 2, width: 3, height: 4, confidence: 0.9, detector: "marking" }],
      findings: [{ code: "mark", detector: "marking" }],
      engine_versions: { marking: "1.0.0" },
    });
    expect(tables.written.map(({ status }) => status)).toEqual(["PENDING", "PROCESSING", "COMPLETED"]);
    expect((await artguard.get(analysis.request_id)).status).toBe("COMPLETED");
  });

  it("keeps heat maps in the result and out of the record", async () => {
    const { artguard } = await setup();
    const analysis = await artguard.analyze(await picture());
    expect(heatmapSchema.parse(analysis.detections[0]?.heatmap).data).toEqual(Float32Array.of(0.75));
    const { detections, ...stored } = await artguard.get(analysis.request_id);
    const { detections: judged, ...given } = analysis;
    expect(stored).toEqual(given);
    expect(detections).toEqual(judged.map(({ heatmap: _, ...rest }) => rest));
  });

  it("turns places into the frame that a viewer shows", async () => {
    const { artguard } = await setup();
    const sideways = await encoded(gradient(30, 20).jpeg().withMetadata({ orientation: 6 }));
    const analysis = await artguard.analyze(sideways);
    expect([analysis.width, analysis.height]).toEqual([20, 30]);
    expect(analysis.regions).toEqual([{ x: 14, y: 1, width: 4, height: 3, confidence: 0.9, detector: "marking" }]);
  });

  it("outlines the fused map in the frame that a viewer shows, before the detectors' boxes", async () => {
    const calibration = {
      ...defaultPolicy.calibration,
      families: { noise: 1 },
      detectors: {
        marking: {
          detector_version: "1.0.0",
          knots: [[0, 3]] as [number, number][],
          n_forged: 0,
          n_authentic: 0,
          sources: [],
        },
      },
    };
    const cells = Float32Array.from({ length: 4 * 3 }, (_, i) => (i % 4 >= 2 && i < 8 ? 0.9 : 0));
    const halfMarked = detector("marking", {
      heatmap: { width: 4, height: 3, scale: 8, data: cells },
      regions: [{ x: 16, y: 0, width: 14, height: 16, confidence: 0.9 }],
    });
    const { artguard } = await setup({
      detectors: [halfMarked],
      policy: { ...defaultPolicy, calibration, heatmap: { ...defaultPolicy.heatmap!, minimum_region_pixels: 1 } },
    });
    const sideways = await encoded(gradient(30, 20).jpeg().withMetadata({ orientation: 6 }));
    const { regions } = completedAnalysisSchema.parse(await artguard.analyze(sideways));
    expect(regions).toMatchObject([
      { detector: "fused", x: 4, y: 16, width: 16, height: 14 },
      { detector: "marking", x: 4, y: 16, width: 16, height: 14 },
    ]);
    expect(regions[0]!.polygon).toEqual([
      [20, 16],
      [20, 30],
      [4, 30],
      [4, 16],
    ]);
    expect(regions[1]!.polygon).toBeUndefined();
  });

  it("keeps the others' results when one detector breaks, and says so", async () => {
    const { artguard } = await setup({ detectors: [broken, marking] });
    const { detections, reasons, findings } = await artguard.analyze(await picture());
    expect(detections.map(({ id, status }) => `${id} ${status}`)).toEqual(["broken failed", "marking ok"]);
    expect(detections[0]?.error).toMatchObject({ code: "detection.failed", message: expect.stringMatching(/seeded/) });
    expect(reasons).toContain("detectors_incomplete");
    expect(findings).toHaveLength(1);
  });

  it("comes back at its deadline with what there is", async () => {
    const { artguard } = await setup({ detectors: [marking, endless, detector("later")], deadlineMs: 60_000 });
    const { detections } = await artguard.analyze(await picture(), { deadlineMs: 1000 });
    expect(detections.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "marking ok",
      "endless timed_out",
      "later ok",
    ]);
  });

  it("records a file that cannot be judged as FAILED, with the error that it throws", async () => {
    const { artguard, tables } = await setup();
    const error = await artguard.analyze(new TextEncoder().encode("<svg/>")).catch((thrown: unknown) => thrown);
    expect(isArtGuardError(error, "image.unsupported-format")).toBe(true);
    expect(tables.written.map(({ status }) => status)).toEqual(["PENDING", "PROCESSING", "FAILED"]);
    const { code, message, fix } = error as Record<"code" | "message" | "fix", string>;
    expect(tables.written.at(-1)).toMatchObject({ error: { code, message, fix }, error_message: message });
    expect(tables.written.at(-1)?.forgery_score).toBeUndefined();
  });

  it("is stopped by its signal, before and while it works, and records that", async () => {
    const { artguard, tables } = await setup({ detectors: [endless] });
    const bytes = await picture();
    for (const signal of [AbortSignal.abort(), AbortSignal.timeout(100)]) {
      await expect(artguard.analyze(bytes, { signal })).rejects.toMatchObject({ code: "analysis.aborted" });
      expect(tables.written.at(-1)).toMatchObject({ status: "FAILED", error: { code: "analysis.aborted" } });
    }
  });

  it("says that a result could not be stored instead of returning it", async () => {
    const { artguard, tables } = await setup();
    tables.breakAt = "COMPLETED";
    await expect(artguard.analyze(await picture())).rejects.toThrow("the disk is full");
    expect(tables.written.map(({ status }) => status)).toEqual(["PENDING", "PROCESSING", "FAILED"]);
  });

  it("takes no path, control or direction character of a file name into the record", async () => {
    const { artguard } = await setup();
    const filename = `../secret\\a\u202E\u0000${"é".repeat(300)}.png`;
    const analysis = await artguard.analyze(await picture(), { filename });
    expect(analysis.filename).toBe(`a${"é".repeat(254)}`);
  });

  it("gives every anonymous caller a pseudonym of their own", async () => {
    const { artguard } = await setup();
    const [one, two] = [await artguard.analyze(await picture()), await artguard.analyze(await picture())];
    expect(one.user_id).toMatch(/^anon#./);
    expect(one.user_id).not.toBe(two.user_id);
    expect(one.request_id).not.toBe(two.request_id);
  });

  it("keeps to its own limits", async () => {
    const { artguard } = await setup({ limits: { maxPixels: 599 } });
    await expect(artguard.analyze(await picture())).rejects.toMatchObject({ code: "image.too-many-pixels" });
  });

  it("refuses what it cannot work with", async () => {
    const { artguard } = await setup();
    const invalid = { code: "analysis.invalid-input" };
    await expect(artguard.analyze("a.png" as unknown as Uint8Array)).rejects.toMatchObject(invalid);
    for (const deadlineMs of [0, -1, Number.NaN, 2 ** 31])
      for (const begin of [artguard.analyze, artguard.submit])
        await expect(begin(await picture(), { deadlineMs })).rejects.toMatchObject(invalid);
    await expect(artguard.reanalyze("unknown", { deadlineMs: 0 })).rejects.toMatchObject(invalid);
    await expect(artguard.get("unknown")).rejects.toMatchObject({ code: "analysis.not-found" });
    for (const options of [
      { detectors: [marking, marking] },
      { concurrency: 0 },
      { concurrency: 1.5 },
      { processesPerImage: 0 },
      { deadlineMs: Number.NaN },
      { limits: { maxBytes: -1 } },
    ])
      await expect(setup(options)).rejects.toMatchObject(invalid);
  });

  it("refuses a language that it cannot explain in before anything is begun", async () => {
    const [language, invalid] = ["fr" as Language, { code: "analysis.invalid-input" }];
    await expect(setup({ language })).rejects.toMatchObject(invalid);
    const { artguard } = await setup();
    for (const begin of [artguard.analyze, artguard.submit])
      await expect(begin(await picture(), { language, userId: "ada" })).rejects.toMatchObject(invalid);
    await expect(artguard.reanalyze("unknown", { language })).rejects.toMatchObject(invalid);
    expect((await artguard.history("ada")).items).toEqual([]);
  });
});

describe("analyzeStream", () => {
  it("tells every step in order and ends in the analysis", async () => {
    const { artguard } = await setup();
    const events = await all(artguard.analyzeStream(await picture(), { preview: true }));
    expect(events.map(({ type }) => type)).toEqual([
      "created",
      "inspected",
      "decoded",
      "preprocessed",
      "detector_started",
      "detected",
      "completed",
    ]);
    const last = events.at(-1);
    expect(last?.type === "completed" && (await artguard.get(last.analysis.request_id)).status).toBe("COMPLETED");
  });

  it("makes no preview unless asked", async () => {
    const { artguard } = await setup();
    const events = await all(artguard.analyzeStream(await picture()));
    expect(events.map(({ type }) => type)).not.toContain("preprocessed");
  });

  it("does not leave a record in progress when its reader leaves", async () => {
    const { artguard, tables } = await setup();
    for await (const { type } of artguard.analyzeStream(await picture())) if (type === "detected") break;
    expect(tables.written.at(-1)).toMatchObject({ status: "FAILED", error: { code: "analysis.aborted" } });
  });
});

describe("rescore", () => {
  it("judges the stored record as the image was judged", async () => {
    const { artguard } = await setup();
    const analysis = await artguard.analyze(await picture());
    const { detections = [] } = await artguard.get(analysis.request_id);
    const { forgery_score, verdict, reasons, confidence, contributions } = analysis;
    expect(artguard.rescore({ detections })).toMatchObject({
      forgery_score,
      verdict,
      reasons,
      confidence,
      contributions,
    });
  });

  it("follows another policy", async () => {
    const { artguard } = await setup();
    const analysis = await artguard.analyze(await picture());
    const strict = { ...defaultPolicy, version: "strict", prior: 0.5 };
    expect(artguard.rescore(analysis, strict)).toMatchObject({ forgery_score: 50, policy_version: "strict" });
  });
});
