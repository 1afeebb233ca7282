import { setTimeout as sleep } from "node:timers/promises";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { ResolvedOptions } from "./options.ts";
import { dropBody, readBody, readErrorText } from "./read-body.ts";
import { redirectTarget } from "./result-address.ts";
import { pauseMs, retryAfterOf } from "./retry.ts";

/** One request to the endpoint's origin. */
export interface EndpointRequest {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** What a 404 means. */
  readonly missing: "modal.endpoint-missing" | "modal.result-gone";
}

/** How a request ended well: with a body, or with the address to ask next. */
export type EndpointReply = { readonly text: string } | { readonly next: URL };

/** A failure that a later attempt may not meet. */
class Repeatable extends Error {
  readonly failure: ArtGuardError;
  readonly retryAfterMs: number | undefined;

  constructor(failure: ArtGuardError, retryAfterMs?: number) {
    super(failure.message);
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Sends one request, again after 429, 502, 503, 504 and broken connections: the only place that repeats anything.
 *
 * @throws ArtGuardError `modal.timed-out` when the signal fired, and the other codes of this room.
 */
export async function exchange(
  request: EndpointRequest,
  options: ResolvedOptions,
  signal: AbortSignal,
): Promise<EndpointReply> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt(request, options, signal);
    } catch (error) {
      if (!(error instanceof Repeatable)) throw error;
      if (failures + 1 >= options.attempts) throw error.failure;
      await pause(pauseMs(options.retryDelayMs, failures, error.retryAfterMs), options, error.failure, signal);
    }
  }
}

async function pause(ms: number, { budgetMs }: ResolvedOptions, failure: ArtGuardError, signal: AbortSignal) {
  // Longer than any call lasts, and maybe than a timer can count.
  if (ms > budgetMs) throw failure;
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // Time is over: what went wrong before says more than that.
    throw failure;
  }
}

async function attempt(
  { url, method, headers, body, missing }: EndpointRequest,
  options: ResolvedOptions,
  signal: AbortSignal,
): Promise<EndpointReply> {
  try {
    const response = await options.fetch(url, {
      method,
      headers: { Accept: "application/json", ...options.credentials, ...headers },
      ...(body && { body }),
      redirect: "manual",
      signal,
    });
    return await replyOf(response, url, missing, options);
  } catch (error) {
    if (error instanceof Repeatable || isArtGuardError(error)) throw error;
    if (signal.aborted)
      throw new ArtGuardError("modal.timed-out", "the endpoint did not answer in time", { cause: error });
    const message = `the connection to ${url.host} broke: ${reasonOf(error)}`;
    throw new Repeatable(new ArtGuardError("modal.unavailable", message, { cause: error }));
  }
}

async function replyOf(
  response: Response,
  from: URL,
  missing: EndpointRequest["missing"],
  { endpoint, credentials, maximumResponseBytes }: ResolvedOptions,
): Promise<EndpointReply> {
  const { status, headers } = response;
  if (status === 200) return { text: await readBody(response, maximumResponseBytes) };
  if (status === 303) {
    await dropBody(response);
    return { next: redirectTarget(headers.get("location"), from, endpoint) };
  }
  const message = `the endpoint answered ${status}: ${await readErrorText(response, Object.values(credentials))}`;
  const failure = new ArtGuardError(codeOf(status, missing), message, { details: { status } });
  if ([429, 502, 503, 504].includes(status)) throw new Repeatable(failure, retryAfterOf(headers));
  throw failure;
}

function codeOf(status: number, missing: EndpointRequest["missing"]): ErrorCode {
  if (status === 401 || status === 403) return "modal.unauthorized";
  if (status === 404 || status === 410) return missing;
  if (status === 429) return "modal.throttled";
  if ([502, 503, 504].includes(status)) return "modal.unavailable";
  if (status >= 500) return "modal.endpoint-failed";
  if (status >= 400) return "modal.request-refused";
  return status >= 300 ? "modal.redirect-refused" : "modal.invalid-response";
}

/** `fetch` hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
