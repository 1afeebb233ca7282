import { createHash } from "node:crypto";
import {
  type EpochMilliseconds,
  epochMillisecondsSchema,
  epochSecondsSchema,
  putAction,
  type Table,
  type TransactAction,
} from "@artguard/core";
import { type IdentityItem, identityKey } from "./identity-table.ts";

/** What a token can be revoked by. */
export interface Revocable {
  readonly issuer: string;
  readonly subject: string;
  /** `jti`. */
  readonly tokenId?: string;
  readonly sessionId?: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
}

/**
 * Tokens that are good no longer although they are signed and in time. Every check reads the store anew and
 * consistently: what one process revokes is refused by all with the acknowledgement of the write.
 *
 * @example
 * const revocations: Revocations = identity.revocations;
 * await revocations.revokeSubject("https://issuer.example.org", "ada", Date.now() + 3_600_000);
 */
export class Revocations {
  readonly #table: Table<IdentityItem>;
  readonly #now: () => number;

  constructor(table: Table<IdentityItem>, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** Revokes one token. @param until Epoch milliseconds of its expiry: how long the list must remember it. */
  async revokeToken(issuer: string, tokenId: string, until: number): Promise<void> {
    await this.#table.put(itemOf(["token", issuer, tokenId], until));
  }

  /** Revokes all tokens of a session. @param until Epoch milliseconds at which the last of them expires. */
  async revokeSession(issuer: string, sessionId: string, until: number): Promise<void> {
    await this.#table.put(itemOf(["session", issuer, sessionId], until));
  }

  /** As {@link Revocations.revokeSession}, as part of a transaction. */
  revokeSessionAction(issuer: string, sessionId: string, until: number): TransactAction {
    return putAction(this.#table.definition, itemOf(["session", issuer, sessionId], until));
  }

  /**
   * Revokes everything that was issued to a subject until now; of tokens that say when they were issued in seconds, also
   * those of this second. @param until Epoch milliseconds at which the last of them expires.
   */
  async revokeSubject(issuer: string, subject: string, until: number): Promise<void> {
    const issued_until = epochMillisecondsSchema.parse(this.#now());
    await this.#table.put({ ...itemOf(["subject", issuer, subject], until), issued_until });
  }

  /** Whether a token is revoked by itself, by its session or by its subject. */
  async isRevoked(
    { issuer, subject, tokenId, sessionId, issuedAt }: Revocable,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const names: Name[] = [["subject", issuer, subject]];
    if (tokenId !== undefined) names.push(["token", issuer, tokenId]);
    if (sessionId !== undefined) names.push(["session", issuer, sessionId]);
    const found = await this.#table.batchGet(names.map(keyOf), { consistent: true, ...(signal && { signal }) });
    return found.some((item) => item && isHitBy(item.issued_until, issuedAt));
  }
}

type Name = readonly [kind: "token" | "session" | "subject", issuer: string, id: string];

function isHitBy(issuedUntil: EpochMilliseconds | undefined, issuedAt: number): boolean {
  return issuedUntil === undefined || issuedAt <= issuedUntil;
}

function keyOf(name: Name) {
  const digest = createHash("sha256").update(JSON.stringify(name)).digest("hex");
  return { identity_id: identityKey.revocation(digest), entry: "revocation" } as const;
}

function itemOf(name: Name, until: number) {
  return { ...keyOf(name), kind: "revocation", expires_at: epochSecondsSchema.parse(Math.ceil(until / 1000)) } as const;
}
