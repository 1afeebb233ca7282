import { createHash } from "node:crypto";
import { ArtGuardError } from "@artguard/core";
import { type Credential, originOf } from "@artguard/governance";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { HttpLimits } from "./http-limits.ts";

/**
 * How often callers may ask: by credential, and by address whatever the credential, so that nobody gets more by guessing
 * many. Counted in this process.
 */
export class RateLimits {
  readonly #byCaller: RateLimiterMemory;
  readonly #byAddress: RateLimiterMemory;

  readonly #anonymous: RateLimiterMemory;

  constructor({ perCallerPerMinute, perAddressPerMinute, anonymousPerAddressPerDay }: HttpLimits) {
    this.#anonymous = new RateLimiterMemory({ points: anonymousPerAddressPerDay, duration: 86_400 });
    const duration = 60;
    this.#byCaller = new RateLimiterMemory({ points: perCallerPerMinute, duration });
    this.#byAddress = new RateLimiterMemory({ points: perAddressPerMinute, duration });
  }

  /** Counts a request by where its client is, and by its credential. @throws ArtGuardError `http.rate-limited` */
  async admit(credential: Credential, clientAddress = "unknown"): Promise<void> {
    const origin = originOf(clientAddress);
    await this.#consume(this.#byAddress, origin);
    await this.#consume(this.#byCaller, nameOf(credential) ?? origin);
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

/** Credentials are remembered for a minute, as hashes. */
function nameOf(credential: Credential): string | undefined {
  if (credential.kind === "none") return undefined;
  const secret = credential.kind === "token" ? credential.token : credential.key;
  return createHash("sha256").update(secret).digest("base64");
}
