import type { BedrockOptions } from "@artguard/core/bedrock";
import { answering, type FakeBedrockReply, type FakeConverseRequest, failing } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";
import { answer } from "../vision/vision-request.ts";
import { ask, subject } from "./subjects.ts";

/** Which mode a request was made in. */
function modeOf({ body }: FakeConverseRequest): string {
  if (body.outputConfig !== undefined) return "native";
  if (body.toolConfig === undefined) return "instruction";
  return "tool" in (body.toolConfig.toolChoice ?? {}) ? "forced-tool" : "tool";
}

const refusals: Readonly<Record<string, string>> = {
  native: "The model returned the following errors: output_config.format: Extra inputs are not permitted",
  "forced-tool": "tool_choice: type tool is not supported by this model",
  tool: "This model doesn't support tool use.",
};

/** An account that grants only some modes. */
const granting =
  (...modes: string[]): FakeBedrockReply =>
  (request) => {
    const mode = modeOf(request);
    if (modes.includes(mode)) return answering(answer())(request);
    return failing("ValidationException", { message: refusals[mode] ?? "" })(request);
  };

const all: Partial<BedrockOptions> = {
  capabilities: { structured: ["native", "forced-tool", "tool", "instruction"] },
};

describe("structured output", () => {
  it.each([
    ["native", ["native"]],
    ["forced-tool", ["native", "forced-tool"]],
    ["tool", ["native", "forced-tool", "tool"]],
    ["instruction", ["native", "forced-tool", "tool", "instruction"]],
  ])("steps down to %s, and remembers it", async (granted, tried) => {
    await using under = await subject([granting(granted)], all);
    expect((await ask(under)).details["structured"]).toBe(granted);
    expect((await ask(under)).details["structured"]).toBe(granted);
    expect(under.fake.calls.map(modeOf)).toEqual([...tried, granted]);
    expect(under.faults()).toBe(tried.length - 1);
  });

  it("is remembered by the object alone", async () => {
    for (const _ of [1, 2]) {
      await using under = await subject([granting("tool")], all);
      await ask(under);
      expect(under.calls()).toBe(3);
    }
  });

  it("steps down once when several calls are refused at a time", async () => {
    await using under = await subject([granting("forced-tool", "tool", "instruction")], all);
    const answers = await Promise.all([ask(under), ask(under), ask(under)]);
    expect(answers.map(({ details }) => details["structured"])).toEqual(Array(3).fill("forced-tool"));
  });

  it.each([
    "messages.0.content: at least one message is required",
    "The maximum tokens you requested exceeds the model limit",
  ])("does not step down because of: %s", async (message) => {
    await using under = await subject([failing("ValidationException", { message })], all);
    await expect(ask(under)).rejects.toMatchObject({ code: "bedrock.invalid-request" });
    expect(under.calls()).toBe(1);
  });

  it("does not step down because of other exceptions", async () => {
    const refused = failing("AccessDeniedException", { message: refusals["native"]! });
    await using under = await subject([refused], all);
    await expect(ask(under)).rejects.toMatchObject({ code: "bedrock.access-denied" });
    expect(under.calls()).toBe(1);
  });

  it("reads text from a model that did not call the tool it might have called", async () => {
    await using under = await subject([answering(answer(), { form: "text" })], {
      capabilities: { structured: ["tool"] },
    });
    expect((await ask(under)).details).toMatchObject({ structured: "tool", repaired: false });
  });
});
