import type { ErrorCode } from "@artguard/core";
import type { BedrockOptions } from "@artguard/core/bedrock";
import {
  answering,
  corrupting,
  delaying,
  type FakeBedrockReply,
  failing,
  failingInStream,
  hanging,
  replying,
  resetting,
  truncating,
  type VisionFault,
  visionModelContract,
} from "@artguard/core/testing";
import { describe, it } from "vitest";
import { answer } from "../vision/vision-request.ts";
import { realRequest, subject } from "./subjects.ts";

const good = answering(answer());
const offSchema = answering({ verdict: "authentic" });
const uncited = answering(answer({ sentences: [{ text: "It is fine.", cites: [] }] }));
/** Faults are counted by the fake where it breaks something, and here where the model's words are the fault. */
const marked =
  (reply: FakeBedrockReply): FakeBedrockReply =>
  (request) => ({ ...reply(request), faults: ["answer"] });

type Case = readonly [
  name: string,
  script: readonly FakeBedrockReply[],
  becomes: ErrorCode | "answer",
  calls: number,
  more?: { readonly listening?: true; readonly options?: Partial<BedrockOptions> },
];

const listening = { listening: true } as const;
/** For sides that fall silent: long enough for a good answer on a busy machine. */
const impatient = { options: { attemptTimeoutMs: 1_000 } };
const stopsWith = (stopReason: string) => marked(answering(answer(), { stopReason }));
const validation = (message: string) => failing("ValidationException", { message });

const passing: readonly Case[] = [
  ["is throttled twice", [failing("ThrottlingException"), failing("ThrottlingException"), good], "answer", 3],
  ["is not ready once", [failing("ModelNotReadyException"), good], "answer", 2],
  ["fails inside Bedrock once", [failing("InternalServerException"), good], "answer", 2],
  ["is unavailable once", [failing("ServiceUnavailableException"), good], "answer", 2],
  ["times out in Bedrock once", [failing("ModelTimeoutException"), good], "answer", 2],
  ["fails inside the model once", [failing("ModelErrorException", { originalStatusCode: 500 }), good], "answer", 2],
  ["breaks the connection once", [resetting(), good], "answer", 2],
  ["breaks the connection inside the answer once", [resetting(good, 1), good], "answer", 2],
  ["answers with the page of a proxy once", [replying(502, "<html>", "text/html"), good], "answer", 2],
  ["cuts the answer once", [truncating(good, 0), good], "answer", 2],
  ["does not answer the first time", [hanging(), good], "answer", 2, impatient],
  ["is late, but in time", [delaying(good, 50)], "answer", 1],
  ["garbles its tool call once", [stopsWith("malformed_tool_use"), good], "answer", 2],
  ["garbles its output once", [stopsWith("malformed_model_output"), good], "answer", 2],
  ["answers off the schema once", [marked(offSchema), good], "answer", 2],
  ["answers without citations once", [marked(uncited), good], "answer", 2],
  ["answers in prose once", [marked(answering("It looks fine to me.")), good], "answer", 2],
  ["says nothing once", [marked(answering("")), good], "answer", 2],
  ["thinks aloud first", [marked(answering(answer(), { reasoning: '{"sentences":"no"}' }))], "answer", 1],
  [
    "puts its JSON in a code fence",
    [marked(answering(`\`\`\`json\n${JSON.stringify(answer())}\n\`\`\``))],
    "answer",
    1,
  ],
  ["does not report its usage", [marked(answering(answer(), { usage: null }))], "answer", 1],
  [
    "refuses native structured output",
    [validation("output_config.format: Extra inputs are not permitted"), good],
    "answer",
    2,
  ],
];

