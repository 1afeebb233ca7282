import type { ErrorCode } from "@artguard/core";
import type { PublicCode } from "@artguard/governance";

/** What went wrong, by its public code, or more precisely by its reason; `network` when no answer came. */
export type ErrorWords = Readonly<Record<PublicCode | "network", string>> &
  Readonly<Partial<Record<ErrorCode, string>>>;

/** See {@link ErrorWords}. */
export const englishErrors: ErrorWords = {
  network: "the server cannot be reached. Is there a connection, and is the picture not too large?",
  AUTHENTICATION_FAILED: "the key or the login is not valid.",
  INSUFFICIENT_PERMISSIONS: "you may not do that.",
  GEOGRAPHIC_RESTRICTION: "that may not be done from where you are.",
  USAGE_LIMIT_EXCEEDED: "what you may use is used up.",
  CUSTODIAN_APPROVAL_REQUIRED: "two custodians have to approve that first.",
  DATASET_NOT_FOUND: "there is no such dataset.",
  QUERY_TIMEOUT: "the query took too long.",
  STEP_UP_REQUIRED: "that needs a login with a second factor.",
  VALIDATION_FAILED: "what was sent is not valid.",
  NOT_FOUND: "it is not there, or not yours.",
  METHOD_NOT_ALLOWED: "the server does not take that.",
  CONFLICT: "that is not possible as things stand.",
  CONCURRENT_MODIFICATION: "somebody changed it at the same time. Try again.",
  CHECKSUM_MISMATCH: "the file arrived damaged. Send it again.",
  CONSENT_REQUIRED: "that needs your consent.",
  PAYLOAD_TOO_LARGE: "the file is too large.",
  UNSUPPORTED_MEDIA: "the file is no picture that can be judged. JPEG, PNG, WebP, TIFF, AVIF and GIF can.",
  DEADLINE_EXCEEDED: "it took too long.",
  CANCELLED: "it was stopped.",
  KEY_UNAVAILABLE: "a key is not available at the moment.",
  TEMPORARILY_UNAVAILABLE: "the service is busy or about to end.",
  INTERNAL: "something unexpected happened on the server.",
  "http.rate-limited": "you asked too often.",
  "http.busy": "the server is busy or about to end.",
  "http.invalid-body": "the picture did not arrive whole.",
  "image.empty": "the file is empty.",
  "image.undecodable": "the picture is damaged and cannot be read.",
  "identity.invalid-credentials": "e-mail or password is wrong.",
  "identity.too-many-attempts": "there were too many wrong passwords.",
  "user.invalid-api-key": "the API key is not valid.",
  "user.quota-exceeded": "the analyses of this month are used up.",
};
