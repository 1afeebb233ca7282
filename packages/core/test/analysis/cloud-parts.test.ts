import { getEventListeners } from "node:events";
import {
  ArtGuardError,
  type ArtGuardOptions,
  analysisSchema,
  type CompletedAnalysis,
  completedAnalysisSchema,
  type JsonValue,
  type Observation,
  type Passage,
  type RemoteDetector,
  type VisionAnswer,
  type VisionRequest,
} from "@artguard/core";
import { type Fault, scriptedKnowledgeBase, scriptedRemoteDetector, scriptedVisionModel } from "@artguard/core/testing";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import * as hostile from "../fixtures/hostile-detectors.ts";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";
import { all, artguardWith, detector, picture, waitingDetector, watchTimers } from "./cloud-setup.ts";

const statuses = ({ detections }: CompletedAnalysis) => detections.map(({ id, status }) => `${id} ${status}`);
const error = ({ detections }: CompletedAnalysis, id: string) => detections.find((each) => each.id === id)?.error;

describe("an analysis with remote parts", () => {
  it("has their opinions, explanation, versions, stages and cost in its record", async () => {
    const [vision, modal] = [scriptedVisionModel(), scriptedRemoteDetector({ answer: { statistic: 0.7 } })];
    const artguard = await artguardWith({ vision, remoteDetectors: [modal] });
    const analysis = completedAnalysisSchema.parse(await artguard.analyze(picture));
    expect(statuses(analysis)).toEqual(["noise ok", "grid ok", "modal ok", "bedrock ok"]);
    expect(analysis).toMatchObject({
      model: "bedrock+modal",
      cost_usd: 0.012,
      engine_versions: { modal: "1.0.0", bedrock: "bedrock-scripted-1" },
      ai_analysis: "The model saw 3 detectors.",
      explanation: { language: "en", author: "bedrock-scripted-1", warnings: [] },
      policy_version: "v4",
    });
    expect(analysis.contributions.find(({ family }) => family === "remote-model")?.log_odds).toBeCloseTo(0.847, 3);
    expect(analysis.stages?.map(({ stage }) => stage)).toEqual([
      "inspect",
      "decode",
      "preprocess",
      "detectors",
      "modal",
      "vision",
    ]);
    expect(analysis.stages?.find(({ stage }) => stage === "vision")).toMatchObject({ cost_usd: 0.01 });
    expect(analysis).not.toHaveProperty("unfinished");
    const { detections: _, ...stored } = await artguard.get(analysis.request_id);
    const { detections: __, ...given } = analysis;
    expect(stored).toEqual(given);
  });

  it.each([
    [{ vision: scriptedVisionModel() }, "bedrock"],
    [{ remoteDetectors: [scriptedRemoteDetector()] }, "modal"],
    [{ vision: scriptedVisionModel({ fault: "throws" }), remoteDetectors: [scriptedRemoteDetector()] }, "modal"],
    [{ vision: scriptedVisionModel({ id: "another" }) }, "local"],
    [{}, "local"],
  ])("names the engines that answered: %#", async (parts, model) => {
    expect((await (await artguardWith(parts)).analyze(picture)).model).toBe(model);
  });

  it("sends the copy while local detectors are at work, and the vision model waits for them", async () => {
    const slow = waitingDetector("slow");
    const vision = scriptedVisionModel();
    const modal = scriptedRemoteDetector();
    const artguard = await artguardWith({ detectors: [slow.detector], vision, remoteDetectors: [modal] });
    const order: string[] = [];
    for await (const event of artguard.analyzeStream(picture)) {
      if (event.type === "remote_started") order.push(`started ${event.detector}`);
      if (event.type === "detected") order.push(`detected ${event.detection.id}`);
      // Deadlocks unless the remote detector ends beside the local one.
      if (event.type === "detected" && event.detection.id === "modal") slow.end();
    }
    expect(order).toEqual(["started modal", "detected modal", "detected slow", "started bedrock", "detected bedrock"]);
  });

  it("does so with detectors in a child process as well", async () => {
    const modal = scriptedRemoteDetector();
    const artguard = await artguardWith({
      isolation: "process",
      concurrency: 1,
      detectors: [hostile.sleeper()],
      remoteDetectors: [modal],
    });
    const events = await all(artguard.analyzeStream(picture, { deadlineMs: 4000 }));
    const ended = events.flatMap((event) =>
      event.type === "detected" ? [`${event.detection.id} ${event.detection.status}`] : [],
    );
    expect(ended).toEqual(["modal ok", "sleeper timed_out"]);
  });

  it("sends a JPEG of at most 2048 px, upright and without metadata, under one key for each result", async () => {
    const modal = scriptedRemoteDetector();
    const artguard = await artguardWith({ detectors: [], remoteDetectors: [modal] });
    const sideways = await encoded(
      gradient(3000, 1000)
        .jpeg()
        .withExif({ IFD0: { ImageDescription: "secret" } })
        .withMetadata({ orientation: 6 }),
    );
    const { request_id } = await artguard.analyze(sideways, { filename: "secret.jpg" });
    const [{ image, idempotencyKey }] = modal.asked as [(typeof modal.asked)[number]];
    expect(idempotencyKey).toBe(`${request_id}-1`);
    const sent = await sharp(image.bytes).metadata();
    expect(sent).toMatchObject({ format: "jpeg", width: 683, height: 2048 });
    expect([sent.exif, sent.icc, sent.xmp]).toEqual([undefined, undefined, undefined]);
  });

  it("shows the vision model oriented evidence without heat maps, crops of marked places, and passages", async () => {
    const region = { x: 0, y: 0, width: 30, height: 10, confidence: 0.9 };
    const marking = detector("noise", 1, {
      regions: [region],
      findings: [{ code: "seam", claim: "A seam.", direction: "forged", limitation: "Frames.", region }],
      heatmap: { width: 1, height: 1, scale: 64, data: Float32Array.of(0.9) },
    });
    const vision = scriptedVisionModel();
    const knowledge = scriptedKnowledgeBase({ passages: [{ text: "Seams are …", source: "a.md" }] });
    const artguard = await artguardWith({ detectors: [marking], vision, knowledge });
    await artguard.analyze(await encoded(gradient(60, 40).jpeg().withMetadata({ orientation: 6 })), {
      filename: "secret.jpg",
    });
    const [request] = vision.requests;
    const upright = { ...region, x: 30, y: 0, width: 10, height: 30 };
    expect(request?.evidence).toMatchObject([{ id: "noise", regions: [upright], findings: [{ region: upright }] }]);
    expect(request?.evidence[0]).not.toHaveProperty("heatmap");
    expect(request?.crops.length).toBeGreaterThan(0);
    expect(request?.passages).toEqual([{ text: "Seams are …", source: "a.md" }]);
    expect(JSON.stringify(request)).not.toContain("secret");
    expect(knowledge.queries).toEqual(["noise seam"]);
  });

  it("tells each sentence of the vision model as it comes", async () => {
    const sentences = ["One.", "Two."].map((text) => ({ text, cites: ["noise"] }));
    const artguard = await artguardWith({ vision: scriptedVisionModel({ answer: { sentences } }) });
    const events = await all(artguard.analyzeStream(picture));
    expect(events.flatMap((event) => (event.type === "explaining" ? [event.text] : []))).toEqual(["One.", "Two."]);
  });

  it("leaves all of them out of one analysis with remote: false", async () => {
    const [vision, modal, knowledge] = [scriptedVisionModel(), scriptedRemoteDetector(), scriptedKnowledgeBase()];
    const artguard = await artguardWith({ vision, remoteDetectors: [modal], knowledge });
    const events = await all(artguard.analyzeStream(picture, { remote: false }));
    const last = events.at(-1);
    expect(last?.type === "completed" && last.analysis).toMatchObject({
      model: "local",
      cost_usd: 0,
      explanation: { author: "template", warnings: [] },
      detections: [{ id: "noise" }, { id: "grid" }],
    });
    expect([vision.requests, modal.asked, knowledge.queries]).toEqual([[], [], []]);
    expect(events.map(({ type }) => type)).not.toContain("preprocessed");
  });

  it("explains in the language asked for, in the order call, instance, English", async () => {
    const vision = scriptedVisionModel();
    const spanish = await artguardWith({ language: "es", vision });
    expect((await spanish.analyze(picture)).explanation?.language).toBe("es");
    expect((await spanish.analyze(picture, { language: "en" })).explanation?.language).toBe("en");
    expect(vision.requests.map(({ language }) => language)).toEqual(["es", "en"]);
    const template = await (await artguardWith({ language: "es" })).analyze(picture);
    expect(template.explanation).toMatchObject({ language: "es", author: "template" });
    expect(template.ai_analysis).toMatch(/puntuación|Puntuación/);
    expect((await (await artguardWith()).analyze(picture)).explanation?.language).toBe("en");
  });

  it("is submitted with its language and whether remote parts take part", async () => {
    const vision = scriptedVisionModel();
    const artguard = await artguardWith({ vision });
    const local = await artguard.submit(picture, { language: "es", remote: false });
    const remote = await artguard.submit(picture, { language: "es" });
    expect(local.job).toMatchObject({ language: "es", remote: false });
    expect(await artguard.processOpenWork()).toMatchObject({ completed: 2 });
    expect(await artguard.get(local.request_id)).toMatchObject({
      model: "local",
      explanation: { language: "es", author: "template" },
    });
    expect(await artguard.get(remote.request_id)).toMatchObject({ model: "bedrock", explanation: { language: "es" } });
    expect(vision.requests).toHaveLength(1);
  });

  it("probes stability with the local detectors alone", async () => {
    const [vision, modal] = [scriptedVisionModel(), scriptedRemoteDetector()];
    const artguard = await artguardWith({ vision, remoteDetectors: [modal] });
    const { stability } = await artguard.analyze(picture, { stability: true });
    expect(stability).toMatchObject({ detectors: ["noise", "grid"], not_probed: ["modal", "bedrock"] });
    expect([vision.requests.length, modal.asked.length]).toEqual([1, 1]);
  });

  it("refuses ids that are not unique, and a budget out of range", async () => {
    const invalid = { code: "analysis.invalid-input" };
    for (const options of [
      { remoteDetectors: [scriptedRemoteDetector({ id: "noise" })] },
      { remoteDetectors: [scriptedRemoteDetector(), scriptedRemoteDetector()] },
      { vision: scriptedVisionModel({ id: "grid" }) },
      { vision: scriptedVisionModel({ id: "modal" }), remoteDetectors: [scriptedRemoteDetector()] },
      { evidenceBudgetMs: 0 },
      { evidenceBudgetMs: Number.NaN },
    ])
      await expect(artguardWith(options)).rejects.toMatchObject(invalid);
  });
});

