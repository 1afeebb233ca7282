import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  privateDecrypt,
  publicEncrypt,
} from "node:crypto";
import { promisify } from "node:util";
import { ArtGuardError } from "@artguard/core";
import { assertWrappable } from "./assert-key-size.ts";
import { unwrapFailed } from "./authenticated-cipher.ts";
import { contextBytes, type KeyContext } from "./key-context.ts";
import type { KeyCallOptions, KeyProvider, WrappedKey } from "./key-provider.ts";
import { newSealingKeys, openSealed, publicKeyOf, sealTo } from "./sealed-box.ts";
import { secretFrom } from "./secret-bytes.ts";

/** How data keys are wrapped to an entity: HPKE on X25519, or RSA-4096 with OAEP and SHA-256 as the spec has it. */
export const keyAlgorithms = ["x25519", "rsa-4096"] as const;
/** One of {@link keyAlgorithms}. */
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** The public half of an entity's key pair. */
export interface PublicKey {
  readonly pair_id: string;
  readonly algorithm: KeyAlgorithm;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

const generate = promisify(generateKeyPair);

/**
 * A new key pair: DER of SubjectPublicKeyInfo and PKCS #8. It is made on a thread of the pool, not on the caller's:
 * RSA-4096 takes seconds.
 */
export async function newKeyPair(algorithm: KeyAlgorithm): Promise<{ publicKey: Uint8Array; privateKey: Uint8Array }> {
  if (algorithm === "x25519") return newSealingKeys();
  const { publicKey, privateKey } = await generate("rsa", {
    modulusLength: 4096,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  return { publicKey: new Uint8Array(publicKey), privateKey: secretFrom(privateKey) };
}

/** Wraps keys to an entity; cannot unwrap them: only whom the entity's custodians let can. */
export class EntityKeyWrapper implements KeyProvider {
  readonly #recipient: PublicKey;

  constructor(recipient: PublicKey) {
    this.#recipient = recipient;
  }

  async wrap(key: Uint8Array, context: KeyContext): Promise<WrappedKey> {
    assertWrappable(key);
    const { pair_id, algorithm, publicKey } = this.#recipient;
    const info = wrapInfo(pair_id, context);
    const sealed = algorithm === "x25519" ? await sealTo(publicKey, key, info) : encryptRsa(publicKey, key, info);
    return { provider: algorithm, key_id: pair_id, ciphertext: Buffer.from(sealed).toString("base64") };
  }

  async unwrap(_wrapped: WrappedKey, _context: KeyContext, _options?: KeyCallOptions): Promise<Uint8Array> {
    throw approvalRequired();
  }
}

/** The error for a private key that the platform cannot open alone. */
export function approvalRequired(): ArtGuardError {
  return new ArtGuardError(
    "keys.approval-required",
    "this key opens only in an operation that its custodians approved",
  );
}

/** Unwraps by the private key until it is closed. */
export class EntityKeyUnwrapper extends EntityKeyWrapper {
  readonly #own: PublicKey;
  readonly #privateKey: Uint8Array;
  #closed = false;

  /** @param privateKey DER of PKCS #8; borrowed. Its owner wipes it. */
  constructor(own: PublicKey, privateKey: Uint8Array) {
    super(own);
    this.#own = own;
    this.#privateKey = privateKey;
  }

  override async unwrap({ provider, key_id, ciphertext }: WrappedKey, context: KeyContext): Promise<Uint8Array> {
    if (this.#closed) throw new ArtGuardError("keys.closed", "the operation that this key was opened for has ended");
    const { algorithm, pair_id } = this.#own;
    if (provider !== algorithm) throw unwrapFailed();
    if (key_id !== pair_id) throw new ArtGuardError("keys.unknown-key", `the open key is ${pair_id}, not ${key_id}`);
    const info = wrapInfo(pair_id, context);
    const sealed = Buffer.from(ciphertext, "base64");
    return algorithm === "x25519"
      ? openSealed(this.#privateKey, sealed, info)
      : decryptRsa(this.#privateKey, sealed, info);
  }

  close(): void {
    this.#closed = true;
  }
}

/** Whether a private key (DER of PKCS #8) is the one of a public key. */
export function belongsTo(privateKey: Uint8Array, { publicKey }: PublicKey): boolean {
  return Buffer.from(publicKeyOf(privateKey)).equals(publicKey);
}

function wrapInfo(pair_id: string, context: KeyContext): Uint8Array {
  return contextBytes("wrapped-key", { ...context, "wrapped-by": pair_id });
}

/** The context becomes OAEP's label, which must be the same to decrypt (RFC 8017, 7.1). */
function encryptRsa(publicKey: Uint8Array, plaintext: Uint8Array, label: Uint8Array): Uint8Array {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  return publicEncrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256", oaepLabel: label },
    plaintext,
  );
}

function decryptRsa(privateKey: Uint8Array, ciphertext: Uint8Array, label: Uint8Array): Uint8Array {
  const der = Buffer.from(privateKey.buffer, privateKey.byteOffset, privateKey.byteLength);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  try {
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    return secretFrom(privateDecrypt({ key, padding, oaepHash: "sha256", oaepLabel: label }, ciphertext));
  } catch (cause) {
    throw unwrapFailed(cause);
  }
}
