import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { KeyValue } from "./table.ts";

const version = 1;
const [nonceBytes, tagBytes] = [12, 16];
const headBytes = 1 + nonceBytes + tagBytes;
const longestCursor = 16_384;
const shortestKey = 32;

/**
 * Makes cursors that reveal nothing, cannot be forged and fit only the query they came from: AES-256-GCM over the position
 * with the query as associated data.
 */
export class CursorSeal {
  readonly #key: Buffer;

  /** @param key At least 32 random bytes; who has another key refuses the cursors. @throws ArtGuardError `storage.invalid-key` */
  constructor(key: Uint8Array) {
    if (key.length < shortestKey) {
      throw new ArtGuardError("storage.invalid-key", `the cursor key needs at least ${shortestKey} bytes`);
    }
    this.#key = createHash("sha256").update("artguard cursor 1\0").update(key).digest();
  }

  /** A seal that no other process can open. */
  static random(): CursorSeal {
    return new CursorSeal(randomBytes(shortestKey));
  }

  /** @param position Where the page ended. @param query What the cursor is bound to. */
  seal(position: readonly KeyValue[], query: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(Buffer.from(query));
    const text = Buffer.concat([cipher.update(JSON.stringify(position)), cipher.final()]);
    return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), text]).toString("base64url");
  }

  /** The position in a cursor of this query. @throws ArtGuardError `storage.invalid-cursor` */
  open(cursor: string, query: string): readonly KeyValue[] {
    try {
      if (cursor.length > longestCursor) throw new RangeError("too long");
      const bytes = Buffer.from(cursor, "base64url");
      if (bytes[0] !== version) throw new RangeError("another version");
      const nonce = bytes.subarray(1, 1 + nonceBytes);
      const tag = bytes.subarray(1 + nonceBytes, headBytes);
      const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(query))
        .setAuthTag(tag);
      return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(headBytes)), decipher.final()]).toString());
    } catch (cause) {
      throw new ArtGuardError("storage.invalid-cursor", "the cursor does not belong to this query", { cause });
    }
  }
}
