import type { KeyContext } from "./key-context.ts";

/** A key encrypted by another one. */
export interface WrappedKey {
  /** What kind of key wraps it: `local`, `kms`, `x25519`, `rsa-4096`. */
  readonly provider: string;
  /** Which one. */
  readonly key_id: string;
  /** Base64. */
  readonly ciphertext: string;
}

/** Options of every call that can wait. */
export interface KeyCallOptions {
  /** Rejects with the signal's reason once it fired. */
  readonly signal?: AbortSignal;
}

/**
 * Encrypts keys of 1–256 bytes by a key that it does not give away: a local keyring, a KMS, the key pair of an entity.
 *
 * Failures of the backend, from any method: `keys.access-denied`, `keys.unavailable`, `keys.timed-out`.
 */
export interface KeyProvider {
  /** Wraps by the current key. @throws ArtGuardError `keys.invalid-input` for a key of another length. */
  wrap(key: Uint8Array, context: KeyContext, options?: KeyCallOptions): Promise<WrappedKey>;
  /**
   * The key that was wrapped, by the current key or an earlier one. Whoever calls wipes it.
   *
   * @throws ArtGuardError `keys.unwrap-failed` for another context, another ciphertext or another provider's key.
   * @throws ArtGuardError `keys.unknown-key` when the wrapping key is not here.
   * @throws ArtGuardError `keys.approval-required` when only custodians can open it.
   */
  unwrap(wrapped: WrappedKey, context: KeyContext, options?: KeyCallOptions): Promise<Uint8Array>;
}
