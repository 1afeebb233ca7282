import { createPrivateKey, createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { ArtGuardError } from "@artguard/core";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from "hpke";
import { unwrapFailed } from "./authenticated-cipher.ts";
import { secretFrom } from "./secret-bytes.ts";

const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
/** Bytes of an encapsulated X25519 secret, which is also those of a public key. */
const encapsulatedBytes = 32;
/** DER of a SubjectPublicKeyInfo of X25519 up to the 32 bytes of the key (RFC 8410). */
const spkiPrefix = Buffer.from("302a300506032b656e032100", "hex");
const generate = promisify(generateKeyPair);

/** An X25519 key pair for sealed boxes. */
export interface SealingKeys {
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** DER of the PKCS #8 form. Secret. */
  readonly privateKey: Uint8Array;
}

/**
 * A new key pair.
 *
 * @example
 * const { publicKey, privateKey } = await newSealingKeys(); // where the custodian is
 */
export async function newSealingKeys(): Promise<SealingKeys> {
  const { publicKey, privateKey } = await generate("x25519", {
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  return { publicKey: new Uint8Array(publicKey), privateKey: secretFrom(privateKey) };
}

/**
 * Encrypts to a public key, so that only its holder can read it: HPKE in base mode (RFC 9180; DHKEM(X25519,
 * HKDF-SHA256), HKDF-SHA256, AES-256-GCM). The encapsulated secret, then the ciphertext.
 *
 * @param publicKey DER of the SubjectPublicKeyInfo.
 * @param info What it is for; must be the same when it is opened.
 * @throws ArtGuardError `keys.invalid-input` when it is no public key of X25519.
 */
export async function sealTo(publicKey: Uint8Array, plaintext: Uint8Array, info: Uint8Array): Promise<Uint8Array> {
  const recipient = await suite.DeserializePublicKey(rawPublicKey(publicKey));
  try {
    const { encapsulatedSecret, ciphertext } = await suite.Seal(recipient, plaintext, { info });
    return new Uint8Array(Buffer.concat([encapsulatedSecret, ciphertext]));
  } catch (cause) {
    // A point of small order gives everybody the same secret.
    throw new ArtGuardError("keys.invalid-input", "nothing can be sealed to this public key", { cause });
  }
}

/** Opens what {@link sealTo} made. @throws ArtGuardError `keys.unwrap-failed` */
export async function openSealed(privateKey: Uint8Array, sealed: Uint8Array, info: Uint8Array): Promise<Uint8Array> {
  const [encapsulated, ciphertext] = [sealed.subarray(0, encapsulatedBytes), sealed.subarray(encapsulatedBytes)];
  const der = Buffer.from(privateKey.buffer, privateKey.byteOffset, privateKey.byteLength);
  try {
    // The library would otherwise export the private key as text to learn the public one.
    const publicKey = await suite.DeserializePublicKey(rawPublicKey(publicKeyOf(privateKey)));
    const key = await crypto.subtle.importKey("pkcs8", der, "X25519", false, ["deriveBits"]);
    return secretFrom(await suite.Open({ privateKey: key, publicKey }, encapsulated, ciphertext, { info }));
  } catch (cause) {
    throw unwrapFailed(cause);
  }
}

/** The public key (DER of the SubjectPublicKeyInfo) that belongs to a private one (DER of PKCS #8). */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const key = Buffer.from(privateKey.buffer, privateKey.byteOffset, privateKey.byteLength);
  const parsed = createPrivateKey({ key, format: "der", type: "pkcs8" });
  return new Uint8Array(createPublicKey(parsed).export({ format: "der", type: "spki" }));
}

function rawPublicKey(publicKey: Uint8Array): Uint8Array {
  const prefix = Buffer.from(publicKey.subarray(0, spkiPrefix.length));
  if (publicKey.length === spkiPrefix.length + encapsulatedBytes && prefix.equals(spkiPrefix)) {
    return publicKey.slice(spkiPrefix.length);
  }
  throw new ArtGuardError("keys.invalid-input", "expected the SubjectPublicKeyInfo of an X25519 key");
}
