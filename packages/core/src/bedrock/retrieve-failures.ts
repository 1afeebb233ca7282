import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** What an exception of Retrieve means to us. */
interface RetrieveFailure {
  readonly code: ErrorCode;
  /** Whether the client sends the request again, its attempts and the deadline permitting. */
  readonly repeated: boolean;
  /** Advice where that of the code does not name the cure. */
  readonly fix?: string;
}

/**
 * Every exception that the SDK documents for Retrieve, and those that come before it: credentials. The decision to repeat
 * is the SDK's (its standard mode); a test holds this table against it.
 */
export const retrieveFailures: Readonly<Record<string, RetrieveFailure>> = {
  ThrottlingException: { code: "knowledge.throttled", repeated: true },
  InternalServerException: { code: "knowledge.unavailable", repeated: true },
  BadGatewayException: {
    code: "knowledge.unavailable",
    repeated: true,
    fix: "Try again; a service behind the knowledge base does not answer: check its vector store.",
  },
  DependencyFailedException: {
    code: "knowledge.not-ready",
    repeated: false,
    fix: "Check the role, the vector store and the embedding model of the knowledge base.",
  },
  ConflictException: { code: "knowledge.not-ready", repeated: false },
  ValidationException: { code: "knowledge.invalid-request", repeated: false },
  ResourceNotFoundException: { code: "knowledge.not-found", repeated: false },
  ServiceQuotaExceededException: { code: "knowledge.quota-exceeded", repeated: false },
  AccessDeniedException: { code: "knowledge.access-denied", repeated: false },
  UnrecognizedClientException: { code: "knowledge.access-denied", repeated: false },
  InvalidSignatureException: { code: "knowledge.access-denied", repeated: false },
  ExpiredTokenException: {
    code: "knowledge.access-denied",
    repeated: false,
    fix: "Renew the session credentials.",
  },
  CredentialsProviderError: {
    code: "knowledge.access-denied",
    repeated: false,
    fix: "Configure credentials: environment, shared profile or a role.",
  },
};

/** The typed form of a failed request to a knowledge base; errors of ArtGuard and reasons of signals as they are. */
export function retrieveError(error: unknown, knowledgeBaseId: string): unknown {
  if (isArtGuardError(error) || !(error instanceof Error)) return error;
  const known = retrieveFailures[error.name];
  // What the SDK cannot parse is no answer of Bedrock's.
  const otherwise = error instanceof SyntaxError ? "knowledge.invalid-answer" : "knowledge.unavailable";
  const { attempts } = "$metadata" in error ? (error.$metadata as { attempts?: number }) : {};
  return new ArtGuardError(
    known?.code ?? otherwise,
    `knowledge base ${knowledgeBaseId}: ${error.name}: ${error.message}`,
    {
      cause: error,
      details: { bedrock_error: error.name, ...(attempts !== undefined && { attempts }) },
      ...(known?.fix !== undefined && { fix: known.fix }),
    },
  );
}
