import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { unwrapFailed } from "./authenticated-cipher.ts";
import { contextBytes, type KeyContext } from "./key-context.ts";
import { secretCopy, wipe } from "./secret-bytes.ts";

/**
 * The form of an encrypted object, version 1: chunks of 64 KiB, each with its tag, the last one shorter, and a footer of
 * 120 bytes. The footer stands at the end because the hash in it is known only then, and so that one small read tells all
 * that is needed to read any part.
 *
 * Every chunk and the hash in the footer are AES-256-GCM under a key of this object alone. A nonce is the chunk's number
 * and whether it is the footer's (Hoang et al., "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance",
 * STREAM): a chunk that was moved, repeated, left out or taken from another object does not open.
 */
export const chunkBytes = 64 * 1024;
const tagBytes = 16;
const sealedChunkBytes = chunkBytes + tagBytes;
const magic = Buffer.from("AGENC\0\0\x01", "latin1");
const [idBytes, saltBytes, commitmentBytes, hashBytes] = [16, 16, 32, 32];
const headBytes = magic.length + idBytes + saltBytes + commitmentBytes;
/** Bytes of the footer. */
export const footerBytes = headBytes + hashBytes + tagBytes;

/** Bytes of an encrypted object that has so many bytes itself. */
export function encryptedBytes(plainBytes: number): number {
  return plainBytes + Math.ceil(plainBytes / chunkBytes) * tagBytes + footerBytes;
}

/** The inverse of {@link encryptedBytes}; undefined for a number that it never gives. */
export function decryptedBytes(size: number): number | undefined {
  const area = size - footerBytes;
  if (area < 0) return undefined;
  const rest = area % sealedChunkBytes;
  if (rest > 0 && rest <= tagBytes) return undefined;
  return Math.floor(area / sealedChunkBytes) * chunkBytes + Math.max(0, rest - tagBytes);
}

/** Where the chunks that hold bytes `start` to `end` of an object lie in its encrypted form. `end` is not included. */
export function chunkSpan(start: number, end: number, plainBytes: number) {
  const [first, last] = [Math.floor(start / chunkBytes), Math.ceil(end / chunkBytes)];
  const lastByte = Math.min(last * sealedChunkBytes, encryptedBytes(plainBytes) - footerBytes);
  return { first, offset: first * sealedChunkBytes, length: lastByte - first * sealedChunkBytes };
}

/** The nonce of a chunk: its number and whether it is the footer's hash. Never twice under the key of one object. */
export function chunkNonce(index: number, final: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 3);
  nonce[11] = final ? 1 : 0;
  return new Uint8Array(nonce);
}

/** Encrypts one object from its beginning to its end. Wipe it by {@link ObjectCipher.close}. */
export class ObjectCipher {
  readonly #key: Uint8Array;
  readonly #head: Uint8Array;
  readonly #aad: Uint8Array;

  private constructor(head: Uint8Array, dataKey: Uint8Array, context: KeyContext) {
    const { key, commitment } = derivedKeys(dataKey, head);
    head.set(commitment, headBytes - commitmentBytes);
    this.#key = key;
    this.#head = head;
    this.#aad = aadOf(head, context);
  }

  /** For a new object. @param dataKeyId 32 hexadecimal digits. */
  static create(dataKeyId: string, dataKey: Uint8Array, context: KeyContext): ObjectCipher {
    const parts = [magic, Buffer.from(dataKeyId, "hex"), randomBytes(saltBytes), Buffer.alloc(commitmentBytes)];
    return new ObjectCipher(new Uint8Array(Buffer.concat(parts)), dataKey, context);
  }

