import { createHash } from "node:crypto";
import { ArtGuardError } from "@artguard/core";
import { type Credential, originOf, type Principal } from "@artguard/governance";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { HttpLimits } from "./http-limits.ts";

/** Credentials whose owner is remembered. */
const mostOwners = 10_000;

/**
 * How often callers may ask: by whose the credential is, and by address whatever the credential, so that nobody gets more by
 * making or guessing many. Counted in this process.
 */
export class RateLimits {
  readonly #byCaller: RateLimiterMemory;
  readonly #byAddress: RateLimiterMemory;
  readonly #anonymous: RateLimiterMemory;
  /** Whose credentials are, by their hash: only of good ones. */
  readonly #owners = new Map<string, string>();

  constructor({ perCallerPerMinute, perAddressPerMinute, anonymousPerAddressPerDay }: HttpLimits) {
    this.#anonymous = new RateLimiterMemory({ points: anonymousPerAddressPerDay, duration: 86_400 });
    const duration = 60;
    this.#byCaller = new RateLimiterMemory({ points: perCallerPerMinute, duration });
    this.#byAddress = new RateLimiterMemory({ points: perAddressPerMinute, duration });
  }

  /**
   * Counts a request by where its client is, and by whose its credential is. Of one that comes the first time that is not
   * known yet: see {@link RateLimits.know}.
   *
   * @throws ArtGuardError `http.rate-limited`
   */
  async admit(credential: Credential, clientAddress = "unknown"): Promise<void> {
    const origin = originOf(clientAddress);
    await this.#consume(this.#byAddress, origin);
    const name = nameOf(credential) ?? origin;
    await this.#consume(this.#byCaller, this.#owners.get(name) ?? name);
  }

  /** Notes whose a good credential is. Its first request is counted for them here. */
  async know(credential: Credential, { kind, id }: Pick<Principal, "kind" | "id">): Promise<void> {
    const name = nameOf(credential);
    if (name === undefined || kind === "anonymous" || this.#owners.has(name)) return;
    if (this.#owners.size >= mostOwners) this.#owners.clear();
    this.#owners.set(name, `${kind} ${id}`);
    await this.#byCaller.penalty(`${kind} ${id}`);
  }

  /** Counts the beginning of an anonymous session by where its client is. @throws ArtGuardError `http.rate-limited` */
  async admitAnonymous(clientAddress = "unknown"): Promise<void> {
    await this.#consume(this.#anonymous, originOf(clientAddress));
  }

  /** Whether another one may begin from there, without counting it. @throws ArtGuardError `http.rate-limited` */
  async assertAnonymousLeft(clientAddress = "unknown"): Promise<void> {
    const used = await this.#anonymous.get(originOf(clientAddress));
    if (used && used.remainingPoints <= 0) throw rateLimited(this.#anonymous, used);
  }

  async #consume(limiter: RateLimiterMemory, name: string): Promise<void> {
    try {
      await limiter.consume(name);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw rateLimited(limiter, refusal);
    }
  }
}

function rateLimited({ points, duration }: RateLimiterMemory, { msBeforeNext }: RateLimiterRes): ArtGuardError {
  return new ArtGuardError("http.rate-limited", `more than ${points} in ${duration} s`, {
    details: { retry_after_ms: msBeforeNext },
  });
}

/** Credentials are remembered as hashes. */
function nameOf(credential: Credential): string | undefined {
  if (credential.kind === "none") return undefined;
  const secret = credential.kind === "token" ? credential.token : credential.key;
  return createHash("sha256").update(secret).digest("base64");
}
