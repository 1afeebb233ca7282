import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";

/** What a custodian says. */
export const decisions = ["approve", "reject"] as const;
/** One of {@link decisions}. */
export type CustodianDecision = (typeof decisions)[number];

/** What a custodian signs. */
export interface DecisionStatement {
  readonly approval_id: string;
  /** Hash of what is asked: sign only after computing it yourself from what you were shown. */
  readonly request_hash: string;
  readonly custodian_id: string;
  readonly decision: CustodianDecision;
  /** From the challenge; good for one decision. */
  readonly nonce: string;
  /** Epoch milliseconds of the decision. */
  readonly decided_at: number;
}

/**
 * The bytes that a custodian signs: canonical JSON of the statement and of what it is.
 *
 * @example
 * const { expires_at, ...challenge } = await approvals.challenge(custodianContext, "approval-1");
 * const signed = decisionBytes({ ...challenge, decision: "approve", decided_at: Date.now() });
 */
export function decisionBytes(statement: DecisionStatement): Uint8Array {
  const { approval_id, request_hash, custodian_id, decision, nonce, decided_at } = statement;
  const content = { approval_id, custodian_id, decided_at, decision, nonce, request_hash };
  return new TextEncoder().encode(canonicalJson({ type: "artguard/v1/decision", ...content }));
}

/**
 * A new Ed25519 pair: DER of SubjectPublicKeyInfo and PKCS #8. Runs where the custodian is, never on the platform.
 *
 * @example
 * const { publicKey, privateKey } = newSigningKeys(); // where the custodian is
 */
export function newSigningKeys(): { publicKey: Uint8Array; privateKey: Uint8Array } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  return { publicKey: new Uint8Array(publicKey), privateKey: new Uint8Array(privateKey) };
}

/**
 * The custodian's Ed25519 signature, base64. Runs where the private key (DER of PKCS #8) is.
 *
 * @example
 * const { expires_at, ...challenge } = await approvals.challenge(custodianContext, "approval-1");
 * const signature = signDecision(privateKey, { ...challenge, decision: "approve", decided_at: Date.now() });
 */
export function signDecision(privateKey: Uint8Array, statement: DecisionStatement): string {
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" });
  return sign(undefined, decisionBytes(statement), key).toString("base64");
}

/** Whether the signature (base64) is that of the public key (base64, DER of SubjectPublicKeyInfo) over the statement. */
export function isSignedBy(publicKey: string, statement: DecisionStatement, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    const isEd25519 = key.asymmetricKeyType === "ed25519";
    return isEd25519 && verify(undefined, decisionBytes(statement), key, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}
