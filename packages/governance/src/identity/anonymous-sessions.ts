import {
  assertServerSecret,
  isDeletionToken,
  newAnonymousUser,
  type ServerSecret,
  type UserId,
  type UserRepository,
  userIdSchema,
} from "@artguard/core";
import type { AuditLog } from "../audit/audit-log.ts";
import { createSecurityContext } from "./create-security-context.ts";
import type { IssuerCall } from "./issuer.ts";

/** Options of {@link AnonymousSessions}. */
export interface AnonymousSessionsOptions {
  readonly users: UserRepository;
  /** Key of the tokens, the same in every process: at least 32 random bytes. */
  readonly secret: ServerSecret;
  /** Gets the beginning of each session; default none. */
  readonly audit?: AuditLog;
}

/** A session of somebody who has not said who they are. */
export interface AnonymousSession {
  /** A pseudonym of its own. */
  readonly user_id: UserId;
  /** Proves the pseudonym, for as long as it exists. Shown once. */
  readonly access_token: string;
}

/** What such a session may do, with what is its own: to analyse, to read that, to take it along and to have it erased. */
export const anonymousScopes: readonly string[] = [
  "analysis.*",
  "user.read",
  "user.export",
  "user.erase",
  "usage.read",
];

const form = /^agn_([\w-]{1,200})\.([\w-]{43})$/;

/** Whether a token claims to be of such a session; tokens of issuers never do. */
export function isAnonymousToken(token: string): boolean {
  return token.startsWith("agn_");
}

/**
 * Pseudonyms for callers without an account, one for each session and with the quota of the tier Free. Of the token nothing
 * is stored: it is the deletion token of the pseudonym.
 *
 * @example
 * const sessions = new AnonymousSessions({ users: repository, secret });
 * const { access_token } = await sessions.begin({ clientAddress });
 * sessions.userOf(access_token);
 */
export class AnonymousSessions {
  readonly #options: AnonymousSessionsOptions;

  /** @throws ArtGuardError `user.invalid-input` for a secret below 32 bytes. */
  constructor(options: AnonymousSessionsOptions) {
    assertServerSecret(options.secret);
    this.#options = options;
  }

  /** Begins a session. How many of them somebody gets is for the caller to limit: each has a quota of its own. */
  async begin({ clientAddress, traceId }: IssuerCall = {}): Promise<AnonymousSession> {
    const { users, secret, audit } = this.#options;
    const { user_id, deletion_token } = newAnonymousUser(secret);
    await users.createAnonymous(user_id);
    const context = createSecurityContext({
      principal: { kind: "user", id: user_id },
      authentication: { method: "none", strength: "none" },
      ...(clientAddress !== undefined && { clientAddress }),
      ...(traceId !== undefined && { traceId }),
    });
    const operation = "identity.begin-anonymous";
    await audit?.logSecurityEvent(context, { type: operation, operation, outcome: "success", severity: "info" });
    return { user_id, access_token: `agn_${Buffer.from(user_id).toString("base64url")}.${deletion_token}` };
  }

  /** Whose session a token is of; undefined for a forged one. Whether the user still exists is not looked up. */
  userOf(token: string): UserId | undefined {
    const [, encoded = "", proof = ""] = form.exec(token) ?? [];
    const id = userIdSchema.safeParse(Buffer.from(encoded, "base64url").toString()).data;
    return id?.startsWith("anon#") && isDeletionToken(proof, id, this.#options.secret) ? id : undefined;
  }
}
