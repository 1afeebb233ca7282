import { createHash } from "node:crypto";
import { ArtGuardError } from "@artguard/core";
import type { Credential, Network } from "@artguard/governance";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { HttpLimits } from "./http-limits.ts";

/**
 * How often callers may ask: by credential, and by address whatever the credential, so that nobody gets more by guessing
 * many. Counted in this process.
 */
export class RateLimits {
  readonly #byCaller: RateLimiterMemory;
  readonly #byAddress: RateLimiterMemory;

  constructor({ perCallerPerMinute, perAddressPerMinute }: HttpLimits) {
    const duration = 60;
    this.#byCaller = new RateLimiterMemory({ points: perCallerPerMinute, duration });
    this.#byAddress = new RateLimiterMemory({ points: perAddressPerMinute, duration });
  }

  /** Counts a request. @throws ArtGuardError `http.rate-limited` */
  async admit(credential: Credential, { remoteAddress = "unknown" }: Network): Promise<void> {
    try {
      await this.#byAddress.consume(remoteAddress);
      await this.#byCaller.consume(nameOf(credential) ?? remoteAddress);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new ArtGuardError("http.rate-limited", "too many requests in a minute", {
        details: { retry_after_ms: refusal.msBeforeNext },
      });
    }
  }
}

/** Credentials are remembered for a minute, as hashes. */
function nameOf(credential: Credential): string | undefined {
  if (credential.kind === "none") return undefined;
  const secret = credential.kind === "token" ? credential.token : credential.key;
  return createHash("sha256").update(secret).digest("base64");
}
