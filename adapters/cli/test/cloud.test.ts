import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createArtGuard } from "@artguard/core";
import { modal } from "@artguard/core/modal";
import { answering, failing } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";
import { answer, cloudFolder, fakeBedrock, fakeModal, image, quick, score } from "./cloud-setup.ts";

const { run, folder } = await cloudFolder();

describe("artguard scan --cloud", () => {
  it("asks the model and the remote detector that the environment names, and says who wrote the explanation", async () => {
    const bedrock = await fakeBedrock([answering(answer)]);
    const remote = await fakeModal([{ kind: "answer", body: score }]);
    const settings = { ...bedrock.settings, ...remote.settings };
    const { status, stdout } = await run(settings, "scan", image, ...quick, "--cloud");
    expect([status, bedrock.fake.calls.length, remote.fake.requests.length]).toEqual([0, 1, 1]);
    const [verdict, explanation] = stdout.split("\n");
    expect(verdict).toMatch(/^LIKELY_FORGED/);
    expect(explanation).toBe("  en, written by eu.anthropic.claude-sonnet-4-6: A part was pasted in.");
    expect(JSON.stringify(bedrock.fake.calls)).not.toContain("spliced.jpg");
  });

  it("gives explanation, engines, stages and cost to programs", async () => {
    const { settings } = await fakeBedrock([answering(answer)]);
    const line = JSON.parse((await run(settings, "scan", image, ...quick, "--cloud", "--json")).stdout);
    expect(line).toMatchObject({
      model: "bedrock",
      explanation: { author: "eu.anthropic.claude-sonnet-4-6", language: "en" },
      policy_version: "v4",
    });
    expect(line.cost_usd).toBeGreaterThan(0);
    expect(line.stages.map(({ stage }: { stage: string }) => stage)).toEqual(
      expect.arrayContaining(["detectors", "knowledge", "vision"]),
    );
  });

  it("cites the passages of a knowledge base, in the language asked for, also on the evidence page", async () => {
    const spoken = { text: "Se pegó una parte.", cites: ["double-quantization", "K1"] };
    const { retrieve, settings, knowledge } = await fakeBedrock([answering({ ...answer, sentences: [spoken] })]);
    const options = ["--cloud", "--language", "es", "--json", "--report", "pages"];
    const { status, stdout } = await run({ ...settings, ...knowledge }, "scan", image, ...quick, ...options);
    const { explanation } = JSON.parse(stdout);
    expect([status, retrieve.requests.length, explanation]).toMatchObject([
      0,
      1,
      {
        language: "es",
        sentences: [
          {
            text: spoken.text,
            cites: [
              { kind: "detector", detector: "double-quantization" },
              { kind: "passage", source: "s3://documents/seams.md", score: expect.any(Number) },
            ],
          },
        ],
        warnings: [],
      },
    ]);
    const page = await readFile(join(folder, "pages", "spliced.html"), "utf8");
    expect(page).toContain('<summary lang="es">Se pegó una parte.</summary>');
    expect(page).toContain("s3://documents/seams.md");
    expect(page).toContain("eu.anthropic.claude-sonnet-4-6");
  });

  it("judges all the same when the model refuses, and says so in the language asked for", async () => {
    const { fake, settings } = await fakeBedrock([failing("AccessDeniedException")]);
    const { status, stdout } = await run(settings, "scan", image, ...quick, "--cloud", "--language", "es");
    expect([status, fake.calls.length]).toEqual([0, 1]);
    expect(stdout.split("\n")[1]).toMatch(
      /^ {2}es, written from the evidence: El modelo de visión bedrock no dio ninguna explicación \(bedrock\.access-denied\)\. Puntuación/,
    );
  });

  it("cites documents of one's own without --cloud, and asks nobody", async () => {
    const { retrieve, settings, knowledge } = await fakeBedrock([answering(answer)]);
    await writeFile(join(folder, "seams.md"), "# Seams of our house\n\nA single-quantized region is mostly our stamp.");
    expect((await run({}, "knowledge", "add", "seams.md")).status).toBe(0);
    const { stdout } = await run({ ...settings, ...knowledge }, "scan", image, ...quick, "--json");
    await rm(join(folder, ".artguard", "knowledge"), { recursive: true });
    const { explanation } = JSON.parse(stdout);
    expect(explanation.sentences.flatMap(({ cites }: { cites: object[] }) => cites)).toContainEqual(
      expect.objectContaining({ kind: "passage", title: "Seams of our house" }),
    );
    expect(retrieve.requests).toEqual([]);
  });

  it("asks nobody without --cloud", async () => {
    const bedrock = await fakeBedrock([answering(answer)]);
    const remote = await fakeModal([{ kind: "answer", body: score }]);
    const settings = { ...bedrock.settings, ...remote.settings };
    const { status, stdout } = await run(settings, "scan", image, ...quick);
    expect([status, bedrock.fake.calls.length, remote.fake.requests.length]).toEqual([0, 0, 0]);
    expect(stdout.split("\n")).toHaveLength(3);
  });

  it.each<[string, Record<string, string>, string[], RegExp]>([
    ["names no part", {}, ["--cloud"], /--cloud needs ARTGUARD_BEDROCK_MODEL/],
    [
      "names an endpoint without its token",
      { ARTGUARD_MODAL_ENDPOINT: "https://example.com" },
      ["--cloud"],
      /ARTGUARD_MODAL_ENDPOINT needs ARTGUARD_MODAL_KEY and ARTGUARD_MODAL_SECRET as well/,
    ],
    [
      "names a model outside the residency",
      {
        ARTGUARD_BEDROCK_MODEL: "global.anthropic.claude-sonnet-4-6",
        ARTGUARD_RESIDENCY: "eu",
        AWS_REGION: "eu-central-1",
      },
      ["--cloud"],
      /outside|residency/,
    ],
    [
      "names a token without its endpoint",
      { ARTGUARD_MODAL_KEY: "wk-x", ARTGUARD_MODAL_SECRET: "ws-x", ARTGUARD_KNOWLEDGE_BASE_ID: "ABCDEFGHIJ" },
      ["--cloud"],
      /ARTGUARD_MODAL_KEY and ARTGUARD_MODAL_SECRET need ARTGUARD_MODAL_ENDPOINT as well/,
    ],
    [
      "sends pictures unencrypted",
      { ARTGUARD_MODAL_ENDPOINT: "http://example.com", ARTGUARD_MODAL_KEY: "wk-x", ARTGUARD_MODAL_SECRET: "ws-x" },
      ["--cloud"],
      /https/,
    ],
    ["asks for a language that nobody speaks", {}, ["--language", "la"], /--language takes en, es/],
  ])("refuses a command line whose environment or option %s", async (_, settings, options, message) => {
    const { status, stdout, stderr } = await run(settings, "scan", image, ...quick, ...options);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  });
});

