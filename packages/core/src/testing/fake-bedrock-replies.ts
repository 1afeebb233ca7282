import { eventStreamFrame } from "./event-stream-frame.ts";
import type { FakeReply, FakeRequest } from "./loopback-server.ts";

/** A call of Converse or ConverseStream as the fake got it. */
export interface FakeConverseRequest extends FakeRequest {
  /** Whether the answer is to be streamed. */
  readonly streams: boolean;
  readonly modelId: string;
  readonly body: FakeConverseBody;
}

/** The JSON of a Converse request. Bytes are in base64. */
export interface FakeConverseBody {
  readonly system?: readonly { readonly text?: string; readonly cachePoint?: object }[];
  readonly messages: readonly {
    readonly role: string;
    readonly content: readonly {
      readonly text?: string;
      readonly image?: { readonly format: string; readonly source: { readonly bytes: string } };
    }[];
  }[];
  readonly inferenceConfig?: Readonly<Record<string, number>>;
  readonly toolConfig?: {
    readonly tools: readonly { readonly toolSpec: { readonly name: string; readonly strict?: boolean } }[];
    readonly toolChoice?: object;
  };
  readonly outputConfig?: object;
  readonly additionalModelRequestFields?: object;
}

/** Makes the reply to a request. */
export type FakeBedrockReply = (request: FakeConverseRequest) => FakeReply;

/** What a model says, and how Bedrock wraps it. */
export interface FakeAnswerOptions {
  /** Default: `tool_use` when a tool was offered, else `end_turn`. */
  readonly stopReason?: string;
  /** Default 1,200 tokens in, 300 out; null leaves it out. */
  readonly usage?: Readonly<Record<string, number>> | null;
  /** Thoughts of the model, in a block before the answer. */
  readonly reasoning?: string;
  /** Answers in text although a tool was offered, or by a tool of another name. */
  readonly form?: "text" | { readonly tool: string };
}

const tokens = { inputTokens: 1_200, outputTokens: 300, totalTokens: 1_500 };
const metrics = { latencyMs: 7 };
const pieceLength = 17;

/**
 * Answers as a model does: by the tool when one was offered, else in text; streamed when it was asked for.
 *
 * @param answer An object is written as JSON, a string is said as it is.
 * @example
 * const fake = await startFakeBedrock({ script: [answering({ sentences: [] })] });
 */
export function answering(answer: object | string, options: FakeAnswerOptions = {}): FakeBedrockReply {
  return (request) => {
    const offered = request.body.toolConfig?.tools[0]?.toolSpec.name;
    const tool = options.form === "text" ? undefined : (options.form?.tool ?? offered);
    const said = { answer, tool, ...options, stopReason: options.stopReason ?? (tool ? "tool_use" : "end_turn") };
    return request.streams ? streamed(said) : whole(said);
  };
}

type Said = FakeAnswerOptions & {
  readonly answer: object | string;
  readonly tool: string | undefined;
  readonly stopReason: string;
};

function whole({ answer, tool, stopReason, usage = tokens, reasoning }: Said): FakeReply {
  const thought = { reasoningContent: { reasoningText: { text: reasoning, signature: "c2ln" } } };
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  const block = tool === undefined ? { text } : { toolUse: { toolUseId: "tool-1", name: tool, input: answer } };
  const content = [...(reasoning === undefined ? [] : [thought]), block];
  const message = { role: "assistant", content };
  return json(200, { output: { message }, stopReason, metrics, ...(usage !== null && { usage }) });
}

function streamed({ answer, tool, stopReason, usage = tokens, reasoning }: Said): FakeReply {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  const pieces = text.match(new RegExp(`[^]{1,${pieceLength}}`, "g")) ?? [];
  const thoughts = reasoning === undefined ? [] : [{ reasoningContent: { text: reasoning } }];
  const index = thoughts.length;
  const delta = (contentBlockIndex: number, part: object) =>
    event("contentBlockDelta", { contentBlockIndex, delta: part });
  const start = { toolUse: { toolUseId: "tool-1", name: tool } };
  return stream([
    event("messageStart", { role: "assistant" }),
    ...thoughts.flatMap((part) => [delta(0, part), event("contentBlockStop", { contentBlockIndex: 0 })]),
    ...(tool === undefined ? [] : [event("contentBlockStart", { contentBlockIndex: index, start })]),
    ...pieces.map((piece) => delta(index, tool === undefined ? { text: piece } : { toolUse: { input: piece } })),
    event("contentBlockStop", { contentBlockIndex: index }),
    event("messageStop", { stopReason }),
    event("metadata", { metrics, ...(usage !== null && { usage }) }),
  ]);
}

/** Statuses of the exceptions of Bedrock. */
const statuses: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  ExpiredTokenException: 403,
  FTUFormNotFilled: 404,
  InternalServerException: 500,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  ModelErrorException: 424,
  ModelNotReadyException: 429,
  ModelStreamErrorException: 424,
  ModelTimeoutException: 408,
  ResourceNotFoundException: 404,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  UnrecognizedClientException: 403,
};