  /** For a stored object. @throws ArtGuardError `keys.unwrap-failed` when it was encrypted under another key. */
  static open(footer: ObjectFooter, dataKey: Uint8Array, context: KeyContext): ObjectCipher {
    const cipher = new ObjectCipher(footer.head.slice(), dataKey, context);
    if (timingSafeEqual(cipher.#head, footer.head)) return cipher;
    cipher.close();
    throw unwrapFailed();
  }

  /** One chunk; all but the last one have {@link chunkBytes} bytes. */
  sealChunk(index: number, chunk: Uint8Array): Uint8Array {
    return this.#seal(chunkNonce(index, false), chunk, this.#aad);
  }

  /** @throws ArtGuardError `keys.unwrap-failed` */
  openChunk(index: number, sealed: Uint8Array): Uint8Array {
    return this.#open(chunkNonce(index, false), sealed, this.#aad);
  }

  /** The end of an object of so many bytes with this hex SHA-256. */
  sealFooter(plainBytes: number, sha256: string): Uint8Array {
    const { nonce, aad } = this.#footerInput(plainBytes);
    return new Uint8Array(Buffer.concat([this.#head, this.#seal(nonce, Buffer.from(sha256, "hex"), aad)]));
  }

  /** The object's hex SHA-256. @throws ArtGuardError `keys.unwrap-failed`, also when the object has another size. */
  openFooter({ sealedHash }: ObjectFooter, plainBytes: number): string {
    const { nonce, aad } = this.#footerInput(plainBytes);
    return Buffer.from(this.#open(nonce, sealedHash, aad)).toString("hex");
  }

  close(): void {
    wipe(this.#key);
  }

  #footerInput(plainBytes: number) {
    const nonce = chunkNonce(Math.ceil(plainBytes / chunkBytes), true);
    return { nonce, aad: Buffer.concat([this.#aad, Buffer.from(String(plainBytes))]) };
  }

  #seal(nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(aad);
    // One copy: a large object is sealed by thousands of these calls.
    const sealed = new Uint8Array(plaintext.length + tagBytes);
    sealed.set(cipher.update(plaintext));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  }

  #open(nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array {
    const end = sealed.length - tagBytes;
    if (end < 0) throw unwrapFailed();
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: tagBytes });
    const opened = decipher.setAAD(aad).setAuthTag(sealed.subarray(end)).update(sealed.subarray(0, end));
    try {
      decipher.final();
      return opened;
    } catch (cause) {
      throw unwrapFailed(cause);
    }
  }
}

/** The readable part of a footer. */
export interface ObjectFooter {
  readonly dataKeyId: string;
  readonly head: Uint8Array;
  readonly sealedHash: Uint8Array;
}

/** Reads a footer; undefined for bytes that are none, or one of a later version. */
export function parseFooter(bytes: Uint8Array): ObjectFooter | undefined {
  if (bytes.length !== footerBytes || !magic.equals(bytes.subarray(0, magic.length))) return undefined;
  const dataKeyId = Buffer.from(bytes.subarray(magic.length, magic.length + idBytes)).toString("hex");
  return { dataKeyId, head: bytes.slice(0, headBytes), sealedHash: bytes.slice(headBytes) };
}

/**
 * Whether these are the bytes of an encrypted object, whole or damaged, and not of one that was stored without encryption.
 *
 * @example
 * if (isEncryptedObject(bytes)) console.log("its key is not at hand");
 */
export function isEncryptedObject(bytes: Uint8Array): boolean {
  return parseFooter(bytes.slice(-footerBytes)) !== undefined;
}

/**
 * The key that encrypts, and one that is shown: AES-GCM alone lets somebody who knows two keys make a ciphertext that
 * opens under both (Albertini et al., "How to Abuse and Fix Authenticated Encryption Without Key Commitment").
 */
function derivedKeys(dataKey: Uint8Array, head: Uint8Array): { key: Uint8Array; commitment: Uint8Array } {
  const salt = head.subarray(magic.length + idBytes, magic.length + idBytes + saltBytes);
  const derived = new Uint8Array(hkdfSync("sha256", dataKey, salt, contextBytes("object-keys", {}), 64));
  const key = secretCopy(derived.subarray(0, 32));
  const commitment = derived.slice(32);
  wipe(derived);
  return { key, commitment };
}

/** The whole head and the context, in a fixed length. */
function aadOf(head: Uint8Array, context: KeyContext): Uint8Array {
  return createHash("sha256").update(head).update(contextBytes("object", context)).digest();
}
