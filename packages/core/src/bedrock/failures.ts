import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { type BedrockException, bedrockExceptions, messageRules, type Retry } from "./exceptions.ts";

/** A request that failed: what the caller hears, and what is done about it. */
export interface Failure {
  readonly error: ArtGuardError;
  readonly retry: Exclude<Retry, "once-if-5xx">;
  /** Whether tokens may have been charged. */
  readonly charged: BedrockException["charged"];
}

/** The parts of an error of the SDK or of Node that say what happened. */
interface RequestError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly originalStatusCode?: number;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** Whether a stream was asked for, and whether it has begun: whatever breaks then breaks the stream. */
export type Streaming = "no" | "wanted" | "begun";

type Meaning = Pick<BedrockException, "code" | "retry" | "charged">;

const longestMessage = 500;
const unavailable: Meaning = { code: "bedrock.unavailable", retry: "backoff", charged: "maybe" };
const timedOut: Meaning = { code: "bedrock.timed-out", retry: "once", charged: "maybe" };
const brokenStream: Meaning = { code: "bedrock.stream-failed", retry: "backoff", charged: "maybe" };
const unreadable: Meaning = { code: "bedrock.unreadable-answer", retry: "once", charged: "maybe" };

/** What Node calls a connection that broke, could not be made, or was ended by the other side. */
const networkCode = /^(E[A-Z]+|ERR_(HTTP2|STREAM|SSL|TLS)_[A-Z_]+)$/;
const networkText = /socket hang up|http2|aborted|connection/i;

/**
 * What a failed request means.
 *
 * @param error What the SDK threw.
 * @param facts.attempt Which attempt at this request it was, from 1.
 */
export function describeFailure(
  error: unknown,
  facts: { streaming: Streaming; attempt: number; model: string },
): Failure {
  const cause = asRequestError(error);
  const { code, retry, charged } = meaningOf(cause, facts.streaming);
  const requestId = cause.$metadata?.requestId;
  return {
    error: new ArtGuardError(code, `Bedrock ${facts.model}: ${told(cause.message || cause.name)}`, {
      cause: error,
      details: { reason: cause.name, attempts: facts.attempt, ...(requestId && { request_id: requestId }) },
    }),
    retry: retry === "once-if-5xx" ? ((cause.originalStatusCode ?? 0) >= 500 ? "once" : "never") : retry,
    charged,
  };
}

/** What Bedrock says, without who called it: the message is stored with an analysis, and sessions are named after people. */
function told(message: string): string {
  return message
    .replace(/(arn:aws[a-z-]*:(?:iam|sts)::)\S+/g, "$1…")
    .slice(0, longestMessage)
    .toWellFormed();
}

/** The failure of an attempt whose own time was over. */
export function lateFailure(timeoutMs: number, facts: { attempt: number; model: string }): Failure {
  const error = new ArtGuardError("bedrock.timed-out", `Bedrock ${facts.model}: no answer within ${timeoutMs} ms`, {
    details: { timeout_ms: timeoutMs, attempts: facts.attempt },
  });
  return { ...timedOut, retry: "once", error };
}

function meaningOf(error: RequestError, streaming: Streaming): Meaning {
  const known = bedrockExceptions.find(({ name }) => name === nameOf(error));
  if (known !== undefined) return { ...known, code: codeByMessage(error, known.code) };
  if (error.name === "TimeoutError" && /timed? ?out/i.test(error.message)) return timedOut;
  // The client reads the first event before it hands out the stream.
  if (streaming === "begun" || (streaming === "wanted" && error.$metadata?.httpStatusCode === 200)) return brokenStream;
  return byStatus(error.$metadata?.httpStatusCode) ?? byNature(error);
}

/** Exceptions inside a stream may carry the name of their member, which begins with a small letter. */
function nameOf({ name }: RequestError): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

function codeByMessage(error: RequestError, code: ErrorCode): ErrorCode {
  const rule = messageRules.find(({ name, pattern }) => name === nameOf(error) && pattern.test(error.message));
  return rule?.code ?? code;
}

function byStatus(status: number | undefined): Meaning | undefined {
  if (status === undefined || status < 400) return;
  if (status >= 500) return { ...unavailable, charged: "no" };
  if (status === 429) return { code: "bedrock.throttled", retry: "backoff", charged: "no" };
  const code = status === 401 || status === 403 ? "bedrock.access-denied" : "bedrock.invalid-request";
  return { code, retry: "never", charged: "no" };
}

function byNature(error: RequestError): Meaning {
  if (error.name === "SyntaxError") return unreadable;
  const isNetwork = networkCode.test(String(error.code)) || networkText.test(error.message);
  if (isNetwork || error.name === "TimeoutError") return unavailable;
  if (error.$metadata?.httpStatusCode === 200) return unreadable;
  return { code: "bedrock.invalid-request", retry: "never", charged: "no" };
}

function asRequestError(error: unknown): RequestError {
  return error instanceof Error ? error : { name: "Error", message: String(error) };
}