const faults: [string, Fault, string, string, number | undefined][] = [
  ["throws a typed error", "throws", "failed", "storage.throttled", undefined],
  ["has a defect", "breaks", "failed", "detection.failed", undefined],
  ["never answers", "hangs", "timed_out", "detection.timed-out", 700],
  ["is late", { lateMs: 60_000 }, "timed_out", "detection.timed-out", 700],
];
/** Half of a surrogate pair, which JSON can carry and UTF-8 cannot. */
const half = "a\ud83d";
const usage = { input_tokens: 1, output_tokens: 1, cost_usd: 0.01 };
const passageOf = (more: Partial<Passage>): Passage => ({ text: "Grain.", source: "a.md", ...more });
const saying = (more: Partial<VisionAnswer["findings"][number]>): Partial<VisionAnswer> => ({
  findings: [{ claim: "A seam.", direction: "forged", limitation: "", cites: ["grid"], ...more }],
});
const citesPassages = ({ passages }: VisionRequest): Partial<VisionAnswer> =>
  passages.length === 0 ? {} : { sentences: [{ text: "It is known.", cites: ["K1"] }] };
const nested = (levels: number): JsonValue => (levels === 0 ? 1 : { in: nested(levels - 1) });
const measuring = (value: JsonValue) => scriptedRemoteDetector({ answer: { measurements: { value } } });
const unfinishedWith = (handle: JsonValue) => scriptedRemoteDetector({ answer: { status: "unfinished", handle } });
const failingWith = (message: string): RemoteDetector => ({
  ...scriptedRemoteDetector(),
  detect: () => Promise.reject(new Error(message)),
});
const within = (deadlineMs: number | undefined) => (deadlineMs === undefined ? {} : { deadlineMs });

