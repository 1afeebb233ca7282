import { ArtGuardError, type ErrorCode } from "@artguard/core";
import { DecryptCommand, EncryptCommand, KMSClient, type KMSClientConfig } from "@aws-sdk/client-kms";
import { assertWrappable } from "../keys/assert-key-size.ts";
import { unwrapFailed } from "../keys/authenticated-cipher.ts";
import type { KeyContext } from "../keys/key-context.ts";
import type { KeyCallOptions, KeyProvider, WrappedKey } from "../keys/key-provider.ts";
import { secretFrom } from "../keys/secret-bytes.ts";

const provider = "kms";

/** Options of {@link kmsKeyProvider}. */
export interface KmsKeyProviderOptions {
  /** Id, ARN or alias of a symmetric key. */
  readonly keyId: string;
  /** Default: region and credentials as the AWS SDK finds them. */
  readonly clientConfig?: KMSClientConfig;
  /** Time for one call with its retries, which are the SDK's; default 10 s. */
  readonly timeoutMs?: number;
}

/**
 * Wraps keys by a key of AWS KMS. The context is KMS's encryption context: it is authenticated, and CloudTrail shows it, so
 * it holds ids only. KMS rotates the key behind the id by itself.
 *
 * The SDK reads the service's JSON, so that an unwrapped key passes through text that cannot be wiped.
 *
 * @example
 * using provider: KmsKeyProvider = kmsKeyProvider({ keyId: "alias/artguard" });
 */
export class KmsKeyProvider implements KeyProvider, Disposable {
  readonly #client: KMSClient;
  readonly #keyId: string;
  readonly #timeoutMs: number;

  constructor({ keyId, clientConfig = {}, timeoutMs = 10_000 }: KmsKeyProviderOptions) {
    this.#client = new KMSClient(clientConfig);
    this.#keyId = keyId;
    this.#timeoutMs = timeoutMs;
  }

  async wrap(key: Uint8Array, context: KeyContext, options: KeyCallOptions = {}): Promise<WrappedKey> {
    assertWrappable(key);
    const { KeyId = this.#keyId, CiphertextBlob } = await this.#send(options, (abortSignal) =>
      this.#client.send(new EncryptCommand({ KeyId: this.#keyId, Plaintext: key, EncryptionContext: { ...context } }), {
        abortSignal,
      }),
    );
    return { provider, key_id: KeyId, ciphertext: Buffer.from(CiphertextBlob ?? []).toString("base64") };
  }

  async unwrap(wrapped: WrappedKey, context: KeyContext, options: KeyCallOptions = {}): Promise<Uint8Array> {
    if (wrapped.provider !== provider) throw unwrapFailed();
    const CiphertextBlob = Buffer.from(wrapped.ciphertext, "base64");
    const { Plaintext } = await this.#send(options, (abortSignal) =>
      this.#client.send(
        new DecryptCommand({ KeyId: wrapped.key_id, CiphertextBlob, EncryptionContext: { ...context } }),
        { abortSignal },
      ),
    );
    if (!Plaintext) throw unwrapFailed();
    return secretFrom(Plaintext);
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  async #send<Output>({ signal }: KeyCallOptions, request: (signal: AbortSignal) => Promise<Output>): Promise<Output> {
    signal?.throwIfAborted();
    const late = AbortSignal.timeout(this.#timeoutMs);
    try {
      return await request(AbortSignal.any([late, ...(signal ? [signal] : [])]));
    } catch (cause) {
      signal?.throwIfAborted();
      if (late.aborted) {
        throw new ArtGuardError("keys.timed-out", `KMS did not answer within ${this.#timeoutMs} ms`, { cause });
      }
      throw failureOf(cause);
    }
  }
}

/**
 * Keys wrapped by AWS KMS.
 *
 * @example
 * using provider = kmsKeyProvider({ keyId: "alias/artguard" });
 * const keys = await openEntityKeys({ tables, provider, approvals, audit });
 */
export function kmsKeyProvider(options: KmsKeyProviderOptions): KmsKeyProvider {
  return new KmsKeyProvider(options);
}

const codesByName: Readonly<Record<string, ErrorCode>> = {
  AccessDeniedException: "keys.access-denied",
  CredentialsProviderError: "keys.access-denied",
  ExpiredTokenException: "keys.access-denied",
  IncompleteSignatureException: "keys.access-denied",
  InvalidSignatureException: "keys.access-denied",
  MissingAuthenticationTokenException: "keys.access-denied",
  UnrecognizedClientException: "keys.access-denied",
  DisabledException: "keys.unknown-key",
  KMSInvalidStateException: "keys.unknown-key",
  NotFoundException: "keys.unknown-key",
};
/** What KMS says of a ciphertext that is altered, another key's or of another context. */
const unopenable = new Set(["InvalidCiphertextException", "IncorrectKeyException", "ValidationException"]);

function failureOf(cause: unknown): ArtGuardError {
  const name = cause instanceof Error ? cause.name : "unknown";
  if (unopenable.has(name)) return unwrapFailed(cause);
  return new ArtGuardError(codesByName[name] ?? "keys.unavailable", `KMS: ${name}`, {
    cause,
    details: { reason: name },
  });
}
