import { createHash } from "node:crypto";
import { unwrapFailed } from "../keys/authenticated-cipher.ts";
import { contextBytes } from "../keys/key-context.ts";
import { openSealed, sealTo } from "../keys/sealed-box.ts";

/** Who gets a copy. */
export interface Recipient {
  /** As custodians know the party. */
  readonly id: string;
  /** Base64: X25519, DER of SubjectPublicKeyInfo (`newSealingKeys`); the private half stays with the recipient. */
  readonly sealing_key: string;
}

/** A copy of a stored image that the recipient alone can open. */
export interface SealedEvidence {
  readonly request_id: string;
  readonly recipient: string;
  readonly approval_id: string;
  readonly content_type: string;
  /** Lower-case hex SHA-256 of the image. */
  readonly sha256: string;
  /** HPKE to the recipient's key. */
  readonly sealed: Uint8Array;
}

type About = Pick<SealedEvidence, "request_id" | "recipient" | "sha256">;

/** Seals a copy to its recipient. @throws ArtGuardError `keys.invalid-input` when the key is none of X25519. */
export function sealEvidence(image: Uint8Array, { id, sealing_key }: Recipient, about: Omit<About, "recipient">) {
  return sealTo(Buffer.from(sealing_key, "base64"), image, infoOf({ ...about, recipient: id }));
}

/**
 * The image, where the recipient is.
 *
 * @param privateKey The recipient's, DER of PKCS #8.
 * @throws ArtGuardError `keys.unwrap-failed` when it was sealed to somebody else or altered.
 * @example
 * const image = await openEvidence(privateKey, sealedEvidence);
 */
export async function openEvidence(
  privateKey: Uint8Array,
  evidence: About & Pick<SealedEvidence, "sealed">,
): Promise<Uint8Array> {
  const image = await openSealed(privateKey, evidence.sealed, infoOf(evidence));
  if (createHash("sha256").update(image).digest("hex") === evidence.sha256) return image;
  throw unwrapFailed();
}

function infoOf({ request_id, recipient, sha256 }: About): Uint8Array {
  return contextBytes("released-evidence", { analysis: request_id, recipient, sha256 });
}
