import type { ErrorCode } from "../errors/error-codes.ts";

/** Whether a failed request is sent again: `once-if-5xx` when the model's own status was a server error. */
export type Retry = "never" | "once" | "once-if-5xx" | "backoff";

/** What one exception of Bedrock means to us. */
export interface BedrockException {
  /** Name in `x-amzn-errortype`. */
  readonly name: string;
  /** HTTP status it comes with; undefined for failures that come from the client. */
  readonly status: number | undefined;
  readonly code: ErrorCode;
  readonly retry: Retry;
  /** Whether tokens may have been charged. */
  readonly charged: "no" | "maybe";
}

/**
 * Every exception of Converse and ConverseStream, and the failures of the client. Names, statuses and advice: the types of
 * `@aws-sdk/client-bedrock-runtime` 3.1164 and Amazon's troubleshooting page. `docs/bedrock.md` shows the same table.
 */
export const bedrockExceptions: readonly BedrockException[] = [
  exception("AccessDeniedException", 403, "bedrock.access-denied"),
  exception("ConflictException", 400, "bedrock.invalid-request"),
  exception("FTUFormNotFilled", 404, "bedrock.use-case-form-missing"),
  exception("InternalServerException", 500, "bedrock.unavailable", "backoff"),
  exception("ModelErrorException", 424, "bedrock.model-error", "once-if-5xx", "maybe"),
  exception("ModelNotReadyException", 429, "bedrock.model-not-ready", "backoff"),
  exception("ModelStreamErrorException", 424, "bedrock.stream-failed", "backoff", "maybe"),
  exception("ModelTimeoutException", 408, "bedrock.model-timeout", "once", "maybe"),
  exception("ResourceNotFoundException", 404, "bedrock.model-missing"),
  exception("ServiceQuotaExceededException", 400, "bedrock.quota-exceeded"),
  exception("ServiceUnavailableException", 503, "bedrock.unavailable", "backoff"),
  exception("ThrottlingException", 429, "bedrock.throttled", "backoff"),
  exception("ValidationException", 400, "bedrock.invalid-request"),
  exception("ExpiredTokenException", 403, "bedrock.access-denied"),
  exception("IncompleteSignatureException", 400, "bedrock.access-denied"),
  exception("InvalidSignatureException", 403, "bedrock.access-denied"),
  exception("MissingAuthenticationTokenException", 403, "bedrock.access-denied"),
  exception("UnrecognizedClientException", 403, "bedrock.access-denied"),
  exception("CredentialsProviderError", undefined, "bedrock.access-denied"),
  exception("TokenProviderError", undefined, "bedrock.access-denied"),
];

/** What the text of an exception says beyond its name. Asked only after the name, never instead of it. */
export const messageRules: readonly {
  readonly name: string;
  readonly pattern: RegExp;
  readonly code: ErrorCode;
}[] = [
  // The apostrophe is a curly one.
  {
    name: "ValidationException",
    pattern: /on-demand throughput isn.t supported/i,
    code: "bedrock.needs-inference-profile",
  },
  { name: "ValidationException", pattern: /model identifier is invalid/i, code: "bedrock.model-missing" },
  {
    name: "ValidationException",
    pattern: /too long|context (window|length)|maximum context/i,
    code: "bedrock.context-exceeded",
  },
  { name: "ValidationException", pattern: /image (size )?exceeds|image dimensions/i, code: "vision.image-too-large" },
  { name: "ValidationException", pattern: /use case details/i, code: "bedrock.use-case-form-missing" },
  { name: "ResourceNotFoundException", pattern: /use case details/i, code: "bedrock.use-case-form-missing" },
];

function exception(
  name: string,
  status: number | undefined,
  code: ErrorCode,
  retry: Retry = "never",
  charged: BedrockException["charged"] = "no",
): BedrockException {
  return { name, status, code, retry, charged };
}
