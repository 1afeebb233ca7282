import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { transactionCancelled } from "../storage/table-store.ts";

/** Why one action of a transaction failed. */
interface CancellationReason {
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

/** The parts of an SDK or Node error that say what happened. */
interface RequestError {
  readonly CancellationReasons?: readonly CancellationReason[];
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly clockSkewCorrected?: boolean;
  };
}

const codesByName: Readonly<Record<string, ErrorCode>> = {
  ConditionalCheckFailedException: "storage.condition-failed",
  IdempotentParameterMismatchException: "storage.idempotency-mismatch",
  ItemCollectionSizeLimitExceededException: "storage.item-too-large",
  ResourceNotFoundException: "storage.table-missing",
  ...names("storage.throttled", [
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
  ]),
  ...names("storage.access-denied", [
    "AccessDeniedException",
    "CredentialsProviderError",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "TokenProviderError",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
  ]),
  ...names("storage.timed-out", ["TimeoutError", "RequestTimeout", "RequestTimeoutException"]),
};

const networkCodes: ReadonlySet<string> = new Set([
  ...["ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EPIPE"],
  ...["EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"],
]);

/** What a validation error of DynamoDB is about, by its message; the first that matches counts. */
const validationProblems: readonly (readonly [RegExp, ErrorCode])[] = [
  [/size.*exceed|exceed.*size/i, "storage.item-too-large"],
  [/index key/i, "storage.invalid-item"],
  [/specified index|key element does not match|missing the key/i, "storage.table-mismatch"],
  [/operand type.*operator: ADD|operand in the update expression/i, "storage.invalid-item"],
  [/expression/i, "storage.invalid-query"],
];

/**
 * A failed request as the error callers see.
 *
 * @param subject What the request was about: the name of the table.
 * @param attempts How many requests were sent.
 */
export function requestFailure(error: unknown, subject: string, attempts: number): ArtGuardError {
  const cause = error as RequestError;
  const reasons = cause.CancellationReasons?.map(cancellationCode);
  if (reasons?.some((reason) => reason !== undefined && reason !== "storage.throttled")) {
    return transactionCancelled(reasons, error);
  }
  const requestId = cause.$metadata?.requestId;
  return new ArtGuardError(codeOf(cause), `${subject}: ${cause.message || cause.name}`, {
    details: { reason: cause.name, attempts, ...(requestId && { request_id: requestId }) },
    cause: error,
  });
}

/** Undefined for an action that did not cause it. */
function cancellationCode({ Code: code = "None", Message: message = "" }: CancellationReason): ErrorCode | undefined {
  if (code === "None") return undefined;
  if (code === "ConditionalCheckFailed") return "storage.condition-failed";
  if (code === "ItemCollectionSizeLimitExceeded") return "storage.item-too-large";
  if (code === "ValidationError") return validationCode(message);
  return "storage.throttled";
}

/** Whether the request may have been carried out although it failed. */
export function isUncertain({ code }: ArtGuardError): boolean {
  return code === "storage.timed-out" || code === "storage.unavailable";
}

function codeOf(error: RequestError): ErrorCode {
  // The SDK has learnt the right time from the refusal: the next request will carry it.
  if (error.$metadata?.clockSkewCorrected) return "storage.unavailable";
  // Only other requests stood in its way.
  if (error.CancellationReasons !== undefined) return "storage.throttled";
  if (error.name === "ValidationException") return validationCode(error.message);
  // The SDK calls a broken connection a TimeoutError.
  if (networkCodes.has(String(error.code))) return "storage.unavailable";
  const known = codesByName[error.name];
  if (known !== undefined) return known;
  // Whatever else is unknown says that this client is set up wrongly.
  return (error.$metadata?.httpStatusCode ?? 0) >= 500 ? "storage.unavailable" : "storage.access-denied";
}

function validationCode(message: string): ErrorCode {
  return validationProblems.find(([pattern]) => pattern.test(message))?.[1] ?? "storage.invalid-item";
}

function names(code: ErrorCode, list: readonly string[]): Record<string, ErrorCode> {
  return Object.fromEntries(list.map((name) => [name, code]));
}
