import { setTimeout as sleep } from "node:timers/promises";
import { ArtGuardError, type VisionModel } from "@artguard/core";
import { type VisionModelContractSetup, type VisionSubject, visionModelContract } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";
import { answer, visionRequest } from "../vision/vision-request.ts";

/** A model in memory whose other side can be silent or throttled. */
function memoryModel(mutant: Partial<VisionModel> = {}, { silent = false, throttled = false } = {}): VisionSubject {
  let [calls, faults] = [0, 0];
  const { instruction: _, ...said } = answer();
  const whole = { ...said, findings: [], usage: { input_tokens: 10, output_tokens: 5, cost_usd: 0 }, details: {} };
  const model: VisionModel = {
    id: "memory",
    version: "1",
    estimate: () => ({ input_tokens: 10, output_tokens: 5, cost_usd: 0 }),
    explain: async (_request, { signal, onSentence }) => {
      signal.throwIfAborted();
      calls++;
      if (silent) await sleep(60_000, undefined, { signal }).catch(() => signal.throwIfAborted());
      if (throttled) {
        faults++;
        throw new ArtGuardError("bedrock.throttled", "scripted");
      }
      for (const { text } of whole.sentences) onSentence?.(text);
      return whole;
    },
    ...mutant,
  };
  const subject = { model, calls: () => calls, faults: () => faults };
  return { ...subject, [Symbol.asyncDispose]: async () => undefined };
}

const setup = (mutant: Partial<VisionModel> = {}): VisionModelContractSetup => ({
  request: async () => visionRequest(),
  create: async () => memoryModel(mutant),
  createSilent: async () => memoryModel({}, { silent: true }),
  faults: [
    {
      name: "is throttled",
      create: async () => memoryModel({}, { throttled: true }),
      becomes: "bedrock.throttled",
      calls: 1,
    },
  ],
});

visionModelContract({ describe, it }, "a model in memory", setup());

/** The names of the tests of the contract that such a model fails. */
async function failedBy(broken: VisionModelContractSetup): Promise<string[]> {
  const tests: [string, () => Promise<void>][] = [];
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => {
      tests.push([name, body]);
    },
  };
  visionModelContract(runner, "mutant", broken);
  const failed: string[] = [];
  for (const [name, body] of tests) await body().catch(() => failed.push(name));
  return failed;
}

const explaining = (change: Partial<Awaited<ReturnType<VisionModel["explain"]>>>): Partial<VisionModel> => {
  const { model } = memoryModel();
  return { explain: async (...args) => ({ ...(await model.explain(...args)), ...change }) };
};

describe("the contract of VisionModel notices a model that", () => {
  it.each<[string, Partial<VisionModel>, string]>([
    ["has no proper name", { id: "My Model" }, "comes from a model with a name"],
    ["cites nothing", explaining({ sentences: [{ text: "Fine.", cites: [] }] }), "rests on what was given"],
    [
      "cites what nobody gave",
      explaining({ sentences: [{ text: "Fine.", cites: ["R9"] }] }),
      "rests on what was given",
    ],
    ["is more than certain", explaining({ likelihood: 1.5 }), "has a likelihood from 0 to 1"],
    [
      "estimates too little",
      { estimate: () => ({ input_tokens: 1, output_tokens: 1, cost_usd: 0 }) },
      "tells its tokens",
    ],
    [
      "says nothing before the end",
      explaining({ sentences: [{ text: "Other.", cites: ["R1"] }] }),
      "is heard sentence",
    ],
  ])("%s", async (_, mutant, test) => {
    expect(await failedBy(setup(mutant))).toContainEqual(expect.stringContaining(test));
  });

  it("fails in another way than it should, or does not fail", async () => {
    const { faults, ...rest } = setup();
    const broken = faults.map((fault) => ({ ...fault, becomes: "bedrock.timed-out" as const }));
    expect(await failedBy({ ...rest, faults: broken })).toEqual([expect.stringContaining("is throttled")]);
    const harmless = faults.map((fault) => ({ ...fault, create: async () => memoryModel() }));
    expect(await failedBy({ ...rest, faults: harmless })).toEqual([expect.stringContaining("is throttled")]);
  });

  it("asks more often than it should", async () => {
    const { faults, ...rest } = setup();
    const fewer = faults.map((fault) => ({ ...fault, calls: 2 }));
    expect(await failedBy({ ...rest, faults: fewer })).toEqual([expect.stringContaining("is throttled")]);
  });

  it("calls although the signal has fired", async () => {
    const broken = setup();
    const deaf = async () => {
      const subject = memoryModel({}, { silent: true });
      const explain: VisionModel["explain"] = (request) =>
        subject.model.explain(request, { signal: AbortSignal.timeout(50) });
      return { ...subject, model: { ...subject.model, explain } };
    };
    expect(await failedBy({ ...broken, createSilent: deaf })).toHaveLength(3);
  });
});
