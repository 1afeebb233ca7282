import { answering, failingInStream, resetting } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";
import { answer } from "../vision/vision-request.ts";
import { realRequest, subject } from "./subjects.ts";

const good = answering(answer());
const texts = answer().sentences.map(({ text }) => text);
/** Of all options the most chunks: enough for the first sentence, too few for the second. */
const afterFirstSentence = 9;

describe("a streamed answer", () => {
  it.each(["native", "forced-tool", "instruction"] as const)("is heard sentence by sentence: %s", async (mode) => {
    await using under = await subject([good], { capabilities: { structured: [mode] } });
    const heard: string[] = [];
    const onSentence = (text: string) => {
      heard.push(text);
    };
    const given = await under.model.explain(await realRequest(), { signal: AbortSignal.timeout(20_000), onSentence });
    expect(heard).toEqual(texts);
    expect(given.sentences.map(({ text }) => text)).toEqual(texts);
    expect(given.usage).toMatchObject({ input_tokens: 1200, output_tokens: 300 });
    expect(under.fake.calls.map(({ streams }) => streams)).toEqual([true]);
  });

  it("is not streamed again when it breaks after a sentence", async () => {
    await using under = await subject([resetting(good, afterFirstSentence), good]);
    const heard: string[] = [];
    const onSentence = (text: string) => {
      heard.push(text);
    };
    await under.model.explain(await realRequest(), { signal: AbortSignal.timeout(20_000), onSentence });
    expect(heard).toEqual(texts.slice(0, 1));
    expect(under.fake.calls.map(({ streams }) => streams)).toEqual([true, false]);
  });

  it("is streamed again when it breaks before the first sentence", async () => {
    await using under = await subject([failingInStream(good, "throttlingException", 2), good]);
    const heard: string[] = [];
    const onSentence = (text: string) => {
      heard.push(text);
    };
    await under.model.explain(await realRequest(), { signal: AbortSignal.timeout(20_000), onSentence });
    expect(heard).toEqual(texts);
    expect(under.fake.calls.map(({ streams }) => streams)).toEqual([true, true]);
  });

  it("ends with what its listener throws, and is not repeated", async () => {
    await using under = await subject([good]);
    const onSentence = () => {
      throw new Error("no room");
    };
    const call = under.model.explain(await realRequest(), { signal: AbortSignal.timeout(20_000), onSentence });
    await expect(call).rejects.toThrow("no room");
    expect(under.calls()).toBe(1);
  });

  it("says nothing of what a model thinks, nor of text beside its tool", async () => {
    const thinking = answering(answer(), { reasoning: '{"sentences":[{"text":"secret thought","cites":["R1"]}]}' });
    await using under = await subject([thinking]);
    const heard: string[] = [];
    const onSentence = (text: string) => {
      heard.push(text);
    };
    await under.model.explain(await realRequest(), { signal: AbortSignal.timeout(20_000), onSentence });
    expect(heard).toEqual(texts);
  });
});