/** An analysis in the temporary folder whose remote answer is late. */
async function lateAnalysis(endpoint: string, credentials: { key: string; secret: string }): Promise<string> {
  const artguard = await createArtGuard({
    detectors: [],
    remoteDetectors: [modal({ endpoint, ...credentials })],
    storage: { folder: join(folder, ".artguard") },
    isolation: "none",
    deadlineMs: 2000,
  });
  try {
    const { request_id, unfinished } = await artguard.analyze(await readFile(image), { filename: "spliced.jpg" });
    expect(unfinished).toMatchObject([{ detector: "modal" }]);
    return request_id;
  } finally {
    await artguard[Symbol.asyncDispose]();
  }
}

describe("artguard resume", () => {
  it("asks again for a late answer until it is there, and merges it into the kept record", async () => {
    const { fake, settings } = await fakeModal([
      { kind: "accept" },
      { kind: "hang", when: "before the answer" },
      { kind: "status", status: 401, text: "modal-http: invalid credentials for proxy authorization" },
      { kind: "answer", body: score },
    ]);
    const request_id = await lateAnalysis(fake.endpoint, fake.credentials);
    const refused = await run(settings, "resume", request_id);
    expect(refused.status).toBe(1);
    expect(refused.stdout).toMatch(/^modal: .*\(modal\.unauthorized\)\nSUSPICIOUS 20 {2}spliced\.jpg\n$/);
    const merged = await run(settings, "resume", request_id);
    expect([merged.status, merged.stdout]).toEqual([0, "modal: its answer was merged\nSUSPICIOUS 40  spliced.jpg\n"]);
    const again = await run(settings, "resume", request_id, "--json");
    expect([again.status, JSON.parse(again.stdout)]).toMatchObject([
      1,
      { error: { code: "analysis.nothing-to-resume" } },
    ]);
  });

  it("says which detector is missing", async () => {
    const { fake } = await fakeModal([{ kind: "accept" }, { kind: "hang", when: "before the answer" }]);
    const request_id = await lateAnalysis(fake.endpoint, fake.credentials);
    const { status, stderr } = await run({}, "resume", request_id);
    expect([status, stderr]).toEqual([1, expect.stringContaining("analysis.detector-not-configured")]);
    expect((await run({}, "resume")).status).toBe(2);
  });
});
