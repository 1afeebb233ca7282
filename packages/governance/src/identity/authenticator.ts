import { type ApiKeyRepository, ArtGuardError, type User, type UserRepository, userIdOf } from "@artguard/core";
import { type AnonymousSessions, anonymousScopes, isAnonymousToken } from "./anonymous-sessions.ts";
import { createSecurityContext } from "./create-security-context.ts";
import { type Directory, mergedByOrganization, type UserStanding } from "./directory.ts";
import type { Revocations } from "./revocations.ts";
import type { Authentication, SecurityContext } from "./security-context.ts";
import type { TokenVerifier, VerifiedToken } from "./token-verifier.ts";

/** With what somebody proves who they are. */
export type Proof =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "api_key"; readonly key: string };

/** What is known of a request before it is known who asks. */
export interface RequestFacts {
  readonly clientAddress?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** Default a new one. */
  readonly traceId?: string;
  readonly signal?: AbortSignal;
}

/** Finds the permissions that follow from roles and scopes; `AccessControl.permissionsOf` is one. */
export type FindPermissions = (
  caller: Pick<SecurityContext, "principal" | "roles" | "organizations" | "scopes">,
) => Promise<readonly string[]>;

/** Options of {@link IdentityAuthenticator}. */
export interface AuthenticatorOptions {
  readonly users: UserRepository;
  readonly directory: Directory;
  readonly revocations: Revocations;
  readonly permissionsOf: FindPermissions;
  /** Without it, tokens are refused. */
  readonly tokens?: TokenVerifier;
  /** Without it, API keys are refused. */
  readonly apiKeys?: ApiKeyRepository;
  /** Without it, tokens of anonymous sessions are refused. */
  readonly anonymous?: AnonymousSessions;
  /**
   * Called for a good token of a person who is no user here yet; may make the user. Default nothing: the token is refused.
   */
  readonly provision?: (token: VerifiedToken) => Promise<void>;
}

/**
 * Tells who acts. A credential gives the identity alone: roles, memberships and permissions are read anew for every
 * request, and so is whether the credential is revoked. Nothing is remembered, so that nothing has to be forgotten.
 *
 * @example
 * const authenticator: IdentityAuthenticator = identity.authenticator;
 * const context = await authenticator.authenticate({ kind: "token", token }, { clientAddress, traceId });
 */