const lasting: readonly Case[] = [
  ["is throttled for good", [failing("ThrottlingException")], "bedrock.throttled", 4],
  ["is never ready", [failing("ModelNotReadyException")], "bedrock.model-not-ready", 4],
  ["always fails inside Bedrock", [failing("InternalServerException")], "bedrock.unavailable", 4],
  ["always times out in Bedrock", [failing("ModelTimeoutException")], "bedrock.model-timeout", 2],
  ["refuses access", [failing("AccessDeniedException")], "bedrock.access-denied", 1],
  ["knows no such model", [failing("ResourceNotFoundException")], "bedrock.model-missing", 1],
  ["finds the request wrong", [validation("messages: wrong")], "bedrock.invalid-request", 1],
  ["has no quota left", [failing("ServiceQuotaExceededException")], "bedrock.quota-exceeded", 1],
  ["answers with an exception nobody knows", [failing("SomethingNewException")], "bedrock.invalid-request", 1],
  ["is silent", [hanging()], "bedrock.timed-out", 2, impatient],
  ["falls silent inside the answer", [hanging(good, 1)], "bedrock.timed-out", 2, impatient],
  ["always breaks the connection", [resetting()], "bedrock.unavailable", 4],
  ["answers with a web page", [replying(200, "<html>", "text/html")], "bedrock.unreadable-answer", 2],
  ["stops for a number", [replying(200, '{"output":{},"stopReason":5}')], "bedrock.unreadable-answer", 2],
  ["answers with an empty object", [replying(200, "{}")], "bedrock.unreadable-answer", 2],
  ["has too few tokens", [stopsWith("max_tokens")], "bedrock.answer-cut", 1],
  ["is stopped by a guardrail", [stopsWith("guardrail_intervened")], "bedrock.refused", 1],
  ["is stopped by a filter", [stopsWith("content_filtered")], "bedrock.refused", 1],
  ["is out of context", [stopsWith("model_context_window_exceeded")], "bedrock.context-exceeded", 1],
  ["stops at a sequence nobody set", [stopsWith("stop_sequence")], "bedrock.unexpected-stop", 1],
  ["stops for a reason nobody knows", [stopsWith("boredom")], "bedrock.unexpected-stop", 1],
  ["always garbles its tool call", [stopsWith("malformed_tool_use")], "bedrock.malformed-answer", 2],
  ["answers off the schema twice", [marked(offSchema)], "vision.invalid-answer", 2],
  ["answers in prose twice", [marked(answering("It looks fine to me."))], "vision.invalid-answer", 2],
  ["answers with 400,000 characters", [marked(answering("x".repeat(400_000)))], "bedrock.answer-too-large", 1],
  [
    "calls another tool than the one it was given",
    [marked(answering(answer(), { form: { tool: "delete_everything" } }))],
    "vision.invalid-answer",
    2,
    { options: { capabilities: { structured: ["forced-tool", "instruction"] } } },
  ],
];

const streaming: readonly Case[] = [
  [
    "is throttled inside the stream once",
    [failingInStream(good, "throttlingException", 9), good],
    "answer",
    2,
    listening,
  ],
  ["breaks inside the stream for good", [resetting(good, 3)], "bedrock.stream-failed", 4, listening],
  [
    "fails inside the stream for good",
    [failingInStream(good, "modelStreamErrorException", 3)],
    "bedrock.stream-failed",
    4,
    listening,
  ],
  [
    "finds the request wrong inside the stream",
    [failingInStream(good, "validationException", 3)],
    "bedrock.invalid-request",
    1,
    listening,
  ],
  [
    "times out inside the stream",
    [failingInStream(good, "modelTimeoutException", 3)],
    "bedrock.model-timeout",
    2,
    listening,
  ],
  ["cuts the stream inside a message", [truncating(good, 5)], "bedrock.stream-failed", 4, listening],
  ["ends the stream before the model has stopped", [truncating(good, 6), good], "answer", 2, listening],
  ["turns a bit of the stream", [corrupting(good, 4)], "bedrock.stream-failed", 4, listening],
  ["falls silent inside the stream", [hanging(good, 12), good], "answer", 2, { ...listening, ...impatient }],
  ["streams a web page", [replying(200, "<html>", "text/html"), good], "answer", 2, listening],
  ["streams 400,000 characters", [marked(answering("x".repeat(400_000)))], "bedrock.answer-too-large", 1, listening],
  ["streams off the schema once", [marked(offSchema), good], "answer", 2, listening],
];

const faults: readonly VisionFault[] = [...passing, ...lasting, ...streaming].map(
  ([name, script, becomes, calls, { listening = false, options = {} } = {}]) => ({
    ...{ name, becomes, calls, listening },
    create: () => subject(script, options),
  }),
);

visionModelContract({ describe, it }, `BedrockVisionModel, ${faults.length} faults`, {
  request: realRequest,
  create: () => subject([good]),
  createSilent: () => subject([hanging()]),
  faults,
});
