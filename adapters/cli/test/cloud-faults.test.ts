import {
  answering,
  type FakeBedrockReply,
  type FakeModalStep,
  failing,
  failingRetrieve,
  hanging,
} from "@artguard/core/testing";
import { describe, expect, it } from "vitest";
import { answer, cloudFolder, fakeBedrock, fakeModal, image, quick, type Settings, score } from "./cloud-setup.ts";

const { run } = await cloudFolder();

const judgedBy = async (settings: Settings, ...options: string[]) => {
  const { status, stdout } = await run(settings, "scan", image, ...quick, ...options, "--json");
  const { verdict, forgery_score, model, reasons, explanation, cost_usd, stages } = JSON.parse(stdout);
  return { status, verdict, forgery_score, model, reasons, explanation, cost_usd, stages };
};
const local = await judgedBy({});
const nobody = "http://127.0.0.1:9";

interface Trouble {
  readonly bedrock: FakeBedrockReply;
  readonly modal: FakeModalStep;
  /** In place of those of the fakes. */
  readonly settings?: Settings;
  readonly options?: readonly string[];
  /** Codes that the warnings name: of the vision model, of the remote detector. */
  readonly codes: readonly [string, string];
  /** What went wrong on purpose: requests to Bedrock, and to Modal. */
  readonly requests: readonly [number, number];
  /** US dollars that the answers cost all the same; default 0. */
  readonly cost?: number;
}

describe("artguard scan --cloud, when both models", () => {
  it.each<[string, Trouble]>([
    [
      "are down",
      {
        bedrock: answering(answer),
        modal: { kind: "answer", body: score },
        settings: { ARTGUARD_BEDROCK_ENDPOINT: nobody, ARTGUARD_MODAL_ENDPOINT: nobody },
        codes: ["bedrock.unavailable", "modal.unavailable"],
        requests: [0, 0],
      },
    ],
    [
      "never answer",
      {
        bedrock: hanging(),
        modal: { kind: "hang", when: "before the answer" },
        options: ["--deadline", "10"],
        codes: ["detection.timed-out", "modal.timed-out"],
        requests: [1, 1],
      },
    ],
    [
      "are busy (429)",
      {
        bedrock: failing("ThrottlingException"),
        modal: { kind: "status", status: 429, headers: { "retry-after": "0" } },
        codes: ["bedrock.throttled", "modal.throttled"],
        requests: [4, 4],
      },
    ],
    [
      "know no such credentials (401, 403)",
      {
        bedrock: failing("UnrecognizedClientException"),
        modal: { kind: "answer", body: score },
        settings: { ARTGUARD_MODAL_SECRET: "ws-wrong" },
        codes: ["bedrock.access-denied", "modal.unauthorized"],
        requests: [1, 1],
      },
    ],
    [
      "answer what is no answer",
      {
        bedrock: answering("AUTHENTIC"),
        modal: { kind: "answer", body: { ...score, score: 87 } },
        codes: ["vision.invalid-answer", "modal.invalid-response"],
        requests: [2, 1],
        // Twice 1,200 tokens at 3 dollars a million and 300 at 15.
        cost: 2 * (1_200 * 3 + 300 * 15) * 1e-6,
      },
    ],
    [
      "point elsewhere (303)",
      {
        bedrock: failing("AccessDeniedException"),
        modal: { kind: "redirect", to: "{elsewhere}/detect" },
        codes: ["bedrock.access-denied", "modal.redirect-refused"],
        requests: [1, 1],
      },
    ],
  ])("%s: the local result stands, and the warnings say so", async (_, trouble) => {
    const bedrock = await fakeBedrock([trouble.bedrock]);
    const modal = await fakeModal([trouble.modal]);
    const settings = { ...bedrock.settings, ...modal.settings, ...trouble.settings };
    const judged = await judgedBy(settings, "--cloud", ...(trouble.options ?? []));
    const { status, verdict, forgery_score } = local;
    expect(judged).toMatchObject({
      status,
      verdict,
      forgery_score,
      model: "local",
      explanation: { author: "template" },
    });
    expect(judged.reasons).toEqual([...local.reasons, "detectors_incomplete"]);
    expect(judged.explanation.warnings).toEqual([
      `The remote detector modal gave no answer (${trouble.codes[1]}).`,
      `The vision model bedrock gave no explanation (${trouble.codes[0]}).`,
    ]);
    expect([bedrock.fake.calls.length, modal.fake.requests.length]).toEqual(trouble.requests);
    expect(modal.fake.elsewhere).toEqual([]);
    const { cost = 0 } = trouble;
    const vision = judged.stages.find(({ stage }: { stage: string }) => stage === "vision");
    expect([judged.cost_usd, vision.cost_usd ?? 0]).toEqual([expect.closeTo(cost, 9), expect.closeTo(cost, 9)]);
  });

  it("one is still at work at the deadline (303), its answer is merged later", async () => {
    const { fake, settings } = await fakeModal([
      { kind: "accept" },
      { kind: "hang", when: "before the answer" },
      { kind: "answer", body: score },
    ]);
    const late = await run(settings, "scan", image, ...quick, "--cloud", "--keep", "--deadline", "10", "--json");
    const { request_id, unfinished, explanation, ...judged } = JSON.parse(late.stdout);
    expect([judged.verdict, judged.forgery_score]).toEqual([local.verdict, local.forgery_score]);
    expect(unfinished).toMatchObject([{ detector: "modal" }]);
    expect(explanation.warnings).toEqual([expect.stringContaining("modal is still at work")]);
    const merged = await run(settings, "resume", request_id, "--json");
    expect([merged.status, JSON.parse(merged.stdout)]).toMatchObject([0, { merged: ["modal"], awaited: [] }]);
    expect(fake.requests.map(({ method }) => method)).toEqual(["POST", "GET", "GET"]);
    const shown = await run({}, "explain", request_id);
    expect(shown.stdout).toContain("The answer of modal came later; no vision model has seen it.");
  });
});

