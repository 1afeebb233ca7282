import { createHmac } from "node:crypto";
import {
  ArtGuardError,
  type Condition,
  epochMillisecondsSchema,
  epochSecondsSchema,
  isArtGuardError,
  type ServerSecret,
  type Table,
} from "@artguard/core";
import { originOf } from "../geography/client-address.ts";
import { type Attempts, attemptsSchema, type IdentityItem, identityKey } from "./identity-table.ts";

/** How many failures are free, and how long the door stays shut after the next ones. */
export interface LockOut {
  /** Failures after which the door shuts. */
  readonly failures: number;
  /** Time for the first of them; doubled with each further one. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Lock-out of one account: 5 failures, 30 s, at most 15 minutes. */
export const accountLockOut: LockOut = { failures: 5, firstMs: 30_000, longestMs: 900_000 };
/** Lock-out of one address (of IPv6: one /64), behind which many people can be: 50 failures, 30 s, at most 15 minutes. */
export const addressLockOut: LockOut = { failures: 50, firstMs: 30_000, longestMs: 900_000 };

/** Failures are forgotten after a day without another. */
const forgottenAfterMs = 86_400_000;

/**
 * Counts attempts before they are made, so that any number at the same moment are as many as one after the other. Names
 * of accounts are counted whether there is such an account or not, and stored as HMACs.
 */
export class LoginAttempts {
  readonly #table: Table<IdentityItem>;
  readonly #secret: ServerSecret;
  readonly #now: () => number;

  constructor(table: Table<IdentityItem>, secret: ServerSecret, now: () => number) {
    this.#table = table;
    this.#secret = secret;
    this.#now = now;
  }

  /**
   * Counts an attempt as failed until it is known better.
   *
   * @throws ArtGuardError `identity.too-many-attempts` with `details.retry_after_ms`
   */
  async begin(kind: "account" | "address", name: string, lockOut: LockOut): Promise<void> {
    const counted = await this.#count(this.#keyOf(kind, name));
    if (counted.failures < lockOut.failures || (await this.#shut(counted, lockOut))) return;
    throw tooMany(lockOut.firstMs);
  }

  /** The attempt was good: nothing is held against the account any more. */
  async forgive(kind: "account", name: string): Promise<void> {
    await this.#table.delete(this.#keyOf(kind, name));
  }

  /** The attempt was good: it alone is taken from the address, for others come from there too. */
  async takeBack(kind: "address", name: string): Promise<void> {
    const change = { add: { failures: -1 }, remove: ["blocked_until" as const] };
    const condition: Condition<IdentityItem> = { attribute: "failures", greaterThan: 0 };
    await this.#table.update(this.#keyOf(kind, name), change, { condition }).catch(ignoreConflict);
  }

  /** One more, unless the door is shut. */
  async #count(key: { identity_id: string; entry: "attempts" }): Promise<Attempts> {
    const now = this.#now();
    const expires_at = epochSecondsSchema.parse(Math.ceil((now + forgottenAfterMs) / 1000));
    const change = { set: { kind: "attempts" as const, expires_at }, add: { failures: 1 } };
    const condition: Condition<IdentityItem> = {
      any: [
        { attribute: "blocked_until", is: "absent" },
        { attribute: "blocked_until", atMost: now },
      ],
    };
    try {
      return attemptsSchema.parse(await this.#table.update(key, change, { condition }));
    } catch (error) {
      ignoreConflict(error);
      const found = await this.#table.get(key, { consistent: true });
      throw tooMany(Math.max(1, (found?.blocked_until ?? 0) - now));
    }
  }

  /** Shuts the door behind an attempt. @returns whether this one did it: of many at the same moment one goes through. */
  async #shut({ identity_id, entry, failures, blocked_until }: Attempts, lockOut: LockOut): Promise<boolean> {
    const ms = Math.min(lockOut.longestMs, lockOut.firstMs * 2 ** (failures - lockOut.failures));
    const condition: Condition<IdentityItem> =
      blocked_until === undefined
        ? { attribute: "blocked_until", is: "absent" }
        : { attribute: "blocked_until", equals: blocked_until };
    try {
      const change = { set: { blocked_until: epochMillisecondsSchema.parse(this.#now() + ms) } };
      await this.#table.update({ identity_id, entry }, change, { condition });
      return true;
    } catch (error) {
      return ignoreConflict(error);
    }
  }

  #keyOf(kind: "account" | "address", name: string) {
    const counted = kind === "address" ? originOf(name) : name;
    const digest = createHmac("sha256", this.#secret).update(`attempts\n${kind}\n${counted}`).digest("hex");
    return { identity_id: identityKey.attempts(digest), entry: "attempts" } as const;
  }
}

function ignoreConflict(error: unknown): false {
  if (!isArtGuardError(error, "storage.condition-failed")) throw error;
  return false;
}

function tooMany(waitMs: number): ArtGuardError {
  return new ArtGuardError("identity.too-many-attempts", "too many failed logins; the next one is possible later", {
    details: { retry_after_ms: waitMs },
  });
}
