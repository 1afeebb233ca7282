import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { ArtGuardError } from "@artguard/core";
import { secretCopy, wipe } from "./secret-bytes.ts";

const algorithm = "aes-256-gcm";
const [nonceBytes, tagBytes] = [12, 16];

/**
 * AES-256-GCM with a random nonce, for keys that encrypt few messages: nonce, ciphertext, tag.
 *
 * @param aad Authenticated with it, see `contextBytes`.
 */
export function sealBytes(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(aad);
  return new Uint8Array(Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]));
}

/** The inverse of {@link sealBytes}. @throws ArtGuardError `keys.unwrap-failed` for another key, context or ciphertext. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array {
  if (sealed.length < nonceBytes + tagBytes) throw unwrapFailed();
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  const pooled = decipher.setAAD(aad).setAuthTag(sealed.subarray(end)).update(sealed.subarray(nonceBytes, end));
  try {
    decipher.final();
    return secretCopy(pooled);
  } catch (cause) {
    throw unwrapFailed(cause);
  } finally {
    wipe(pooled);
  }
}

/** One error for every reason: what failed would help only an attacker. */
export function unwrapFailed(cause?: unknown): ArtGuardError {
  return new ArtGuardError("keys.unwrap-failed", "the sealed bytes do not open with this key and context", { cause });
}