/**
 * An exception, as Bedrock sends it: its name in `x-amzn-errortype`, its message in the body.
 *
 * @example
 * const fake = await startFakeBedrock({ script: [failing("ThrottlingException"), answering({ sentences: [] })] });
 */
export function failing(
  name: string,
  { message = `made up: ${name}`, ...more }: { readonly message?: string; readonly originalStatusCode?: number } = {},
): FakeBedrockReply {
  return () => ({
    ...json(statuses[name] ?? 400, { message, ...more }, { "x-amzn-errortype": `${name}:http://internal.amazon.com/` }),
    faults: [name],
  });
}

/**
 * A stream that ends in an exception.
 *
 * @param name As on the wire, e.g. `throttlingException`.
 * @param events How many events come before it.
 * @example
 * const fake = await startFakeBedrock({ script: [failingInStream(answering({ sentences: [] }), "ModelStreamErrorException", 2)] });
 */
export function failingInStream(reply: FakeBedrockReply, name: string, events: number): FakeBedrockReply {
  return (request) => {
    const { chunks = [], ...rest } = reply(request);
    const headers = { ":message-type": "exception", ":exception-type": name, ":content-type": "application/json" };
    const exception = eventStreamFrame(headers, { message: `made up: ${name}` });
    return { ...rest, chunks: [...chunks.slice(0, events), exception], faults: [name] };
  };
}

/**
 * Any bytes at all.
 *
 * @example
 * const fake = await startFakeBedrock({ script: [replying(502, "bad gateway", "text/plain")] });
 */
export function replying(status: number, body: string, contentType = "application/json"): FakeBedrockReply {
  return () => ({
    status,
    headers: { "content-type": contentType },
    chunks: [Buffer.from(body)],
    faults: [`raw ${status}`],
  });
}

/**
 * Never answers: not at all, or not on after a part of the reply.
 *
 * @example
 * const fake = await startFakeBedrock({ script: [hanging()] });
 */
export function hanging(reply?: FakeBedrockReply, chunks = 1): FakeBedrockReply {
  return (request) => cut(reply?.(request), chunks, { end: "hang", faults: ["hang"] });
}

/**
 * Breaks the connection: before the head, or after a part of the reply.
 *
 * @example
 * const fake = await startFakeBedrock({ script: [resetting()] });
 */
export function resetting(reply?: FakeBedrockReply, chunks = 1): FakeBedrockReply {
  return (request) => cut(reply?.(request), chunks, { end: "reset", faults: ["reset"] });
}

/**
 * Ends properly, but too early: after some chunks and half of the next.
 *
 * @example
 * const fake = await startFakeBedrock({ script: [truncating(answering({ sentences: [] }))] });
 */
export function truncating(reply: FakeBedrockReply, chunks = 1): FakeBedrockReply {
  return (request) => {
    const { chunks: all = [], ...rest } = reply(request);
    const last = all[chunks];
    const half = last?.subarray(0, last.length / 2);
    return { ...rest, chunks: [...all.slice(0, chunks), ...(half ? [half] : [])], faults: ["truncation"] };
  };
}

/**
 * Turns one bit of a chunk.
 *
 * @example
 * const fake = await startFakeBedrock({ script: [corrupting(answering({ sentences: [] }), 1)] });
 */
export function corrupting(reply: FakeBedrockReply, chunk: number): FakeBedrockReply {
  return (request) => {
    const { chunks = [], ...rest } = reply(request);
    const damaged = chunks.map((bytes, i) => {
      const copy = Uint8Array.from(bytes);
      if (i === chunk) copy[copy.length - 6] = (copy[copy.length - 6] ?? 0) ^ 1;
      return copy;
    });
    return { ...rest, chunks: damaged, faults: ["corruption"] };
  };
}

/**
 * Comes late.
 *
 * @example
 * const fake = await startFakeBedrock({ script: [delaying(answering({ sentences: [] }), 1500)] });
 */
export function delaying(reply: FakeBedrockReply, delayMs: number): FakeBedrockReply {
  return (request) => ({ ...reply(request), delayMs, faults: ["delay"] });
}

function cut(reply: FakeReply | undefined, count: number, end: Pick<FakeReply, "end" | "faults">): FakeReply {
  return { ...reply, ...(reply?.chunks !== undefined && { chunks: reply.chunks.slice(0, count) }), ...end };
}

function event(type: string, payload: object): Uint8Array {
  return eventStreamFrame(
    { ":event-type": type, ":content-type": "application/json", ":message-type": "event" },
    payload,
  );
}

function stream(chunks: readonly Uint8Array[]): FakeReply {
  return { status: 200, headers: { "content-type": "application/vnd.amazon.eventstream" }, chunks };
}

function json(status: number, body: object, headers: Record<string, string> = {}): FakeReply {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    // In two pieces, so that an answer can be cut.
    chunks: [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)],
  };
}
