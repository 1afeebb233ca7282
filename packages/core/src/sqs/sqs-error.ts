import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** By the names that the SDK gives them; SQS has those of its two protocols. */
const codesByName: Readonly<Record<string, ErrorCode>> = {
  QueueDoesNotExist: "queue.missing",
  "AWS.SimpleQueueService.NonExistentQueue": "queue.missing",
  InvalidAddress: "queue.missing",
  AccessDenied: "queue.access-denied",
  AccessDeniedException: "queue.access-denied",
  CredentialsProviderError: "queue.access-denied",
  ExpiredToken: "queue.access-denied",
  ExpiredTokenException: "queue.access-denied",
  InvalidClientTokenId: "queue.access-denied",
  InvalidSecurity: "queue.access-denied",
  KmsAccessDenied: "queue.access-denied",
  SignatureDoesNotMatch: "queue.access-denied",
  UnrecognizedClientException: "queue.access-denied",
};

/** The typed form of a failed request to SQS; errors of ArtGuard and reasons of signals as they are. */
export function sqsError(error: unknown): unknown {
  if (isArtGuardError(error) || !(error instanceof Error)) return error;
  return new ArtGuardError(codesByName[error.name] ?? "queue.unavailable", `SQS: ${error.name}: ${error.message}`, {
    cause: error,
    details: { sqs_error: error.name },
  });
}
