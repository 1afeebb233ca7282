import type { ErrorEnvelope, Principal, PublicCode } from "@artguard/governance";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Status codes of what succeeds. */
export const successStatus = { ok: 200, created: 201, accepted: 202 } as const;
/** One of {@link successStatus}. */
export type Success = keyof typeof successStatus;

/** Status code of each public code; a test goes through all of them. */
export const statusByCode: Readonly<Record<PublicCode, ContentfulStatusCode>> = {
  AUTHENTICATION_FAILED: 401,
  INSUFFICIENT_PERMISSIONS: 403,
  GEOGRAPHIC_RESTRICTION: 403,
  USAGE_LIMIT_EXCEEDED: 429,
  CUSTODIAN_APPROVAL_REQUIRED: 403,
  DATASET_NOT_FOUND: 404,
  QUERY_TIMEOUT: 504,
  // RFC 9470: a credential that proves too little is answered as one that is missing.
  STEP_UP_REQUIRED: 401,
  VALIDATION_FAILED: 400,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  CONCURRENT_MODIFICATION: 409,
  CHECKSUM_MISMATCH: 400,
  CONSENT_REQUIRED: 400,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA: 415,
  DEADLINE_EXCEEDED: 504,
  // Only this server's end stops a request whose caller still waits.
  CANCELLED: 503,
  KEY_UNAVAILABLE: 503,
  TEMPORARILY_UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** Reasons that HTTP tells apart more finely than the public code (draft-ietf-httpapi-idempotency-key-header-07, §2.6). */
const statusByReason: Readonly<Record<string, ContentfulStatusCode>> = { "user.idempotency-conflict": 422 };

/** For whom an error is. */
export type Caller = Pick<Principal, "kind">;

/** The status code of an error. Whoever has not said who they are is asked to. */
export function errorToStatus({ error }: ErrorEnvelope, caller: Caller): ContentfulStatusCode {
  if (error.code === "INSUFFICIENT_PERMISSIONS" && caller.kind === "anonymous") {
    return statusByCode.AUTHENTICATION_FAILED;
  }
  return statusByReason[String(error.details["reason"])] ?? statusByCode[error.code];
}

const defaultRetrySeconds = 1;

/** Headers that belong to a status: how to prove who one is, when to come again. */
export function headersOfError({ error }: ErrorEnvelope, status: number, now: number): Record<string, string> {
  const { retry_after_ms, resets_at, suspended_until } = error.details;
  const until = [resets_at, suspended_until].find((moment) => typeof moment === "number");
  const waitMs = typeof retry_after_ms === "number" ? retry_after_ms : until === undefined ? undefined : until - now;
  const seconds = waitMs === undefined ? undefined : Math.max(0, Math.ceil(waitMs / 1000));
  const retry = seconds ?? (status === statusByCode.TEMPORARILY_UNAVAILABLE ? defaultRetrySeconds : undefined);
  const challenge =
    error.code === "STEP_UP_REQUIRED" ? 'Bearer error="insufficient_user_authentication"' : 'Bearer realm="artguard"';
  return {
    ...(status === statusByCode.AUTHENTICATION_FAILED && { "WWW-Authenticate": challenge }),
    ...(retry !== undefined && { "Retry-After": String(retry) }),
  };
}
