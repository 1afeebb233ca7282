import { ArtGuardError } from "@artguard/core";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";

/** Gives the keys with which an issuer signs. */
export type KeySource = () => Promise<JSONWebKeySet>;

/** How the keys of an issuer are remembered. */
export interface KeyCache {
  /** Least time between two readings of the source, failed ones too; default 30 000 ms. */
  readonly cooldownMs?: number;
  /** How long keys are believed without being read anew; default 600 000 ms. */
  readonly cacheMaxAgeMs?: number;
}

interface Cached {
  readonly find: JWTVerifyGetKey;
  readonly readAt: number;
}

/**
 * The public keys of one issuer. A key id that nobody has makes it read the source at most once per cool-down, however
 * many ask and however they fail; while the source is down, keys read before are good until `cacheMaxAgeMs`.
 */
export class KeySet {
  readonly #source: KeySource;
  readonly #cooldownMs: number;
  readonly #cacheMaxAgeMs: number;
  readonly #now: () => number;
  #cached: Cached | undefined;
  #triedAt: number | undefined;
  #reading: Promise<void> | undefined;

  constructor(
    source: KeySource,
    { cooldownMs = 30_000, cacheMaxAgeMs = 600_000 }: KeyCache = {},
    now: () => number = Date.now,
  ) {
    this.#source = source;
    this.#cooldownMs = cooldownMs;
    this.#cacheMaxAgeMs = cacheMaxAgeMs;
    this.#now = now;
  }

  /** The key that a token names. @throws ArtGuardError `identity.key-set-unavailable`; jose's error when no key fits. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const cached = this.#fresh() ?? (await this.#readAnew());
    try {
      return await cached.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.#isCoolingDown()) throw error;
    }
    return (await this.#readAnew()).find(header, token);
  };

  #fresh(): Cached | undefined {
    const cached = this.#cached;
    return cached && this.#now() - cached.readAt < this.#cacheMaxAgeMs ? cached : undefined;
  }

  #isCoolingDown(): boolean {
    return this.#triedAt !== undefined && this.#now() - this.#triedAt < this.#cooldownMs;
  }

  async #readAnew(): Promise<Cached> {
    if (!this.#reading && !this.#isCoolingDown()) {
      this.#triedAt = this.#now();
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
    }
    await this.#reading;
    const cached = this.#fresh();
    if (cached) return cached;
    throw new ArtGuardError("identity.key-set-unavailable", "the issuer's keys could not be read a moment ago");
  }

  /** A failure is forgotten as long as keys read before are still believed. */
  async #read(): Promise<void> {
    try {
      const { keys } = await this.#source();
      this.#cached = { find: createLocalJWKSet({ keys: keys.filter(isPublic) }), readAt: this.#now() };
    } catch (cause) {
      if (this.#fresh()) return;
      throw new ArtGuardError("identity.key-set-unavailable", "the issuer's keys cannot be read", { cause });
    }
  }
}

/** Secrets and private keys in a published set would let anybody sign. */
function isPublic(key: { readonly kty?: string; readonly d?: unknown; readonly k?: unknown }): boolean {
  return key.kty !== "oct" && key.d === undefined && key.k === undefined;
}

/** Options of {@link remoteKeys}. */
export interface RemoteKeysOptions {
  /** Time for one reading; default 5000 ms. */
  readonly timeoutMs?: number;
  /** Default the platform's `fetch`. */
  readonly fetch?: typeof fetch;
}

const mostBytes = 1 << 20;
const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Keys from an issuer's address. It comes from the configuration, never from a token; redirects are refused.
 *
 * @throws ArtGuardError `identity.invalid-configuration` for an address that is not https, except on loopback.
 * @example
 * const keys = remoteKeys("https://issuer.example.org/.well-known/jwks.json", { timeoutMs: 2000 });
 */
export function remoteKeys(address: string, options: RemoteKeysOptions = {}): KeySource {
  const { timeoutMs = 5000, fetch: request = fetch } = options;
  const url = URL.parse(address);
  if (!url || !(url.protocol === "https:" || (url.protocol === "http:" && loopback.has(url.hostname)))) {
    throw new ArtGuardError(
      "identity.invalid-configuration",
      "the address of an issuer's keys must begin with https://",
    );
  }
  return async () => {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await request(url, { redirect: "error", signal, headers: { accept: "application/json" } });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the issuer answered ${response.status}`);
    }
    return keySetOf(JSON.parse(await limitedText(response)));
  };
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > mostBytes) throw new Error(`the issuer's keys have more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function keySetOf(value: unknown): JSONWebKeySet {
  if (typeof value === "object" && value !== null && "keys" in value && Array.isArray(value.keys)) {
    return { keys: value.keys };
  }
  throw new Error("the issuer's answer is no JSON Web Key Set");
}
