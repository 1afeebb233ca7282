import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import {
  ArtGuardError,
  epochMillisecondsSchema,
  epochSecondsSchema,
  type ServerSecret,
  type Table,
} from "@artguard/core";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from "jose";
import { type IdentityItem, identityKey, type SigningKeyItem, signingKeySchema } from "./identity-table.ts";
import { itemsIn } from "./read-items.ts";

/** The algorithm of the embedded issuer's keys. */
export const signingAlgorithm = "ES256";

/** The key that signs now. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** Options of {@link SigningKeys}. */
export interface SigningKeysOptions {
  readonly table: Table<IdentityItem>;
  readonly secret: ServerSecret;
  /** Age at which a key is replaced. */
  readonly rotateAfterMs: number;
  /** How long a replaced key still verifies: at least as long as what it signed. */
  readonly keepMs: number;
  readonly now: () => number;
}

/** A process may sign with a key this long after another process replaced it. */
const cacheMs = 60_000;

/**
 * Keys of the embedded issuer, kept in its table with the private half sealed under the server secret, and replaced in
 * time. The newest one signs.
 */
export class SigningKeys {
  readonly #options: SigningKeysOptions;
  readonly #sealingKey: Buffer;
  #cached: { readonly key: SigningKey; readonly until: number } | undefined;

  constructor(options: SigningKeysOptions) {
    this.#options = options;
    this.#sealingKey = Buffer.from(hkdfSync("sha256", options.secret, "", "artguard identity signing keys", 32));
  }

  /** The key to sign with; made when there is none or it is too old. */
  async current(): Promise<SigningKey> {
    const now = this.#options.now();
    if (this.#cached && now < this.#cached.until) return this.#cached.key;
    const newest = (await this.#items()).at(-1);
    const isGood = newest !== undefined && now - newest.created_at < this.#options.rotateAfterMs;
    const key = isGood ? await this.#opened(newest) : await this.rotate();
    this.#cached = { key, until: now + cacheMs };
    return key;
  }

  /** Makes a new key that signs from now on. Those before it verify what they signed until it expires. */
  async rotate(): Promise<SigningKey> {
    const { table, now, keepMs } = this.#options;
    const former = await this.#items();
    const { publicKey, privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    await table.put({
      identity_id: identityKey.signingKeys,
      entry: kid,
      kind: "signing-key",
      public_jwk: JSON.stringify({ ...jwk, kid, alg: signingAlgorithm, use: "sig" } satisfies JWK),
      sealed_jwk: this.#sealed(JSON.stringify(await exportJWK(privateKey)), kid),
      created_at: epochMillisecondsSchema.parse(now()),
    });
    const expires_at = epochSecondsSchema.parse(Math.ceil((now() + keepMs + cacheMs) / 1000));
    for (const { identity_id, entry } of former.filter((item) => item.expires_at === undefined)) {
      await table.update({ identity_id, entry }, { set: { expires_at } }, { condition: { item: "present" } });
    }
    const key = { kid, privateKey };
    this.#cached = { key, until: now() + cacheMs };
    return key;
  }

  /** The public keys, to be served. */
  async publicKeys(): Promise<JSONWebKeySet> {
    return { keys: (await this.#items()).map((item) => JSON.parse(item.public_jwk)) };
  }

  /** Oldest first; of one moment in the same order for everybody. */
  async #items(): Promise<SigningKeyItem[]> {
    const items = await itemsIn(this.#options.table, identityKey.signingKeys);
    return items.map((item) => signingKeySchema.parse(item)).sort((a, b) => a.created_at - b.created_at);
  }

  async #opened({ entry: kid, sealed_jwk }: SigningKeyItem): Promise<SigningKey> {
    const privateKey = await importJWK(JSON.parse(this.#unsealed(sealed_jwk, kid)), signingAlgorithm);
    if (privateKey instanceof Uint8Array) throw unreadable();
    return { kid, privateKey };
  }

  #sealed(text: string, kid: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#sealingKey, nonce).setAAD(Buffer.from(kid));
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString("base64");
  }

  #unsealed(sealed: string, kid: string): string {
    const bytes = Buffer.from(sealed, "base64");
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#sealingKey, bytes.subarray(0, 12));
      decipher.setAAD(Buffer.from(kid)).setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString();
    } catch (cause) {
      throw unreadable(cause);
    }
  }
}

function unreadable(cause?: unknown): ArtGuardError {
  return new ArtGuardError(
    "identity.invalid-configuration",
    "the signing keys were sealed under another server secret",
    {
      cause,
    },
  );
}
