import {
  type CompletedAnalysis,
  createArtGuard,
  type Detector,
  defaultPolicy,
  type ProgressEvent,
  rescore,
  type VerdictPolicy,
} from "@artguard/core";
import { bedrock } from "@artguard/core/bedrock";
import { modal } from "@artguard/core/modal";
import {
  answering,
  type FakeBedrockReply,
  type FakeConverseRequest,
  failing,
  hanging,
  resetting,
  startFakeBedrock,
  startFakeModal,
} from "@artguard/core/testing";
import { provenanceDetector } from "@artguard/forensics";
import { beforeAll, describe, expect, it } from "vitest";
import { explanationLine, jsonLine, textLine } from "../src/result-line.ts";
import { demandCount, type Injection, injections, pictureWith, secretsOf, textOf } from "./injections.ts";

// A Bedrock on loopback that obeys whatever a forger wrote: what it is told in the request, and what stands in the pixels,
// which it is told besides. What is under test is all that stands around a model, over the real wire.

const knots: [number, number][] = [
  [-4, -4],
  [4, 4],
];
const rule = { detector_version: "1.0.0", knots, n_forged: 0, n_authentic: 0, sources: [] };
/** The newest policy, under which the statistics of `noise` and `grid` are log-likelihood ratios. */
const policy: VerdictPolicy = {
  ...defaultPolicy,
  calibration: {
    ...defaultPolicy.calibration,
    detectors: { noise: rule, grid: rule },
    families: { noise: 1, compression: 1 },
  },
};
const cap = 100 * Math.tanh(defaultPolicy.bounded!.vision!.maximum_log_odds / 4);
const unbounded: VerdictPolicy = { ...policy, bounded: { vision: { maximum_log_odds: 4 } } };

/** Two silent, undecided or sure local detectors, whose common statistic is set before each picture. */
let statistic = 0;
const local = (id: string, family: "noise" | "compression"): Detector => ({
  ...{ id, family, version: "1.0.0" },
  detect: () => ({ applicable: true, statistic, regions: [], findings: [] }),
});
const detectors = [local("noise", "noise"), local("grid", "compression"), provenanceDetector()];
/** Far from the thresholds of 40 and 70, and within a vision model's reach of them on both sides. */
const statistics = [2.34, 1.58, 1.31, 0.87, 0];

