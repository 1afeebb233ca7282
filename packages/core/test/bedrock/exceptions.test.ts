import { readFileSync } from "node:fs";
import { ArtGuardError, isArtGuardError } from "@artguard/core";
import { bedrock, bedrockExceptions, messageRules, stopReasons } from "@artguard/core/bedrock";
import { answering, failing, failingInStream } from "@artguard/core/testing";
import * as sdk from "@aws-sdk/client-bedrock-runtime";
import { describe, expect, it } from "vitest";
import { describeFailure } from "../../src/bedrock/failures.ts";
import { answer } from "../vision/vision-request.ts";
import { ask, type BedrockSubject, model, realRequest, region, subject } from "./subjects.ts";

async function failureOf(call: Promise<unknown>): Promise<ArtGuardError> {
  const error: unknown = await call.then(
    () => expect.fail("the call succeeded"),
    (reason: unknown) => reason,
  );
  if (!isArtGuardError(error)) throw error;
  return error;
}

const requestsFor = { never: 1, once: 2, "once-if-5xx": 1, backoff: 4 };

describe("every exception of Bedrock", () => {
  const fromBedrock = bedrockExceptions.filter(({ status }) => status !== undefined);

  it.each(fromBedrock)("$name is $code, repeated: $retry", async ({ name, status, code, retry }) => {
    await using under = await subject([failing(name)]);
    const failure = await failureOf(ask(under));
    expect(failure.code).toBe(code);
    expect(failure.details).toMatchObject({ reason: name, attempts: requestsFor[retry] });
    expect(failure.cause).toMatchObject({ cause: { $metadata: { httpStatusCode: status } } });
    expect(failure.fix).not.toBe("");
    expect(under.fake.faults).toEqual(Array(requestsFor[retry]).fill(name));
  });

  it.each(fromBedrock)("$name inside a stream is the same", async ({ name, code }) => {
    const onTheWire = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
    await using under = await subject([failingInStream(answering(answer()), onTheWire, 3)], { maxAttempts: 1 });
    const options = { signal: AbortSignal.timeout(20_000), onSentence: () => undefined };
    expect((await failureOf(under.model.explain(await realRequest(), options))).code).toBe(code);
    expect(under.fake.faults).toEqual([onTheWire]);
  });

  it("of the SDK is in the table", () => {
    const isException = (value: unknown) =>
      typeof value === "function" && value.prototype instanceof sdk.BedrockRuntimeServiceException;
    const names = Object.entries(sdk).flatMap(([name, value]) => (isException(value) ? [name] : []));
    expect(names).toContain("ThrottlingException");
    expect(bedrockExceptions.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });

  it("that may pass is the one whose code is retryable", () => {
    for (const { code, retry } of bedrockExceptions) {
      expect(new ArtGuardError(code, "").retryable, code).toBe(retry !== "never");
    }
  });

  it.each([
    [500, 2],
    [503, 2],
    [400, 1],
    [undefined, 1],
  ])("ModelErrorException of a model's status %s makes %i requests", async (originalStatusCode, requests) => {
    const more = originalStatusCode === undefined ? {} : { originalStatusCode };
    await using under = await subject([failing("ModelErrorException", more)]);
    expect((await failureOf(ask(under))).code).toBe("bedrock.model-error");
    expect(under.calls()).toBe(requests);
  });

  it.each(["CredentialsProviderError", "TokenProviderError"])("%s of the client is access denied", async (name) => {
    const credentials = async () => {
      throw Object.assign(new Error("no credentials"), { name });
    };
    const vision = bedrock({ model, region, clientConfig: { credentials, endpoint: "http://127.0.0.1:9" } });
    const call = vision.explain(await realRequest(), { signal: AbortSignal.timeout(20_000) });
    expect(await failureOf(call)).toMatchObject({ code: "bedrock.access-denied", retryable: false });
  });

  it("where nobody listens is unavailable", async () => {
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const clientConfig = { credentials, endpoint: "http://127.0.0.1:9" };
    const vision = bedrock({ model, region, clientConfig, random: () => 0, maxAttempts: 2 });
    const failure = await failureOf(vision.explain(await realRequest(), { signal: AbortSignal.timeout(20_000) }));
    expect(failure).toMatchObject({ code: "bedrock.unavailable", details: { attempts: 2 } });
  });
});

describe("a broken connection", () => {
  it.each([
    "Unexpected error: http2 request did not get a response",
    "HTTP/2 stream is abnormally aborted in mid-communication with result code 8.",
  ])("that the client tells by text alone is unavailable: %s", (message) => {
    const facts = { streaming: "no", attempt: 1, model } as const;
    expect(describeFailure(new Error(message), facts)).toMatchObject({
      error: { code: "bedrock.unavailable" },
      retry: "backoff",
      charged: "maybe",
    });
  });

  it("is not what every unknown error is", () => {
    const failure = describeFailure(new Error("odd"), { streaming: "no", attempt: 1, model });
    expect(failure).toMatchObject({ error: { code: "bedrock.invalid-request" }, retry: "never" });
  });
});

describe("the text of an exception", () => {
  it.each([
    [
      "ValidationException",
      "Invocation of model ID anthropic.claude-sonnet-4-6 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
      "bedrock.needs-inference-profile",
    ],
    ["ValidationException", "The provided model identifier is invalid.", "bedrock.model-missing"],
    ["ValidationException", "Input is too long for requested model.", "bedrock.context-exceeded"],
    ["ValidationException", "image exceeds 5 MB maximum: 5316852 bytes > 5242880 bytes", "vision.image-too-large"],
    [
      "ResourceNotFoundException",
      "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before using the model.",
      "bedrock.use-case-form-missing",
    ],
    ["ValidationException", "Model use case details have not been submitted.", "bedrock.use-case-form-missing"],
  ])("%s: %s", async (name, message, code) => {
    expect(messageRules.some((rule) => rule.name === name && rule.pattern.test(message) && rule.code === code)).toBe(
      true,
    );
    await using under = await subject([failing(name, { message })]);
    expect((await failureOf(ask(under))).code).toBe(code);
    expect(under.calls()).toBe(1);
  });

  it("does not make a throttled request one that is too long", async () => {
    const message = "Too many tokens, please wait before trying again. Input is too long.";
    await using under = await subject([failing("ThrottlingException", { message }), answering(answer())]);
    await ask(under);
    expect(under.fake.faults).toEqual(["ThrottlingException"]);
  });

  it("does not say who called, which would be stored with the analysis", async () => {
    const resource = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6";
    const message = (caller: string) =>
      `User: ${caller} is not authorized to perform bedrock:InvokeModel on ${resource}`;
    const caller = "arn:aws:sts::123456789012:assumed-role/artguard/ada@example.com";
    await using under = await subject([failing("AccessDeniedException", { message: message(caller) })]);
    const failure = await failureOf(ask(under));
    expect(failure.message).toContain(message("arn:aws:sts::…"));
    expect(JSON.stringify(failure)).not.toContain("ada@example.com");
  });

  it("is cut before it gets into an error, and not within a character", async () => {
    const message = `${"x".repeat(499)}\u{1f600}`;
    await using under = await subject([failing("ValidationException", { message })]);
    expect((await failureOf(ask(under))).message.isWellFormed()).toBe(true);
  });

  it("is cut before it gets into an error", async () => {
    await using under = await subject([failing("ValidationException", { message: "x".repeat(10_000) })]);
    expect((await failureOf(ask(under))).message.length).toBeLessThan(700);
  });
});

describe("every stop reason", () => {
  it("of the SDK is in the table", () => {
    expect(Object.keys(stopReasons)).toEqual(expect.arrayContaining(Object.values(sdk.StopReason)));
  });

  it.each(Object.entries(stopReasons))("%s", async (stopReason, meaning) => {
    await using under = await subject([answering(answer(), { stopReason })]);
    if (meaning === undefined) expect((await ask(under)).details["stop_reason"]).toBe(stopReason);
    else {
      const failure = await failureOf(ask(under));
      expect(failure).toMatchObject({
        code: meaning.code,
        details: { reason: stopReason, output_tokens: spent(under) },
      });
      expect(under.calls()).toBe(meaning.retry === "once" ? 2 : 1);
    }
  });

  /** The fake reports 300 tokens for each answer. */
  function spent(under: BedrockSubject): number {
    return 300 * under.calls();
  }
});

describe("docs/bedrock.md", () => {
  const page = readFileSync(new URL("../../../../docs/bedrock.md", import.meta.url), "utf8");

  it("shows the table of exceptions as it is", () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+|–) \| `([\w.-]+)` \| ([\w-]+) \| (no|maybe) \|$/gm)];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      bedrockExceptions.map(({ name, status, code, retry, charged }) => [
        name,
        String(status ?? "–"),
        code,
        retry,
        charged,
      ]),
    );
  });

  it("shows the table of stop reasons as it is", () => {
    const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (?:`([\w.-]+)`|read) \| (never|once|–) \|$/gm)];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      Object.entries(stopReasons).map(([reason, meaning]) => [reason, meaning?.code, meaning?.retry ?? "–"]),
    );
  });
});
