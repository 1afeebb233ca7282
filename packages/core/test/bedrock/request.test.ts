import { answerInstruction, visionPrompt } from "@artguard/core";
import type { BedrockOptions, StructuredMode } from "@artguard/core/bedrock";
import { answering, type FakeConverseRequest, failing, hanging } from "@artguard/core/testing";
import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { answer, secrets } from "../vision/vision-request.ts";
import { ask, greyJpeg, model, realRequest, region, subject } from "./subjects.ts";

const good = answering(answer());

/** The request that a model with these options sends. */
async function sent(options: Partial<BedrockOptions> = {}, request = realRequest()): Promise<FakeConverseRequest> {
  await using under = await subject([good], options);
  await ask(under, await request);
  return under.fake.calls[0]!;
}

const only = (mode: StructuredMode): Partial<BedrockOptions> => ({ capabilities: { structured: [mode] } });
const textOf = (call: FakeConverseRequest) => call.body.messages[0]!.content.at(-1)!.text!;

describe("a request", () => {
  it("is for the model as it was named, and always limits the tokens", async () => {
    const { modelId, body } = await sent();
    expect(modelId).toBe(model);
    expect(body.inferenceConfig).toEqual({ maxTokens: 2048 });
    expect((await sent({ maxTokens: 700 })).body.inferenceConfig).toEqual({ maxTokens: 700 });
  });

  it("leaves room for the thoughts of a model that always reasons", async () => {
    const { body } = await sent({ model: "eu.anthropic.claude-sonnet-5-5" });
    expect(body.inferenceConfig).toEqual({ maxTokens: 6144 });
  });

  it("has the pictures before the text, as JPEG, the crop after the whole", async () => {
    const [whole, crop, text, ...rest] = (await sent()).body.messages[0]!.content;
    expect(rest).toEqual([]);
    expect(text?.text).toContain("Explain the evidence");
    const sizes = [whole, crop].map(async (block) => {
      expect(block?.image?.format).toBe("jpeg");
      return await sharp(Buffer.from(block!.image!.source.bytes, "base64")).metadata();
    });
    expect((await Promise.all(sizes)).map(({ width, height }) => [width, height])).toEqual([
      [400, 300],
      [80, 60],
    ]);
  });

  it("has at most twenty pictures; the last crops are left out and cannot be cited", async () => {
    const bytes = await greyJpeg(20, 20);
    const place = { x: 1, y: 1, width: 9, height: 9, confidence: 0.5 };
    const crops = Array.from({ length: 25 }, (_, i) => ({ id: `R${i + 1}`, bytes, region: place }));
    const call = await sent({}, realRequest(400, 300, { crops }));
    expect(call.body.messages[0]!.content.filter(({ image }) => image !== undefined)).toHaveLength(20);
    expect(textOf(call)).toContain('"R19"');
    expect(textOf(call)).not.toContain('"R20"');
  });

  it("names places in pixels of the picture that is sent", async () => {
    const request = realRequest(2048, 1536);
    const call = await sent({}, request);
    expect(textOf(call)).toContain("1568 × 1176 pixels");
    // 100 · 1568 / 2048
    expect(textOf(call)).toContain('"x":77');
  });

  it("has the constant part of the prompt first, and the secrets of the call after it", async () => {
    const { system } = (await sent()).body;
    expect(system?.map((block) => Object.keys(block))).toEqual([["text"], ["text"]]);
    expect(system?.[0]?.text).toBe(visionPrompt(await realRequest(), secrets).system);
    expect(system?.[1]?.text).not.toBe((await sent()).body.system?.[1]?.text);
  });

  it("is cached after the constant part where that is long enough for the model", async () => {
    const capabilities = { cacheMinimumTokens: 200 };
    const keys = async (options: Partial<BedrockOptions>) =>
      (await sent(options)).body.system?.flatMap((block) => Object.keys(block));
    expect(await keys({ capabilities })).toEqual(["text", "cachePoint", "text"]);
    expect(await keys({ capabilities, promptCaching: false })).toEqual(["text", "text"]);
    expect(await keys({ capabilities: { cacheMinimumTokens: 100_000 } })).toEqual(["text", "text"]);
  });
});