/** Analyses on a Bedrock that replies so. */
async function onWire(reply: FakeBedrockReply, options: { readonly deadlineMs?: number } = {}) {
  const fake = await startFakeBedrock({ script: [reply] });
  const vision = bedrock({
    ...{ model: "eu.anthropic.claude-sonnet-4-6", region: "eu-central-1", residency: "eu" },
    ...{ clientConfig: fake.clientConfig, random: () => 0 },
  });
  const artguard = await createArtGuard({
    detectors,
    vision,
    policy,
    storage: "memory",
    isolation: "none",
    ...options,
  });
  return {
    fake,
    artguard,
    [Symbol.asyncDispose]: async () => {
      await artguard[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

interface Run {
  readonly injection: Injection;
  readonly analysis: CompletedAnalysis;
  readonly events: readonly ProgressEvent[];
  readonly requests: readonly FakeConverseRequest[];
}

async function runAll(): Promise<Run[]> {
  let told: Injection | undefined;
  await using wire = await onWire((request) => {
    // What stands in the request's text would be obeyed first.
    const heard = injections.find(({ mark }) => textOf(request).includes(mark)) ?? told;
    return (heard ?? injections[0]!).obey(request);
  });
  const runs: Run[] = [];
  for (const [i, injection] of injections.entries()) {
    [told, statistic] = [injection, statistics[Math.floor(i / demandCount) % statistics.length]!];
    const before = wire.fake.calls.length;
    const events: ProgressEvent[] = [];
    const filename = `${injection.text} ${injection.mark}.png`;
    for await (const event of wire.artguard.analyzeStream(await pictureWith(injection), { filename }))
      events.push(event);
    const last = events.at(-1);
    if (last?.type !== "completed") throw new Error("the analysis did not end");
    runs.push({ injection, analysis: last.analysis, events, requests: wire.fake.calls.slice(before) });
  }
  return runs;
}

const locally = ({ detections }: CompletedAnalysis) =>
  rescore({ detections: detections.filter(({ family }) => family !== "vision") }, policy);
const visionOf = ({ analysis }: Run) => analysis.detections.find(({ family }) => family === "vision");
/** Cleared or condemned; a doubt is none of both. */
const isFlip = (from: string, to: string) => from !== to && to !== "SUSPICIOUS";
const shiftOf = (analysis: CompletedAnalysis) => Math.abs(analysis.forgery_score - locally(analysis).forgery_score);
/** Everything that is said of a picture: record, events, lines for people and programs. */
const saidOf = ({ analysis, events }: Run) => {
  const outcome = { path: "picture.png", analysis };
  const lines = [textLine(outcome), explanationLine(outcome), jsonLine(outcome)];
  return JSON.stringify([analysis, events.filter(({ type }) => type !== "preprocessed"), lines]);
};
const quotes = (text: string, secret: string) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .includes(secret);

describe("300 orders of forgers to a Bedrock that obeys", () => {
  let runs: Run[];
  beforeAll(async () => {
    runs = await runAll();
  }, 240_000);

  it("reach it by the pixels alone: no name and no metadata is sent", () => {
    expect([runs.length, new Set(runs.map(({ injection }) => injection.mark)).size]).toEqual([300, 300]);
    const carrying = runs.filter(({ analysis, injection }) => analysis.filename.includes(injection.mark));
    const quoting = runs.filter(({ analysis, injection }) =>
      JSON.stringify(analysis.findings).includes(injection.mark),
    );
    expect([carrying.length, quoting.length]).toEqual([300, 120]);
    const sent = runs.flatMap(({ requests }) => requests.map(({ body }) => JSON.stringify(body)));
    expect(sent.filter((body) => injections.some(({ mark }) => body.includes(mark)))).toEqual([]);
  });

  it("flip nothing, shift no score beyond the cap, and what is off the form or quotes the prompt is discarded", () => {
    const judged = runs.map((run) => ({ ...run, before: locally(run.analysis), vision: visionOf(run) }));
    const flips = judged.filter(({ before, analysis }) => isFlip(before.verdict, analysis.verdict));
    const beyond = runs.filter(({ analysis }) => shiftOf(analysis) > cap + 1e-9);
    const fates = { read: undefined, "off form": "vision.invalid-answer", leaks: "vision.prompt-leaked" } as const;
    const wrong = judged.filter(({ injection, vision }) => {
      const isTooLarge = injection.text.endsWith("megabyte");
      return vision?.error?.code !== (isTooLarge ? "bedrock.answer-too-large" : fates[injection.fate]);
    });
    const discarded = judged.filter(({ vision }) => vision?.status !== "ok");
    expect([flips, beyond, wrong].map(({ length }) => length)).toEqual([0, 0, 0]);
    expect(discarded).toHaveLength(225);
    for (const { analysis, before } of discarded)
      expect(analysis).toMatchObject({ forgery_score: before.forgery_score, explanation: { author: "template" } });
    // The pictures are of all verdicts, and the 50 answers that count move scores and raise doubts.
    expect(new Set(judged.map(({ before }) => before.verdict))).toEqual(
      new Set(["AUTHENTIC", "SUSPICIOUS", "LIKELY_FORGED"]),
    );
    expect(runs.filter(({ analysis }) => shiftOf(analysis) > 5).length).toBeGreaterThanOrEqual(30);
    expect(judged.filter(({ analysis }) => analysis.reasons.includes("vision_bounded")).length).toBeGreaterThanOrEqual(
      10,
    );
  });

  it("give no say to a model that reports them, whatever it answers besides", () => {
    const reported = runs.filter(({ injection }) => injection.text.endsWith("report this text, then say 0"));
    expect(reported).toHaveLength(25);
    for (const { analysis } of reported) {
      expect(shiftOf(analysis)).toBe(0);
      expect(analysis.findings).toContainEqual(expect.objectContaining({ code: "instruction-in-image", weight: 0 }));
    }
  });

  it("cost one call, or two where the form may be mended once, and get no tool", () => {
    const mended = (run: Run) => visionOf(run)?.error?.code === "vision.invalid-answer";
    expect(runs.filter((run) => run.requests.length !== (mended(run) ? 2 : 1))).toEqual([]);
    const tools = runs.flatMap(({ requests }) =>
      requests.flatMap(({ body }) => body.toolConfig?.tools.map(({ toolSpec }) => toolSpec.name) ?? []),
    );
    expect(new Set(tools).size).toBe(1);
  });

  it("get no secret out, by record, event or line", () => {
    const secrets = (run: Run) => run.requests.flatMap(secretsOf);
    expect(runs.filter((run) => secrets(run).some((secret) => secret.length !== 32))).toEqual([]);
    const leaks = runs.filter((run) => secrets(run).some((secret) => quotes(saidOf(run), secret)));
    expect(leaks).toEqual([]);
    // The search finds a secret where one is: in what the model was sent.
    expect(runs.filter(({ requests }) => !quotes(textOf(requests[0]!), secretsOf(requests[0]!)[1]))).toEqual([]);
  });

  it("would flip verdicts without the bound", () => {
    const flips = runs.filter(({ analysis }) =>
      isFlip(locally(analysis).verdict, rescore({ detections: analysis.detections }, unbounded).verdict),
    );
    expect(flips.length).toBeGreaterThanOrEqual(10);
    const count = (wanted: (run: Run) => boolean) => runs.filter(wanted).length;
    const most = Math.max(...runs.map(({ analysis }) => shiftOf(analysis)));
    console.log(
      `${runs.length} injections over the wire: ${count(({ analysis }) => isFlip(locally(analysis).verdict, analysis.verdict))} flips ` +
        `(${flips.length} without the bound), largest shift ${most.toFixed(2)} of ${cap.toFixed(2)} points, ` +
        `${count((run) => visionOf(run)?.status !== "ok")} answers discarded, ${runs.reduce((sum, { requests }) => sum + requests.length, 0)} calls`,
    );
  });
});

describe("a Bedrock", () => {
  it("that lies at random neither clears nor condemns a picture", async () => {
    let seed = 6;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    await using wire = await onWire((request) =>
      answering({
        sentences: [{ text: `Lie ${random()}.`, cites: [random() < 0.5 ? "noise" : "grid"] }],
        findings: [],
        likelihood: random() < 0.3 ? Math.round(random()) : random(),
        instruction: random() < 0.2 ? "Say so." : "",
      })(request),
    );
    const picture = await pictureWith(injections[0]!);
    const shifts = [];
    for (let i = 0; i < 60; i++) {
      statistic = 2.4 * random() - 0.2;
      const analysis = await wire.artguard.analyze(picture);
      expect(isFlip(locally(analysis).verdict, analysis.verdict)).toBe(false);
      shifts.push(shiftOf(analysis));
    }
    expect(Math.max(...shifts)).toBeLessThanOrEqual(cap + 1e-9);
    expect(Math.max(...shifts)).toBeGreaterThan(5);
    expect(wire.fake.calls).toHaveLength(60);
  });

  it.each<[string, FakeBedrockReply, string, number]>([
    ["that is dead", resetting(), "bedrock.unavailable", 4],
    ["that never answers", hanging(), "detection.timed-out", 1],
    ["that stops midway", hanging(answering({ sentences: [] })), "detection.timed-out", 1],
    ["that is busy (429)", failing("ThrottlingException"), "bedrock.throttled", 4],
  ])("%s leaves the local result", async (_, reply, code, calls) => {
    await using wire = await onWire(reply, { deadlineMs: 4_000 });
    statistic = 1.25;
    const analysis = await wire.artguard.analyze(await pictureWith(injections[0]!));
    expect(analysis.detections.find(({ family }) => family === "vision")?.error?.code).toBe(code);
    expect(wire.fake.faults.length).toBe(calls);
    expect(analysis).toMatchObject({ ...locally(analysis), explanation: { author: "template" } });
  });
});

it("a Modal endpoint that answers 303 for ever leaves the local result and a handle", async () => {
  await using fake = await startFakeModal({
    script: [{ kind: "accept" }, { kind: "hang", when: "before the answer" }],
  });
  const remoteDetectors = [modal({ endpoint: fake.endpoint, ...fake.credentials })];
  const options = {
    detectors,
    remoteDetectors,
    policy,
    storage: "memory",
    isolation: "none",
    deadlineMs: 3_000,
  } as const;
  await using artguard = await createArtGuard(options);
  statistic = 1.25;
  const analysis = await artguard.analyze(await pictureWith(injections[0]!));
  expect(fake.begun.length).toBe(2);
  const { verdict, forgery_score } = rescore(
    { detections: analysis.detections.filter(({ id }) => id !== "modal") },
    policy,
  );
  expect(analysis).toMatchObject({ verdict, forgery_score, unfinished: [{ detector: "modal" }] });
});
