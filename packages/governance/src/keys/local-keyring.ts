import { type BinaryLike, randomBytes, type ScryptOptions, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { ArtGuardError } from "@artguard/core";
import { assertWrappable } from "./assert-key-size.ts";
import { openBytes, sealBytes, unwrapFailed } from "./authenticated-cipher.ts";
import { contextBytes, type KeyContext } from "./key-context.ts";
import type { KeyProvider, WrappedKey } from "./key-provider.ts";
import { highestCost, type KeyringContent, readKeyring, whileLocked, writeKeyring } from "./keyring-file.ts";
import { randomSecret, secretCopy, secretFrom, wipe, wiping } from "./secret-bytes.ts";

const derive = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt);
const provider = "local";
/** OWASP's parameters for scrypt: 128 MiB, about 0.3 s. */
const defaultCost = 2 ** 17;
const blockSize = 8;
/** An unset variable must not become a secret. */
const shortestPassphrase = 8;

/** What opens a keyring: 32 random bytes from the configuration, or a passphrase of 8 bytes or more that scrypt makes a key of. */
export type KeyringSecret = { readonly key: Uint8Array } | { readonly passphrase: Uint8Array };

/** Options of {@link openLocalKeyring}. */
export interface LocalKeyringOptions {
  /** The keyring's file, in a folder that exists; made when it does not exist. */
  readonly file: string;
  readonly secret: KeyringSecret;
  /** Cost of scrypt for a new file, a power of 2 up to 1,048,576; default 131,072. */
  readonly scryptCost?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Keys in a file of this machine, each with an id. The newest wraps, all unwrap. Dispose it to wipe them from memory.
 *
 * @example
 * const keyring = await openLocalKeyring({ file: "artguard.keyring", secret: { key: readFileSync("/run/secrets/keyring") } });
 */
export class LocalKeyring implements KeyProvider, Disposable {
  readonly #file: string;
  readonly #root: Uint8Array;
  readonly #now: () => number;
  readonly #keys = new Map<string, Uint8Array>();
  #content: KeyringContent;

  /** See {@link openLocalKeyring}. */
  constructor(file: string, root: Uint8Array, content: KeyringContent, now: () => number) {
    this.#file = file;
    this.#root = root;
    this.#now = now;
    this.#content = content;
    this.#take(content);
  }

  async wrap(key: Uint8Array, context: KeyContext): Promise<WrappedKey> {
    assertWrappable(key);
    const key_id = this.#content.current;
    const sealed = sealBytes(
      this.#keyOf(key_id),
      key,
      contextBytes("wrapped-key", { ...context, "wrapped-by": key_id }),
    );
    return { provider, key_id, ciphertext: Buffer.from(sealed).toString("base64") };
  }

