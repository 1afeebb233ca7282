import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { ArtGuardError } from "@artguard/core";
import { sha256 } from "./merkle-tree.ts";

const ed25519Type = Buffer.of(1);
const privateForm = /^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u;
const publicForm = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u;
const signatureForm = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u;
const longestNote = 65_536;
/** What DER has before the 32 bytes of a key: RFC 8410. */
const [pkcs8Head, spkiHead] = ["302e020100300506032b657004220420", "302a300506032b6570032100"].map((head) =>
  Buffer.from(head, "hex"),
) as [Buffer, Buffer];

/** A key pair for checkpoints, in the text forms of Go's `sumdb/note` and C2SP. */
export interface AuditKeyPair {
  /** `PRIVATE+KEY+<name>+<id>+<base64>`: signs; belongs into a secret store. */
  readonly signingKey: string;
  /** `<name>+<id>+<base64>`: verifies; may be known to everybody. */
  readonly verifierKey: string;
}

/**
 * Makes an Ed25519 key pair.
 *
 * @param name Name of the log, a URL without scheme such as `example.org/artguard-audit`.
 * @throws ArtGuardError `audit.invalid-key` for a name with spaces or plus.
 * @example
 * const { signingKey, verifierKey } = newAuditKeyPair("example.org/artguard-audit");
 */
export function newAuditKeyPair(name: string): AuditKeyPair {
  const { privateKey } = generateKeyPairSync("ed25519");
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(pkcs8Head.length);
  const verifier = new NoteVerifier(name, createPublicKey(privateKey));
  const secret = Buffer.concat([ed25519Type, seed]).toString("base64");
  return { signingKey: `PRIVATE+KEY+${name}+${verifier.id}+${secret}`, verifierKey: verifier.toString() };
}

/**
 * A name and a public key that verify notes (C2SP signed-note, Ed25519).
 *
 * Source: https://c2sp.org/signed-note
 */
export class NoteVerifier {
  readonly name: string;
  /** 8 hexadecimal digits. */
  readonly id: string;
  readonly #key: KeyObject;
  readonly #encoded: Buffer;
  readonly #named = new Map<string, NoteVerifier>();

  constructor(name: string, key: KeyObject) {
    if (!/^[^\s+]+$/u.test(name)) throw invalidKey("the name is empty or has spaces or a plus sign");
    this.name = name;
    this.#key = key;
    this.#encoded = Buffer.concat([ed25519Type, key.export({ format: "der", type: "spki" }).subarray(spkiHead.length)]);
    this.id = sha256(Buffer.concat([Buffer.from(`${name}\n`), this.#encoded])).toString("hex", 0, 4);
  }

  /** Reads `<name>+<id>+<base64>`. @throws ArtGuardError `audit.invalid-key` */
  static parse(verifierKey: string): NoteVerifier {
    const [, name = "", id, encoded = ""] = publicForm.exec(verifierKey) ?? [];
    const verifier = new NoteVerifier(name, publicKeyOf(ed25519Bytes(encoded)));
    if (verifier.id === id) return verifier;
    throw invalidKey("the id does not belong to the key");
  }

  /** The same key under another name: always the same object, as making one takes longer than verifying. */
  named(name: string): NoteVerifier {
    const named = this.#named.get(name) ?? new NoteVerifier(name, this.#key);
    this.#named.set(name, named);
    return named;
  }

  verifies(text: string, signature: Uint8Array): boolean {
    return verify(null, Buffer.from(text), this.#key, signature);
  }

  toString(): string {
    return `${this.name}+${this.id}+${this.#encoded.toString("base64")}`;
  }
}

/** A name and a private key that sign notes. */
export class NoteSigner {
  readonly verifier: NoteVerifier;
  readonly #key: KeyObject;

  private constructor(verifier: NoteVerifier, key: KeyObject) {
    this.verifier = verifier;
    this.#key = key;
  }

  /** Reads the form of {@link newAuditKeyPair}. @throws ArtGuardError `audit.invalid-key`; never repeats the key. */
  static parse(signingKey: string): NoteSigner {
    const [, name = "", id, encoded = ""] = privateForm.exec(signingKey) ?? [];
    const der = Buffer.concat([pkcs8Head, ed25519Bytes(encoded)]);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const verifier = new NoteVerifier(name, createPublicKey(key));
    if (verifier.id === id) return new NoteSigner(verifier, key);
    throw invalidKey("the id does not belong to the key");
  }

  /** The same key under another name. */
  named(name: string): NoteSigner {
    return new NoteSigner(this.verifier.named(name), this.#key);
  }

  /** The note: the text, an empty line, the signature line. @param text Ends in a newline. */
  sign(text: string): string {
    const { name, id } = this.verifier;
    const signature = Buffer.concat([Buffer.from(id, "hex"), sign(null, Buffer.from(text), this.#key)]);
    return `${text}\n— ${name} ${signature.toString("base64")}\n`;
  }
}

/**
 * The text of a note that at least one of the verifiers signed, or undefined. As C2SP has it, signatures of unknown keys
 * are ignored, and one wrong signature of a known key spoils the note.
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): string | undefined {
  const end = note.lastIndexOf("\n\n") + 1;
  if (end === 0 || note.length > longestNote || !note.endsWith("\n") || hasControls(note)) return undefined;
  const text = note.slice(0, end);
  let isSigned = false;
  for (const line of note.slice(end + 1, -1).split("\n")) {
    const [, name, encoded] = signatureForm.exec(line) ?? [];
    if (encoded === undefined) return undefined;
    const bytes = Buffer.from(encoded, "base64");
    const id = bytes.toString("hex", 0, 4);
    const verifier = verifiers.find((candidate) => candidate.name === name && candidate.id === id);
    if (verifier === undefined) continue;
    if (!verifier.verifies(text, bytes.subarray(4))) return undefined;
    isSigned = true;
  }
  return isSigned ? text : undefined;
}

function hasControls(note: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the format forbids them
  return /[\x00-\x09\x0b-\x1f]/.test(note) || !note.isWellFormed();
}

function ed25519Bytes(encoded: string): Buffer {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length === 33 && bytes[0] === ed25519Type[0]) return bytes.subarray(1);
  throw invalidKey("it is not an Ed25519 key in the form of newAuditKeyPair()");
}

function publicKeyOf(bytes: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiHead, bytes]), format: "der", type: "spki" });
}

function invalidKey(problem: string): ArtGuardError {
  return new ArtGuardError("audit.invalid-key", `not a key of an audit log: ${problem}`);
}