describe("artguard scan --cloud, when a knowledge base", () => {
  it.each([
    ["refuses", failingRetrieve("AccessDeniedException", 403), "knowledge.access-denied"],
    ["does not exist", failingRetrieve("ResourceNotFoundException", 404), "knowledge.not-found"],
  ])("%s: the explanation does without", async (_, reply, code) => {
    const { fake, retrieve, settings, knowledge } = await fakeBedrock([answering(answer)]);
    retrieve.replyNext(reply);
    const judged = await judgedBy({ ...settings, ...knowledge }, "--cloud");
    expect([fake.faults.length, fake.calls.length]).toEqual([1, 1]);
    expect(judged).toMatchObject({ status: 0, explanation: { author: "eu.anthropic.claude-sonnet-4-6" } });
    expect(judged.explanation.warnings).toEqual([`The knowledge base bedrock could not be searched (${code}).`]);
  });
});

describe("artguard doctor --live", () => {
  it("calls model, remote detector and knowledge base, and is content", async () => {
    const bedrock = await fakeBedrock([answering(answer)]);
    const modal = await fakeModal([
      { kind: "answer", body: { status: "ready", model: "demo", version: "3" } },
      { kind: "answer", body: score },
    ]);
    const settings = { ...bedrock.settings, ...bedrock.knowledge, ...modal.settings };
    const { status, stdout } = await run(settings, "doctor", "--live");
    const rows = stdout.split("\n").filter((row) => !row.includes(".artguard"));
    expect([status, rows.map((row) => row.replace(/:\d+(?=,)/, "").replace(/: .*/, ""))]).toEqual([
      0,
      [
        "ok      Bedrock eu.anthropic.claude-sonnet-4-6, region and residency",
        "ok      Bedrock eu.anthropic.claude-sonnet-4-6, model access",
        "ok      Bedrock eu.anthropic.claude-sonnet-4-6, structured output",
        "ok      modal 127.0.0.1, readiness",
        "ok      modal 127.0.0.1, closed to strangers",
        "ok      modal 127.0.0.1, answer to a test picture",
        "ok      knowledge base bedrock, search",
        "",
      ],
    ]);
    expect(stdout).not.toContain(modal.fake.credentials.secret);
  });

  it.each<[string, readonly [FakeBedrockReply, FakeModalStep], "refuse" | "answer", Settings, RegExp]>([
    [
      "the model is denied",
      [failing("AccessDeniedException"), { kind: "answer", body: { status: "ready", model: "demo", version: "3" } }],
      "answer",
      {},
      /^\S+ +Bedrock .*, model access/m,
    ],
    [
      "the token is wrong",
      [answering(answer), { kind: "answer", body: { status: "ready", model: "demo", version: "3" } }],
      "answer",
      { ARTGUARD_MODAL_KEY: "wk-wrong" },
      /^\S+ +modal 127.*, readiness/m,
    ],
    [
      "the endpoint speaks otherwise",
      [answering(answer), { kind: "text", text: "<html>" }],
      "answer",
      {},
      /^\S+ +modal 127.*, readiness/m,
    ],
    [
      "the knowledge base refuses",
      [answering(answer), { kind: "answer", body: { status: "ready", model: "demo", version: "3" } }],
      "refuse",
      {},
      /^\S+ +knowledge base bedrock, search/m,
    ],
    [
      "the profile leaves the residency",
      [answering(answer), { kind: "answer", body: { status: "ready", model: "demo", version: "3" } }],
      "answer",
      { ARTGUARD_BEDROCK_MODEL: "global.anthropic.claude-sonnet-4-6" },
      /^\S+ +Bedrock global.*, region and residency/m,
    ],
  ])("ends with 1 when %s, and names it", async (_, [reply, step], retrieves, more, row) => {
    const bedrock = await fakeBedrock([reply]);
    const modal = await fakeModal([step]);
    if (retrieves === "refuse") bedrock.retrieve.replyNext(failingRetrieve("AccessDeniedException", 403));
    const settings = { ...bedrock.settings, ...bedrock.knowledge, ...modal.settings, ...more };
    const { status, stdout } = await run(settings, "doctor", "--live");
    const bad = stdout.split("\n").filter((line) => /^(?!ok )\S/.test(line));
    expect([status, bad.filter((line) => row.test(line)).length]).toEqual([1, 1]);
  });

  it("refuses an endpoint without its token", async () => {
    const { status, stderr } = await run({ ARTGUARD_MODAL_ENDPOINT: "https://example.com" }, "doctor", "--live");
    expect([status, stderr]).toEqual([2, expect.stringContaining("ARTGUARD_MODAL_KEY and ARTGUARD_MODAL_SECRET")]);
  });
});