describe("the form of the answer is asked for", () => {
  const schema = expect.objectContaining({ additionalProperties: false, type: "object" });

  it("natively, by the path that was chosen", async () => {
    const { body } = await sent(only("native"));
    const { outputConfig } = body as {
      outputConfig?: { textFormat: { structure: { jsonSchema: { schema: string } } } };
    };
    expect(JSON.parse(outputConfig!.textFormat.structure.jsonSchema.schema)).toEqual(schema);
    expect(body.toolConfig ?? body.additionalModelRequestFields).toBeUndefined();
    const other = (await sent({ ...only("native"), nativePath: "additionalModelRequestFields" })).body;
    expect(other.additionalModelRequestFields).toEqual({ output_config: { format: { type: "json_schema", schema } } });
    expect(other.outputConfig).toBeUndefined();
  });

  it("by a tool that must be called, strict where the model can", async () => {
    const { toolConfig } = (await sent(only("forced-tool"))).body;
    expect(toolConfig?.tools).toMatchObject([{ toolSpec: { name: "give_answer", strict: true } }]);
    expect(toolConfig?.toolChoice).toEqual({ tool: { name: "give_answer" } });
    const loose = await sent({ capabilities: { structured: ["forced-tool"], strictTools: false } });
    expect(loose.body.toolConfig?.tools[0]?.toolSpec.strict).toBeUndefined();
  });

  it("by a tool that may be called", async () => {
    const call = await sent(only("tool"));
    expect(call.body.toolConfig?.toolChoice).toEqual({ auto: {} });
    expect(textOf(call)).toContain('calling the tool "give_answer"');
  });

  it("by an instruction alone of a model that nobody knows", async () => {
    const call = await sent({ model: "eu.anthropic.claude-unheard-of-9" });
    expect(call.body.toolConfig ?? call.body.outputConfig ?? call.body.additionalModelRequestFields).toBeUndefined();
    expect(textOf(call).endsWith(answerInstruction)).toBe(true);
  });

  it("of models that refuse a forced tool, never by force", async () => {
    for (const known of ["anthropic.claude-sonnet-5-5", "anthropic.claude-opus-5-5", "anthropic.claude-fable-5-1"]) {
      const { toolConfig } = (await sent({ model: `eu.${known}` })).body;
      expect(toolConfig?.toolChoice, known).toEqual({ auto: {} });
    }
  });
});

describe("the repair turn", () => {
  it("shows the refused answer as text, whatever it was, and says what is wrong", async () => {
    await using under = await subject([answering({ verdict: "fine" }), good], only("forced-tool"));
    expect((await ask(under)).details).toMatchObject({ repaired: true, requests: 2, structured: "forced-tool" });
    const [first, second, ...rest] = under.fake.calls;
    expect(rest).toEqual([]);
    expect(second?.body.messages[0]).toEqual(first?.body.messages[0]);
    expect(second?.body.messages.slice(1)).toEqual([
      { role: "assistant", content: [{ text: '{"verdict":"fine"}' }] },
      { role: "user", content: [{ text: expect.stringContaining("sentences") }] },
    ]);
  });

  it("never has empty text, which Converse refuses", async () => {
    await using under = await subject([answering(""), good]);
    await ask(under);
    expect(under.fake.calls[1]?.body.messages[1]?.content).toEqual([{ text: "(no answer)" }]);
  });

  it("is not given to a model that repeats its secrets", async () => {
    const leaking = (request: FakeConverseRequest) => {
      const canary = request.body.system!.at(-1)!.text!.match(/secret: ([0-9a-f]{32})/)![1]!;
      return answering(answer({ instruction: canary }))(request);
    };
    await using under = await subject([leaking, good]);
    await expect(ask(under)).rejects.toMatchObject({ code: "vision.prompt-leaked", details: { output_tokens: 300 } });
    expect(under.calls()).toBe(1);
  });
});

