import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import {
  ArtGuardError,
  cancellationReasons,
  type EpochMilliseconds,
  epochMillisecondsSchema,
  epochSecondsSchema,
  isArtGuardError,
  putAction,
  type ServerSecret,
  type Table,
  type TableStore,
  type TransactAction,
  type UserId,
  updateAction,
} from "@artguard/core";
import { type IdentityItem, identityKey, type Session, sessionSchema } from "./identity-table.ts";
import { itemsIn } from "./read-items.ts";
import type { Revocations } from "./revocations.ts";

/** Options of {@link Sessions}. */
export interface SessionsOptions {
  readonly tables: TableStore;
  readonly table: Table<IdentityItem>;
  readonly revocations: Revocations;
  /** Key of the refresh tokens' HMACs. */
  readonly secret: ServerSecret;
  readonly issuer: string;
  /** From login to the last refresh. */
  readonly sessionMs: number;
  /** How long an access token can outlive the session's end in verifiers that do not know of it. */
  readonly accessTokenMs: number;
  readonly now: () => number;
}

/** What is known of a session when it begins. */
interface SessionFacts {
  /** The one organisation that it acts in; default all of the user's. */
  readonly actsIn?: string | undefined;
  /** Whether the user proved two factors; default no. */
  readonly isMultiFactor?: boolean;
}

interface RefreshToken {
  readonly userId: string;
  readonly sessionId: string;
  readonly generation: number;
}

const form = /^agr\.([\w-]{1,180})\.([0-9a-f]{32})\.(\d{1,10})\.([\w-]{43})$/;

/**
 * Sessions and their refresh tokens. A refresh token is an HMAC of its session and number: nothing of it is stored, and
 * one that was replaced is known as genuine when it comes again. Then somebody else has it, and the session ends.
 */
export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /**
   * Begins a session while something still holds.
   *
   * @returns undefined when it did not hold any more.
   */
  async start(userId: UserId, proviso: TransactAction, limits: SessionFacts = {}): Promise<Session | undefined> {
    const { actsIn, isMultiFactor = false } = limits;
    const { tables, table, sessionMs } = this.#options;
    const session_id = randomBytes(16).toString("hex");
    const created_at = this.#moment();
    const session = sessionSchema.parse({
      ...keyOf(userId, session_id),
      kind: "session",
      session_id,
      user_id: userId,
      generation: 0,
      created_at,
      expires_at: epochSecondsSchema.parse(Math.ceil((created_at + sessionMs) / 1000)),
      ...(actsIn !== undefined && { acts_in: actsIn }),
      ...(isMultiFactor && { multi_factor: true }),
    });
    try {
      await tables.transact([proviso, putAction(table.definition, session, { item: "absent" })]);
      return session;
    } catch (error) {
      if (cancellationReasons(error)[0] !== "storage.condition-failed") throw error;
      return undefined;
    }
  }

  /** The refresh token of a session as it is. */
  refreshTokenOf({ user_id, session_id, generation }: Session): string {
    const token = { userId: user_id, sessionId: session_id, generation };
    return ["agr", Buffer.from(user_id).toString("base64url"), session_id, generation, this.#proofOf(token)].join(".");
  }

  /**
   * Takes a refresh token and gives the session its next one.
   *
   * @throws ArtGuardError `identity.invalid-refresh-token`; `identity.refresh-reused` for one that was used before, and
   * the session is ended.
   */
  async rotate(refreshToken: string): Promise<Session> {
    const token = this.#parse(refreshToken);
    const { userId, sessionId, generation } = token;
    const key = keyOf(userId, sessionId);
    try {
      const changed = await this.#options.table.update(
        key,
        { add: { generation: 1 } },
        {
          condition: {
            all: [
              { attribute: "generation", equals: generation },
              { attribute: "revoked_at", is: "absent" },
            ],
          },
        },
      );
      return sessionSchema.parse(changed);
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
    }
    const session = await this.#options.table.get(key, { consistent: true });
    if (!session || session.revoked_at !== undefined) throw invalidRefreshToken();
    await this.end(userId, sessionId);
    throw new ArtGuardError("identity.refresh-reused", "this refresh token was used before; its session is ended");
  }

  /** The session of a refresh token, whichever it was. @throws ArtGuardError `identity.invalid-refresh-token` */
  sessionOf(refreshToken: string): { readonly userId: string; readonly sessionId: string } {
    return this.#parse(refreshToken);
  }

  /** Ends a session: its refresh tokens and its access tokens are refused from now on. Does nothing when it has ended. */
  async end(userId: string, sessionId: string): Promise<void> {
    const { tables, table, revocations, issuer, accessTokenMs } = this.#options;
    const revoked_at = this.#moment();
    try {
      await tables.transact([
        updateAction(table.definition, keyOf(userId, sessionId), { set: { revoked_at } }, { item: "present" }),
        revocations.revokeSessionAction(issuer, sessionId, revoked_at + accessTokenMs),
      ]);
    } catch (error) {
      if (cancellationReasons(error)[0] !== "storage.condition-failed") throw error;
    }
  }

  /** Ends all sessions of a user. */
  async endAll(userId: string): Promise<void> {
    const items = await itemsIn(this.#options.table, identityKey.user(userId), identityKey.session(""));
    for (const item of items) await this.end(userId, sessionSchema.parse(item).session_id);
  }

  #parse(refreshToken: string): RefreshToken {
    const parts = form.exec(refreshToken);
    const [, user = "", sessionId = "", generation = "", proof = ""] = parts ?? [];
    const token = { userId: Buffer.from(user, "base64url").toString(), sessionId, generation: Number(generation) };
    const expected = Buffer.from(this.#proofOf(token));
    const given = Buffer.from(proof.padEnd(expected.length));
    if (!parts || !timingSafeEqual(expected, given)) throw invalidRefreshToken();
    return token;
  }

  #proofOf({ userId, sessionId, generation }: RefreshToken): string {
    const text = JSON.stringify(["refresh", this.#options.issuer, userId, sessionId, generation]);
    return createHmac("sha256", this.#options.secret).update(text).digest("base64url");
  }

  #moment(): EpochMilliseconds {
    return epochMillisecondsSchema.parse(this.#options.now());
  }
}

const keyOf = (userId: string, sessionId: string) => ({
  identity_id: identityKey.user(userId),
  entry: identityKey.session(sessionId),
});

function invalidRefreshToken(): ArtGuardError {
  return new ArtGuardError(
    "identity.invalid-refresh-token",
    "the refresh token is malformed, forged, or its session over",
  );
}