export class IdentityAuthenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * The context of one request; of nobody for `none`.
   *
   * @throws ArtGuardError `identity.invalid-token`, `identity.revoked`, `identity.unknown-user`,
   * `identity.key-set-unavailable`, `identity.not-a-member` for a token limited to an organisation that its user left,
   * `user.invalid-api-key`.
   */
  async authenticate(proof: Proof, facts: RequestFacts = {}): Promise<SecurityContext> {
    facts.signal?.throwIfAborted();
    if (proof.kind === "token" && isAnonymousToken(proof.token)) return this.#byAnonymousToken(proof.token, facts);
    if (proof.kind === "token") return this.#byToken(proof.token, facts);
    if (proof.kind === "api_key") return this.#byApiKey(proof.key, facts);
    return createSecurityContext({
      principal: { kind: "anonymous", id: "anonymous" },
      authentication: { method: "none", strength: "none" },
      ...placeOf(facts),
    });
  }

  /** A token that is good and not revoked. @throws as {@link IdentityAuthenticator.authenticate} */
  async verify(token: string, signal?: AbortSignal): Promise<VerifiedToken> {
    const { tokens, revocations } = this.#options;
    if (!tokens) throw new ArtGuardError("identity.invalid-token", "tokens are not accepted here");
    const verified = await tokens.verify(token, { ...(signal && { signal }) });
    if (await revocations.isRevoked(verified, signal)) {
      throw new ArtGuardError("identity.revoked", "the token or its session was ended");
    }
    return verified;
  }

  async #byToken(token: string, facts: RequestFacts): Promise<SecurityContext> {
    const verified = await this.verify(token, facts.signal);
    const { principal, scopes, actsIn, strength, authenticatedAt, tokenId, sessionId } = verified;
    const credentialId = tokenId ?? sessionId;
    return this.#contextOf(
      { principal, ...(scopes && { scopes }), ...(actsIn !== undefined && { actsIn }) },
      limitedTo(actsIn, joined(verified, await this.#standingOf(verified))),
      {
        method: "token",
        strength,
        ...(authenticatedAt !== undefined && { at: authenticatedAt }),
        ...(credentialId !== undefined && { credentialId }),
      },
      facts,
    );
  }

  async #byApiKey(key: string, facts: RequestFacts): Promise<SecurityContext> {
    const { apiKeys, directory } = this.#options;
    if (!apiKeys) throw new ArtGuardError("user.invalid-api-key", "API keys are not accepted here");
    const { user, apiKey } = await apiKeys.authenticate(key);
    return this.#contextOf(
      { principal: { kind: "user", id: user.user_id }, ...(apiKey.scopes && { scopes: apiKey.scopes }) },
      await directory.standingOf(user.user_id),
      {
        method: "api_key",
        strength: "single",
        credentialId: apiKey.prefix,
        ...(apiKey.valid_until !== undefined && { endsAt: apiKey.valid_until }),
      },
      facts,
    );
  }

  /** Of the directory nothing is asked: such a session has no roles of its own. */
  async #byAnonymousToken(token: string, facts: RequestFacts): Promise<SecurityContext> {
    const { anonymous, users } = this.#options;
    const id = anonymous?.userOf(token);
    if (id === undefined) throw new ArtGuardError("identity.invalid-token", "the token is of no session");
    assertLives(await users.find(id));
    const who = { principal: { kind: "user", id }, scopes: anonymousScopes } as const;
    return this.#contextOf(who, { roles: [], organizations: [] }, { method: "token", strength: "none" }, facts);
  }

  async #contextOf(
    who: Pick<SecurityContext, "principal" | "scopes" | "actsIn">,
    { roles, organizations }: UserStanding,
    authentication: Authentication,
    facts: RequestFacts,
  ): Promise<SecurityContext> {
    const caller = { ...who, roles, organizations };
    const permissions = await this.#options.permissionsOf(caller);
    return createSecurityContext({ ...caller, permissions, authentication, ...placeOf(facts) });
  }

  /** What the directory says of a person; services are not in it. */
  async #standingOf(token: VerifiedToken): Promise<UserStanding> {
    const { users, directory, provision } = this.#options;
    if (token.principal.kind !== "user") return { roles: [], organizations: [] };
    const userId = userIdOf(token.principal.id);
    let user = await users.find(userId);
    if (!user && provision) {
      await provision(token);
      user = await users.find(userId);
    }
    assertLives(user);
    return directory.standingOf(userId);
  }
}

function assertLives(user: User | undefined): void {
  if (user && user.erasing_at === undefined) return;
  throw new ArtGuardError("identity.unknown-user", "the token's user is not, or no longer, a user here");
}

function joined(token: UserStanding, directory: UserStanding): UserStanding {
  return {
    roles: [...new Set([...token.roles, ...directory.roles])],
    organizations: mergedByOrganization([...token.organizations, ...directory.organizations]),
  };
}

function limitedTo(organizationId: string | undefined, standing: UserStanding): UserStanding {
  if (organizationId === undefined) return standing;
  const organizations = standing.organizations.filter((each) => each.organizationId === organizationId);
  if (organizations.length > 0) return { ...standing, organizations };
  throw new ArtGuardError("identity.not-a-member", "the token's user is no member of its organisation any more");
}

function placeOf({ clientAddress, country, traceId }: RequestFacts) {
  return {
    ...(clientAddress !== undefined && { clientAddress }),
    ...(country !== undefined && { country }),
    ...(traceId !== undefined && { traceId }),
  };
}
