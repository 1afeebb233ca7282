import { answering, startFakeBedrock } from "@artguard/core/testing";
import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { describe, expect, it } from "vitest";
import { model } from "./subjects.ts";

const hello = { modelId: model, messages: [{ role: "user" as const, content: [{ text: "hello" }] }] };

describe("the fake Bedrock", () => {
  it("answers in turn, the last reply for good, and keeps what it was asked", async () => {
    await using fake = await startFakeBedrock({ script: [answering("one"), answering("two")] });
    const client = new BedrockRuntimeClient(fake.clientConfig);
    const said = async () => (await client.send(new ConverseCommand(hello))).output?.message?.content?.[0]?.text;
    expect([await said(), await said(), await said()]).toEqual(["one", "two", "two"]);
    expect(fake.calls.map(({ modelId, streams }) => [modelId, streams])).toEqual(Array(3).fill([model, false]));
    expect(fake.faults).toEqual([]);
    client.destroy();
  });

  it("serves other operations by routes, over HTTP/1.1 as well", async () => {
    const reply = ({ body }: { readonly body: unknown }) => ({
      status: 200,
      chunks: [Buffer.from(JSON.stringify({ got: body }))],
    });
    const routes = [{ method: "POST", path: /^\/knowledgebases\/[^/]+\/retrieve$/, reply }];
    await using fake = await startFakeBedrock({ script: [], routes });
    const post = async (path: string) =>
      await fetch(`${fake.url}${path}`, { method: "POST", body: '{"a":1}', signal: AbortSignal.timeout(10_000) });
    expect(await (await post("/knowledgebases/kb/retrieve")).json()).toEqual({ got: { a: 1 } });
    expect((await post("/elsewhere")).status).toBe(404);
    expect(fake.requests.map(({ path }) => path)).toEqual(["/knowledgebases/kb/retrieve", "/elsewhere"]);
  });

  it("tells a mistake in its script", async () => {
    const script = [
      () => {
        throw new Error("typing mistake");
      },
    ];
    await using fake = await startFakeBedrock({ script });
    const body = JSON.stringify({ messages: [] });
    const signal = AbortSignal.timeout(10_000);
    const answer = await fetch(`${fake.url}/model/m/converse`, { method: "POST", body, signal });
    expect([answer.status, await answer.text()]).toEqual([500, "the script failed: Error: typing mistake"]);
    expect(fake.faults).toEqual(["script"]);
  });
});
