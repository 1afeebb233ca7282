import { type ErrorCode, errorCodes } from "./error-codes.ts";

const brand = Symbol.for("artguard.error");

/** Options of {@link ArtGuardError}. */
export interface ArtGuardErrorOptions {
  /** What the caller can do; defaults to the code's general advice. */
  fix?: string;
  /** Facts about this case (limits, sizes, ids). Never image content. */
  details?: Readonly<Record<string, string | number | boolean>>;
  /** The error that led to this one. */
  cause?: unknown;
}

/** The plain form of an error: what crosses process borders and is stored in records. */
export interface ErrorRecord {
  code: ErrorCode;
  message: string;
  fix: string;
}

/**
 * The one error class of ArtGuard. Recognise it with {@link isArtGuardError}, never with `instanceof`:
 * two copies of the package in one program still understand each other.
 *
 * @example
 * throw new ArtGuardError("image.too-large", "the image has 40 MB, at most 24 MB are taken", { fix: "Send a smaller one." });
 */
export class ArtGuardError extends Error {
  override readonly name = "ArtGuardError";
  readonly code: ErrorCode;
  readonly fix: string;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, options: ArtGuardErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    const description: { fix: string; retryable?: boolean } = errorCodes[code];
    this.fix = options.fix ?? description.fix;
    this.retryable = description.retryable ?? false;
    this.details = options.details ?? {};
  }

  toJSON(): ErrorRecord {
    return { code: this.code, message: this.message, fix: this.fix };
  }
}

/**
 * True for an {@link ArtGuardError} of any copy of this package; with `prefix`, only for codes that start with it.
 *
 * @example
 * if (isArtGuardError(error, "image.")) console.error(error.message, error.fix);
 */
export function isArtGuardError(value: unknown, prefix = ""): value is ArtGuardError {
  if (typeof value !== "object" || value === null || !(brand in value)) return false;
  return (value as ArtGuardError).code.startsWith(prefix);
}
