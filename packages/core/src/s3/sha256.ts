import { createHash } from "node:crypto";

/** The SHA-256 of bytes in base64, as S3's checksum headers want it. */
export function base64Sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** From hex to base64. */
export function hexToBase64(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}
