import { checkBedrock } from "@artguard/core/bedrock";
import { answering, type FakeBedrockReply, failing, hanging, startFakeBedrock } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";
import { model, region } from "./subjects.ts";

async function rowsOf(reply: FakeBedrockReply, options: object = {}) {
  await using fake = await startFakeBedrock({ script: [reply] });
  const rows = await checkBedrock({ model, region, clientConfig: fake.clientConfig, random: () => 0, ...options });
  return { rows, calls: fake.calls };
}

const cut = answering("{", { stopReason: "max_tokens", usage: { inputTokens: 900, outputTokens: 16 } });

describe("checkBedrock", () => {
  it("asks for a few tokens and tells access, cost and the way of structured output", async () => {
    const { rows, calls } = await rowsOf(cut, { residency: "eu" });
    expect(rows.map(({ what, status, message }) => [what, status, message])).toEqual([
      ["region and residency", "ok", 'region eu-central-1, within "eu"'],
      ["model access", "ok", "answered; 900 + 16 tokens, 0.000980 USD"],
      ["structured output", "ok", 'by "native"; every answer is checked'],
    ]);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.body.inferenceConfig).toEqual({ maxTokens: 16 });
  });

  it("tells the way that the account grants", async () => {
    const granting: FakeBedrockReply = (request) =>
      request.body.outputConfig === undefined
        ? cut(request)
        : failing("ValidationException", { message: "structured output is not supported" })(request);
    const { rows } = await rowsOf(granting);
    expect(rows.at(-1)?.message).toBe('by "forced-tool"; every answer is checked');
  });

  it.each([
    ["AccessDeniedException", "bedrock:InvokeModel"],
    ["ResourceNotFoundException", "Check the id"],
  ])("names the cure of %s", async (name, fix) => {
    const { rows } = await rowsOf(failing(name));
    expect(rows.at(-1)).toMatchObject({ what: "model access", status: "problem", fix: expect.stringContaining(fix) });
  });

  it("makes no call outside the residency", async () => {
    const { rows, calls } = await rowsOf(cut, { residency: "us" });
    expect(rows).toMatchObject([{ what: "region and residency", status: "problem", fix: expect.any(String) }]);
    expect(calls).toEqual([]);
  });

  it("does not wait for ever", async () => {
    const { rows } = await rowsOf(hanging(), { signal: AbortSignal.timeout(300) });
    expect(rows.at(-1)).toMatchObject({ what: "model access", status: "problem" });
  });
});