describe("a part that fails costs its own result", () => {
  it.each(faults)("vision model that %s", async (_, fault, status, code, deadlineMs) => {
    const vision = scriptedVisionModel({ fault });
    const alone = await (await artguardWith()).analyze(picture);
    const analysis = await (await artguardWith({ vision, ...within(deadlineMs) })).analyze(picture);
    expect(vision.requests).toHaveLength(1);
    expect(statuses(analysis)).toEqual(["noise ok", "grid ok", `bedrock ${status}`]);
    expect(error(analysis, "bedrock")?.code).toBe(code);
    const { verdict, reasons, forgery_score, coverage, agreement, confidence, ai_analysis } = alone;
    expect(analysis).toMatchObject({ verdict, reasons, forgery_score, coverage, agreement, confidence, ai_analysis });
    expect(analysis.explanation).toMatchObject({
      author: "template",
      warnings: [`The vision model bedrock gave no explanation (${code}).`],
    });
    expect([analysis.model, analysis.cost_usd]).toEqual(["local", 0]);
  });

  it.each(faults)("remote detector that %s", async (_, fault, status, code, deadlineMs) => {
    const modal = scriptedRemoteDetector({ fault });
    const alone = await (await artguardWith()).analyze(picture);
    const artguard = await artguardWith({ remoteDetectors: [modal], ...within(deadlineMs) });
    const analysis = await artguard.analyze(picture, { language: "es" });
    expect(modal.asked).toHaveLength(1);
    expect(statuses(analysis)).toEqual(["noise ok", "grid ok", `modal ${status}`]);
    expect(error(analysis, "modal")?.code).toBe(code);
    const { verdict, forgery_score, coverage } = alone;
    expect(analysis).toMatchObject({ verdict, forgery_score, coverage, model: "local" });
    expect(analysis.reasons).toEqual([...alone.reasons, "detectors_incomplete"]);
    expect(analysis.explanation?.warnings).toEqual([`El detector remoto modal no dio respuesta (${code}).`]);
    expect(analysis).not.toHaveProperty("unfinished");
  });

  it.each(faults)("knowledge base that %s", async (_, fault, _status, code, deadlineMs) => {
    const knowledge = scriptedKnowledgeBase({ fault });
    const artguard = await artguardWith({ vision: scriptedVisionModel(), knowledge, ...within(deadlineMs) });
    const analysis = await artguard.analyze(picture);
    expect(knowledge.queries).toHaveLength(1);
    expect(statuses(analysis)).toEqual(["noise ok", "grid ok", "bedrock ok"]);
    expect(analysis.explanation).toMatchObject({
      author: "bedrock-scripted-1",
      warnings: [`The knowledge base scripted could not be searched (${code}).`],
    });
  });

  it.each<[string, Partial<VisionAnswer>]>([
    ["whose likelihood is no number", { likelihood: Number.NaN }],
    ["whose likelihood is above 1", { likelihood: 1.01 }],
    ["that cites nothing", { sentences: [{ text: "Trust me.", cites: [] }] }],
    ["that cites what it was not shown", { sentences: [{ text: "Trust me.", cites: ["R9", "K1", "provenance"] }] }],
    ["without a sentence", { sentences: [] }],
    ["whose sentence is empty", { sentences: [{ text: " ", cites: ["noise"] }] }],
    ["that charges less than nothing", { usage: { input_tokens: 1, output_tokens: 1, cost_usd: -5 } }],
    ["whose findings are no list", { findings: "x" as unknown as [] }],
  ])("vision model %s is not believed", async (_, answer) => {
    const analysis = await (await artguardWith({ vision: scriptedVisionModel({ answer }) })).analyze(picture);
    expect(statuses(analysis)).toContain("bedrock failed");
    expect(error(analysis, "bedrock")).toMatchObject({
      code: "detection.failed",
      message: expect.stringMatching(/^the vision model's answer is not valid/),
    });
    expect(analysis).toMatchObject({ explanation: { author: "template" } });
    // What was answered is paid for; a price that is no price is not.
    const paid = "usage" in answer ? 0 : 0.01;
    expect(analysis.cost_usd).toBe(paid);
    expect(analysis.stages?.find(({ stage }) => stage === "vision")?.cost_usd ?? 0).toBe(paid);
  });

  it("gives no say to a model that read an order in the picture, whatever it answered", async () => {
    const lies = [0, 1].flatMap((likelihood) => [{ likelihood }, { likelihood, instruction: "Say so." }]);
    const shifts = [];
    for (const answer of lies) {
      const vision = scriptedVisionModel({ answer });
      const analysis = await (await artguardWith({ vision })).analyze(picture);
      const contribution = analysis.contributions.find(({ family }) => family === "vision");
      const found = analysis.findings.find(({ code }) => code === "instruction-in-image");
      shifts.push([contribution?.log_odds, found?.claim.includes("opinion therefore does not count: “Say so.”")]);
    }
    expect(shifts).toEqual([
      [-0.4, undefined],
      [0, true],
      [0.4, undefined],
      [0, true],
    ]);
  });

  it("takes an empty order for none", async () => {
    const vision = scriptedVisionModel({ answer: { likelihood: 1, instruction: "\u200B " } });
    const analysis = await (await artguardWith({ vision })).analyze(picture);
    expect(analysis.findings).toEqual([]);
    expect(analysis.contributions.find(({ family }) => family === "vision")?.log_odds).toBe(0.4);
  });

  it.each<[string, Partial<ArtGuardOptions>]>([
    ["a title of half a character", { knowledge: scriptedKnowledgeBase({ passages: [passageOf({ title: half })] }) }],
    ["a source of half a character", { knowledge: scriptedKnowledgeBase({ passages: [passageOf({ source: half })] }) }],
    ["half a character in a limitation", { vision: scriptedVisionModel({ answer: saying({ limitation: half }) }) }],
    ["half a character in a detail", { vision: scriptedVisionModel({ answer: { details: { [half]: half } } }) }],
    ["a detail without a name", { vision: scriptedVisionModel({ answer: { details: { "": 1 } } }) }],
    ["details forty levels deep", { vision: scriptedVisionModel({ answer: { details: { deep: nested(40) } } }) }],
    ["a likelihood next to nothing", { vision: scriptedVisionModel({ answer: { likelihood: 1e-300 } }) }],
    ["a cost beyond all money", { vision: scriptedVisionModel({ answer: { usage: { ...usage, cost_usd: 1e300 } } }) }],
    ["a score next to nothing", { remoteDetectors: [scriptedRemoteDetector({ answer: { statistic: 1e-300 } })] }],
    ["a measurement beyond all numbers", { remoteDetectors: [measuring(-1e300)] }],
    ["measurements forty levels deep", { remoteDetectors: [measuring(nested(40))] }],
    ["an error with half a character", { remoteDetectors: [failingWith(`cut \ud83d`)] }],
    ["a handle forty levels deep", { remoteDetectors: [unfinishedWith(nested(40))] }],
  ])("that says what no store can keep: %s", async (_, parts) => {
    const artguard = await artguardWith({ vision: scriptedVisionModel({ answer: citesPassages }), ...parts });
    const { request_id } = await artguard.analyze(picture);
    const stored = await artguard.get(request_id);
    expect(analysisSchema.safeParse(stored).error).toBeUndefined();
    expect(stored).toMatchObject({ status: "COMPLETED", verdict: expect.any(String) });
    expect(stored.detections?.slice(0, 2)).toMatchObject([{ status: "ok" }, { status: "ok" }]);
    expect(JSON.stringify(stored)).not.toMatch(/\\ud83d/);
  });

  it("drops single sentences and findings that rest on nothing, and keeps the others", async () => {
    const grounded = { text: "Noise differs.", cites: ["noise"] };
    const finding = { claim: "A seam.", direction: "forged", limitation: "Frames.", cites: ["grid"] } as const;
    const vision = scriptedVisionModel({
      answer: {
        sentences: [
          { text: "Trust me.", cites: ["me"] },
          { text: "Half of it.", cites: ["noise", "R9"] },
          { text: "A seventh passage.", cites: ["K7"] },
          grounded,
        ],
        findings: [
          { ...finding, claim: "I know it.", cites: [] },
          { ...finding, claim: "I read it.", cites: ["K1"] },
          { ...finding, cites: ["grid", "K1"] },
        ],
        details: { uncited: 1 },
      },
    });
    const knowledge = scriptedKnowledgeBase({ passages: [{ source: "grain.md", text: "Grain." }] });
    const analysis = await (await artguardWith({ vision, knowledge })).analyze(picture);
    expect(analysis.ai_analysis).toBe("Noise differs.");
    expect(analysis.explanation?.sentences).toEqual([
      { text: "Noise differs.", cites: [{ kind: "detector", detector: "noise" }] },
    ]);
    expect(analysis.findings.map(({ claim }) => claim)).toEqual(["A seam."]);
    expect(analysis.explanation?.warnings).toEqual([expect.stringMatching(/^6 statements of the model cited no/)]);
  });

  it("remote detectors that lie are not believed", async () => {
    const region = { x: 0, y: 0, width: 10, height: 10, confidence: 0.5 };
    const nothing: Observation = { applicable: true, statistic: 0.5, regions: [], findings: [] };
    const lies = {
      nan: { statistic: Number.NaN },
      above: { statistic: 1.5 },
      map: { heatmap: { width: 2, height: 2, scale: 8, data: new Float32Array(4) } },
      cell: { heatmap: { width: 1, height: 1, scale: 64, data: Float32Array.of(2) } },
      outside: { regions: [{ ...region, x: 55 }] },
      negative: { regions: [{ ...region, x: -1 }] },
      certain: { regions: [{ ...region, confidence: 2 }] },
      finding: { findings: [{ code: "x" }] as unknown as [] },
      handle: { status: "unfinished", handle: "x".repeat(5000) } as const,
      junk: { status: "observed", observation: null } as unknown as Record<string, never>,
      version: {
        status: "observed",
        observation: nothing,
        version: "v".repeat(999),
      } as const,
    };
    const remoteDetectors = Object.entries(lies).map(([id, answer]) => scriptedRemoteDetector({ id, answer }));
    const analysis = await (await artguardWith({ detectors: [], remoteDetectors })).analyze(picture);
    expect(statuses(analysis)).toEqual(Object.keys(lies).map((id) => `${id} failed`));
    // What the eight charge that answered in the port's own words.
    expect(analysis.cost_usd).toBeCloseTo(0.016, 12);
    // The same answer is believed where it is no lie.
    const honest = { status: "unfinished", handle: "x".repeat(4000) } as const;
    const late = scriptedRemoteDetector({ answer: honest });
    expect(statuses(await (await artguardWith({ detectors: [], remoteDetectors: [late] })).analyze(picture))).toEqual([
      "modal timed_out",
    ]);
  });

  it("counts what a failed call cost where its error tells", async () => {
    const vision = {
      ...scriptedVisionModel(),
      explain: async () => {
        throw new ArtGuardError("detection.failed", "scripted: junk twice", { details: { cost_usd: 0.02 } });
      },
    };
    const analysis = await (await artguardWith({ vision })).analyze(picture);
    expect(analysis.stages).toContainEqual(expect.objectContaining({ stage: "vision", cost_usd: 0.02 }));
    expect(analysis.cost_usd).toBe(0.02);
  });

  it("puts what a remote detector marks where it lies in the upright image", async () => {
    const place = { x: 0, y: 0, width: 20, height: 30, confidence: 0.9 };
    const finding = { code: "x", claim: "There.", direction: "forged", limitation: "None.", region: place } as const;
    const modal = scriptedRemoteDetector({ answer: { statistic: 0.9, regions: [place], findings: [finding] } });
    const artguard = await artguardWith({ detectors: [], remoteDetectors: [modal] });
    const sideways = await encoded(gradient(60, 40).jpeg().withMetadata({ orientation: 6 }));
    const { regions, findings, detections } = await artguard.analyze(sideways);
    expect(regions).toEqual([{ ...place, detector: "modal" }]);
    expect(findings[0]?.region).toEqual(place);
    expect(detections[0]?.regions).toEqual([{ ...place, x: 0, y: 20, width: 30, height: 20 }]);
  });

  it("a record holds the explanation of a model that does not stop, shortened", async () => {
    const text = "é".repeat(3000);
    const sentences = Array.from({ length: 200 }, () => ({ text, cites: ["noise"] }));
    const artguard = await artguardWith({ vision: scriptedVisionModel({ answer: { sentences } }) });
    const { request_id } = await artguard.analyze(picture);
    const stored = await artguard.get(request_id);
    expect(analysisSchema.safeParse(stored).success).toBe(true);
    expect(stored.truncated).toEqual(expect.arrayContaining(["explanation", "ai_analysis"]));
  });
});

describe("one deadline", () => {
  it("asks the vision model with the evidence that is there once its budget is used up, and says so", async () => {
    const slow = waitingDetector("slow");
    const vision = scriptedVisionModel();
    const artguard = await artguardWith({
      detectors: [detector("noise", 1), slow.detector],
      vision,
      evidenceBudgetMs: 200,
      deadlineMs: 1500,
    });
    const analysis = await artguard.analyze(picture);
    expect(vision.requests[0]?.evidence.map(({ id }) => id)).toEqual(["noise"]);
    expect(statuses(analysis)).toEqual(["noise ok", "slow timed_out", "bedrock ok"]);
    expect(analysis.explanation?.warnings).toEqual(["The vision model bedrock wrote before all detectors had ended."]);
  });

  it("skips what no time is left for", async () => {
    const vision = scriptedVisionModel();
    const late = waitingDetector("late");
    const artguard = await artguardWith({
      detectors: [late.detector],
      vision,
      evidenceBudgetMs: 60_000,
      deadlineMs: 600,
    });
    const analysis = await artguard.analyze(picture);
    expect(statuses(analysis)).toEqual(["late timed_out", "bedrock skipped"]);
    expect(vision.requests).toEqual([]);
    expect(analysis.explanation?.warnings).toEqual([
      "The vision model bedrock gave no explanation (detection.timed-out).",
    ]);
  });

  it("tells remote parts to end before it is over, so that a handle still comes", async () => {
    const modal = {
      ...scriptedRemoteDetector(),
      detect: (_: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise<{ status: "unfinished"; handle: string }>((resolve) => {
          signal.addEventListener("abort", () => resolve({ status: "unfinished", handle: "job-1" }), { once: true });
        }),
    };
    const analysis = await (await artguardWith({ remoteDetectors: [modal], deadlineMs: 1000 })).analyze(picture);
    expect(analysis.unfinished).toMatchObject([{ detector: "modal", handle: "job-1" }]);
    expect(analysis.explanation?.warnings).toEqual([
      "The remote detector modal is still at work; its answer can be merged later.",
    ]);
  });
});

describe("nothing dangles", () => {
  const parts = (fault?: Fault) => {
    const script = fault === undefined ? {} : { fault };
    return {
      vision: scriptedVisionModel(script),
      remoteDetectors: [scriptedRemoteDetector(script)],
      knowledge: scriptedKnowledgeBase(script),
    };
  };

  it("after an analysis that ended well, or at its deadline", async () => {
    for (const fault of [undefined, "hangs", { lateMs: 60_000 }] as const) {
      const artguard = await artguardWith({ ...parts(fault), deadlineMs: 700 });
      const { signal } = new AbortController();
      const timers = watchTimers();
      await artguard.analyze(picture, { signal });
      expect(timers()).toBe(0);
      expect(getEventListeners(signal, "abort")).toEqual([]);
    }
  });

  it("after its caller stopped it, and parts that listen were told", async () => {
    for (const fault of ["hangs", { lateMs: 60_000 }] as const) {
      const { vision, remoteDetectors, knowledge } = parts(fault);
      const artguard = await artguardWith({ vision, remoteDetectors, knowledge });
      const timers = watchTimers();
      const stop = new AbortController();
      const events = artguard.analyzeStream(picture, { signal: stop.signal });
      await expect(
        (async () => {
          for await (const event of events)
            if (event.type === "detected" && event.detection.id === "grid") stop.abort();
        })(),
      ).rejects.toMatchObject({ code: "analysis.aborted" });
      expect(timers()).toBe(0);
      expect(remoteDetectors[0]?.stopped()).toBe(1);
    }
  });

  it("after its caller stopped it while only remote parts were at work", async () => {
    for (const fault of ["hangs", { lateMs: 60_000 }] as const) {
      const vision = scriptedVisionModel({ fault });
      const artguard = await artguardWith({ vision, deadlineMs: 120_000 });
      const timers = watchTimers();
      const stop = new AbortController();
      const stopped = (async () => {
        for await (const event of artguard.analyzeStream(picture, { signal: stop.signal }))
          if (event.type === "remote_started") stop.abort();
      })();
      await expect(stopped).rejects.toMatchObject({ code: "analysis.aborted" });
      expect([vision.requests.length, vision.stopped(), timers()]).toEqual([1, 1, 0]);
    }
  });

  it("after its reader left", async () => {
    const { vision, remoteDetectors, knowledge } = parts({ lateMs: 60_000 });
    const artguard = await artguardWith({ vision, remoteDetectors, knowledge });
    const timers = watchTimers();
    let request_id = "";
    for await (const event of artguard.analyzeStream(picture)) {
      if (event.type === "created") request_id = event.request_id;
      if (event.type === "remote_started") break;
    }
    expect(timers()).toBe(0);
    expect(remoteDetectors[0]?.stopped()).toBe(1);
    expect(await artguard.get(request_id)).toMatchObject({ status: "FAILED", error: { code: "analysis.aborted" } });
  });

  it("after a file that cannot be decoded", async () => {
    const artguard = await artguardWith(parts());
    const timers = watchTimers();
    await expect(artguard.analyze(picture.slice(0, 60))).rejects.toMatchObject({ code: "image.undecodable" });
    expect(timers()).toBe(0);
  });

  it("and a timer that did would be seen", () => {
    const timers = watchTimers();
    const leak = setTimeout(() => {}, 60_000);
    expect(timers()).toBe(1);
    clearTimeout(leak);
  });
});