  async unwrap({ provider: by, key_id, ciphertext }: WrappedKey, context: KeyContext): Promise<Uint8Array> {
    if (by !== provider) throw unwrapFailed();
    // Another process may have rotated since.
    if (!this.#keys.has(key_id)) await this.reload();
    const aad = contextBytes("wrapped-key", { ...context, "wrapped-by": key_id });
    return openBytes(this.#keyOf(key_id), Buffer.from(ciphertext, "base64"), aad);
  }

  /** Id of the key that wraps now. */
  get currentKeyId(): string {
    return this.#content.current;
  }

  /**
   * Adds a key and wraps by it from now on; other processes follow when they reload. What earlier keys wrapped still
   * opens: re-wrap it with `rewrapDataKeys`.
   *
   * @returns The new key's id.
   * @throws ArtGuardError `keys.file-locked`
   */
  async rotate(): Promise<string> {
    return whileLocked(this.#file, async () => {
      await this.reload();
      const added = newKey(this.#root, this.#now());
      const content = { ...this.#content, current: added.key_id, keys: [...this.#content.keys, added] };
      await writeKeyring(this.#file, content);
      this.#take(content);
      return added.key_id;
    });
  }

  /** Reads the file again, for what other processes added. @throws ArtGuardError `keys.file-damaged`, `keys.file-exposed` */
  async reload(): Promise<void> {
    this.#take(await existingKeyring(this.#file));
  }

  [Symbol.dispose](): void {
    wipe(this.#root, ...this.#keys.values());
    this.#keys.clear();
  }

  #take(content: KeyringContent): void {
    for (const { key_id, sealed } of content.keys) {
      if (this.#keys.has(key_id)) continue;
      this.#keys.set(key_id, openBytes(this.#root, Buffer.from(sealed, "base64"), keyAad(key_id)));
    }
    this.#content = content;
  }

  #keyOf(key_id: string): Uint8Array {
    const key = this.#keys.get(key_id);
    if (key) return key;
    throw new ArtGuardError("keys.unknown-key", `the keyring has no key ${key_id}`);
  }
}

/**
 * Opens a keyring, making it first when there is none.
 *
 * @throws ArtGuardError `keys.unwrap-failed` for another secret, `keys.invalid-input` for a raw key that has not 32 bytes, a
 * passphrase below 8 or a cost that scrypt does not take, `keys.file-exposed` when others may read the file, `keys.file-damaged`.
 * @example
 * using keyring = await openLocalKeyring({ file: "artguard.keyring", secret: { key: secret } });
 */
export async function openLocalKeyring(options: LocalKeyringOptions): Promise<LocalKeyring> {
  const { file, secret, now = Date.now } = options;
  const known = await readKeyring(file);
  if (known === undefined) await makeKeyring(options, now());
  const content = known ?? (await existingKeyring(file));
  const root = await rootKey(secret, content.derivation);
  try {
    return new LocalKeyring(file, root, content, now);
  } catch (error) {
    wipe(root);
    throw error;
  }
}

/** When another process was faster, its file stays. */
async function makeKeyring(
  { file, secret, scryptCost = defaultCost }: LocalKeyringOptions,
  now: number,
): Promise<void> {
  if (scryptCost > highestCost) throw invalidCost();
  const derivation: KeyringContent["derivation"] =
    "key" in secret
      ? { name: "none" }
      : { name: "scrypt", salt: randomBytes(16).toString("base64"), cost: scryptCost, block_size: blockSize };
  const root = await rootKey(secret, derivation);
  await wiping([root], () => {
    const key = newKey(root, now);
    const content = { format: "artguard-keyring", version: 1, derivation, current: key.key_id, keys: [key] } as const;
    return writeKeyring(file, { ...content, keys: [key] }, true);
  });
}

async function existingKeyring(file: string): Promise<KeyringContent> {
  const content = await readKeyring(file);
  if (content) return content;
  throw new ArtGuardError("keys.file-damaged", `${file} is gone`);
}

function newKey(root: Uint8Array, created_at: number): KeyringContent["keys"][number] {
  const key_id = randomBytes(8).toString("hex");
  const key = randomSecret();
  const sealed = Buffer.from(sealBytes(root, key, keyAad(key_id))).toString("base64");
  wipe(key);
  return { key_id, created_at, sealed };
}

function keyAad(key_id: string): Uint8Array {
  return contextBytes("keyring", { key_id });
}

async function rootKey(secret: KeyringSecret, derivation: KeyringContent["derivation"]): Promise<Uint8Array> {
  if ("key" in secret) {
    if (derivation.name !== "none") throw unwrapFailed();
    if (secret.key.length === 32) return secretCopy(secret.key);
    throw new ArtGuardError("keys.invalid-input", `the keyring's key has ${secret.key.length} bytes, not 32`);
  }
  if (derivation.name !== "scrypt") throw unwrapFailed();
  if (secret.passphrase.length < shortestPassphrase) {
    throw new ArtGuardError(
      "keys.invalid-input",
      `the keyring's passphrase has fewer than ${shortestPassphrase} bytes`,
    );
  }
  return derived(secret.passphrase, derivation);
}

async function derived(
  passphrase: Uint8Array,
  { salt, cost, block_size }: { salt: string; cost: number; block_size: number },
): Promise<Uint8Array> {
  const options = { N: cost, r: block_size, p: 1, maxmem: 256 * cost * block_size };
  try {
    return secretFrom(await derive(passphrase, Buffer.from(salt, "base64"), 32, options));
  } catch (cause) {
    throw invalidCost(cause);
  }
}

function invalidCost(cause?: unknown): ArtGuardError {
  return new ArtGuardError("keys.invalid-input", "scrypt does not take this cost", { cause });
}
