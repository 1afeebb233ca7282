import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** What failed, for the message. */
export interface S3Context {
  readonly bucket: string;
  readonly key?: string;
}

const codesByName: Readonly<Record<string, ErrorCode>> = {
  NoSuchKey: "storage.not-found",
  NotFound: "storage.not-found",
  NoSuchBucket: "storage.bucket-missing",
  PermanentRedirect: "storage.bucket-missing",
  AuthorizationHeaderMalformed: "storage.bucket-missing",
  PreconditionFailed: "storage.condition-failed",
  // Another request to this key was under way: unlike a failed condition, this says nothing about what is stored.
  ConditionalRequestConflict: "storage.unavailable",
  OperationAborted: "storage.unavailable",
  SlowDown: "storage.throttled",
  ThrottlingException: "storage.throttled",
  Throttling: "storage.throttled",
  RequestLimitExceeded: "storage.throttled",
  TooManyRequestsException: "storage.throttled",
  ExpiredToken: "storage.access-denied",
  ExpiredTokenException: "storage.access-denied",
  TokenRefreshRequired: "storage.access-denied",
  InvalidToken: "storage.access-denied",
  InvalidAccessKeyId: "storage.access-denied",
  SignatureDoesNotMatch: "storage.access-denied",
  RequestTimeTooSkewed: "storage.access-denied",
  CredentialsProviderError: "storage.access-denied",
  AccessDenied: "storage.access-denied",
  BadDigest: "storage.checksum-mismatch",
  InvalidDigest: "storage.checksum-mismatch",
  XAmzContentSHA256Mismatch: "storage.checksum-mismatch",
  InvalidRange: "storage.invalid-option",
  InvalidTag: "storage.invalid-option",
  EntityTooLarge: "storage.object-too-large",
  RequestTimeout: "storage.timed-out",
};

/** Where the general advice does not name the cure. */
const fixesByName: Readonly<Record<string, string>> = {
  ExpiredToken: "Renew the session credentials.",
  ExpiredTokenException: "Renew the session credentials.",
  RequestTimeTooSkewed: "Set this machine's clock.",
  CredentialsProviderError: "Configure credentials: environment, shared profile or a role.",
  ConditionalRequestConflict: "Repeat the write.",
};

/** The typed form of a failed request to S3; errors of ArtGuard and reasons of signals as they are. */
export function s3Error(error: unknown, context: S3Context): unknown {
  if (isArtGuardError(error) || !(error instanceof Error)) return error;
  const code = codesByName[error.name] ?? codeOfStatus(statusOf(error)) ?? "storage.unavailable";
  const place = context.key === undefined ? context.bucket : `${context.bucket}/${context.key}`;
  const fix = fixesByName[error.name];
  const attempts = metadataOf(error).attempts;
  return new ArtGuardError(code, `S3 ${place}: ${error.name}: ${error.message}`, {
    cause: error,
    details: { s3_error: error.name, ...(attempts !== undefined && { attempts }) },
    ...(fix !== undefined && { fix }),
  });
}

/** HTTP status of the answer that a failed request got, if any. */
function statusOf(error: unknown): number | undefined {
  return metadataOf(error).httpStatusCode;
}

/** How many times the client sent the request. */
export function attemptsOf(error: unknown): number {
  return metadataOf(error).attempts ?? 1;
}

function metadataOf(error: unknown): { httpStatusCode?: number; attempts?: number } {
  return (error as { $metadata?: { httpStatusCode?: number; attempts?: number } }).$metadata ?? {};
}

/** Answers to HEAD have no body and so no name. */
function codeOfStatus(status: number | undefined): ErrorCode | undefined {
  if (status === 401 || status === 403) return "storage.access-denied";
  if (status === 404) return "storage.not-found";
  if (status === 301) return "storage.bucket-missing";
  if (status === 412) return "storage.condition-failed";
  return status === 429 ? "storage.throttled" : undefined;
}