describe("a client of the caller", () => {
  it("does not repeat our requests, and keeps its own retries for its own", async () => {
    await using under = await subject([failing("ThrottlingException")]);
    const client = new BedrockRuntimeClient({ ...under.fake.clientConfig, maxAttempts: 3 });
    await using other = await subject([], { client, maxAttempts: 2 });
    await expect(ask(other)).rejects.toMatchObject({ code: "bedrock.throttled", details: { attempts: 2 } });
    expect(under.calls()).toBe(2);
    const own = { modelId: model, messages: [{ role: "user" as const, content: [{ text: "hello" }] }] };
    await expect(client.send(new ConverseCommand(own))).rejects.toThrow("ThrottlingException");
    expect(under.calls()).toBe(2 + 3);
    client.destroy();
  });

  it("must be of the region that was checked", async () => {
    await using under = await subject([good]);
    const client = new BedrockRuntimeClient({ ...under.fake.clientConfig, region: "us-east-1" });
    await using other = await subject([], { client, region });
    await expect(ask(other)).rejects.toMatchObject({ code: "bedrock.invalid-option" });
    expect(under.calls()).toBe(0);
    client.destroy();
  });
});

describe("the details of an answer", () => {
  it("say which model was called where, how, and what it took", async () => {
    const usage = { inputTokens: 100, outputTokens: 50, cacheReadInputTokens: 1000, cacheWriteInputTokens: 200 };
    await using under = await subject([answering(answer(), { usage })], { residency: "eu" });
    const given = await ask(under);
    expect(given.details).toEqual({
      ...{ model, region, inference_profile: "eu", residency: "eu", structured: "native", repaired: false },
      ...{ requests: 1, uncited: 0, stop_reason: "end_turn", latency_ms: 7, priced: true },
      ...{ cache_read_tokens: 1000, cache_write_tokens: 200, quota_tokens: 100 + 200 + 5 * 50 },
      ...{ pictures: 2, picture_width: 400, picture_height: 300 },
    });
    // 1 and 5 US dollars a million; a read from the cache costs a tenth, a write a quarter more.
    const dollars = (100 + 0.1 * 1000 + 1.25 * 200 + 5 * 50) / 1e6;
    expect(given.usage).toEqual({ input_tokens: 1300, output_tokens: 50, cost_usd: expect.closeTo(dollars, 12) });
  });

  it("say that a model has no known price", async () => {
    await using under = await subject([good], { model: "eu.anthropic.claude-sonnet-5-5" });
    const { details, usage } = await ask(under);
    expect(details["priced"]).toBe(false);
    expect(usage).toMatchObject({ input_tokens: 1200, output_tokens: 300, cost_usd: 0 });
  });

  it("count the requests that nobody reported the usage of", async () => {
    await using under = await subject([answering(answer(), { usage: null })]);
    expect((await ask(under)).details["requests_without_usage"]).toBe(1);
  });
});

describe("a pause between attempts", () => {
  it("that would pass the deadline is not made: the failure is told at once", async () => {
    // The seventh pause is of up to 16 s, the call of 15.
    const pauses = [0, 0, 0, 0, 0, 0, 0.999];
    const random = () => pauses.shift() ?? 0;
    await using under = await subject([failing("ThrottlingException")], { maxAttempts: 20, timeoutMs: 15_000, random });
    await expect(ask(under)).rejects.toMatchObject({ code: "bedrock.throttled", details: { attempts: 7 } });
    expect(under.faults()).toBe(7);
  });

  it("ends when the caller's signal fires", async () => {
    await using under = await subject([failing("ThrottlingException")], { random: () => 0.999, maxAttempts: 20 });
    const stop = new AbortController();
    const waiting = under.model.explain(await realRequest(), { signal: stop.signal });
    waiting.catch(() => undefined);
    while (under.faults() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});

describe("the time of a call", () => {
  it("ends it with a failure of ours, however many attempts are left", async () => {
    await using under = await subject([hanging()], { timeoutMs: 1_500 });
    await expect(ask(under)).rejects.toMatchObject({ code: "bedrock.timed-out", details: { timeout_ms: 1_500 } });
    expect(under.calls()).toBe(1);
  });

  it("also ends the wait for a sum of the caller's that never comes", async () => {
    const capabilities = { price: { input: 1, output: 1 } };
    const budget = { perDayUsd: 1, addToDay: () => new Promise<number>(() => undefined) };
    await using under = await subject([good], { timeoutMs: 200, capabilities, budget });
    await expect(ask(under)).rejects.toMatchObject({ code: "bedrock.timed-out" });
    expect(under.calls()).toBe(0);
  });
});
