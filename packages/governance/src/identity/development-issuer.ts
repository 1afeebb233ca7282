import { randomUUID } from "node:crypto";
import {
  type ApiKeyRepository,
  ArtGuardError,
  assertServerSecret,
  isArtGuardError,
  type ServerSecret,
  type Table,
  type TableStore,
  type TransactAction,
  type User,
  type UserRepository,
  userIdOf,
} from "@artguard/core";
import { type JSONWebKeySet, SignJWT } from "jose";
import type { AuditLog } from "../audit/audit-log.ts";
import { type AuthenticatorOptions, IdentityAuthenticator } from "./authenticator.ts";
import type { IdentityItem, Session } from "./identity-table.ts";
import {
  type Issuer,
  type IssuerCall,
  invalidCredentials,
  type LoginRequest,
  type LoginResponse,
  type LogoutRequest,
  loginRequestSchema,
  logoutRequestSchema,
  parseBody,
  type RefreshRequest,
  refreshRequestSchema,
  type SessionState,
  sessionStateOf,
  sessionUserOf,
} from "./issuer.ts";
import { accountLockOut, addressLockOut, type LockOut, LoginAttempts } from "./login-attempts.ts";
import { noted } from "./note-issuer-call.ts";
import { argon2Hasher, type PasswordHasher } from "./password-hasher.ts";
import { Passwords } from "./passwords.ts";
import type { Revocations } from "./revocations.ts";
import { Sessions } from "./sessions.ts";
import { SigningKeys, signingAlgorithm } from "./signing-keys.ts";
import { createTokenVerifier } from "./token-verifier.ts";
import type { TrustedIssuer } from "./trusted-issuer.ts";

/** Options of the embedded issuer. */
export interface DevelopmentIssuerOptions {
  /** Keys of refresh tokens, lock-out names and sealed signing keys: at least 32 random bytes, kept outside the store. */
  readonly secret: ServerSecret;
  /** `iss` of its tokens; default `http://localhost/artguard`. */
  readonly issuer?: string;
  /** `aud` of its tokens; default `artguard`. */
  readonly audience?: string;
  /** From login to the last refresh; default 30 days. */
  readonly sessionMs?: number;
  /** Age at which the signing key is replaced; default 90 days. */
  readonly rotateKeysAfterMs?: number;
  /** Fewest characters of a new password; default 10. */
  readonly shortestPassword?: number;
  readonly lockOut?: { readonly account?: LockOut; readonly address?: LockOut };
  /** Default argon2id. */
  readonly hasher?: PasswordHasher;
}

/** What the embedded issuer works with. */
export interface DevelopmentIssuerServices extends Omit<AuthenticatorOptions, "tokens" | "apiKeys" | "provision"> {
  readonly tables: TableStore;
  readonly table: Table<IdentityItem>;
  readonly users: UserRepository;
  readonly revocations: Revocations;
  /** Knows keys that are shown beside a password; without it none is a second factor. */
  readonly apiKeys?: ApiKeyRepository;
  /** Gets every login, refresh, logout and validation, also those that are refused. */
  readonly audit?: AuditLog;
  readonly now: () => number;
}

/** Seconds that an access token is good for, as the spec has it; less in the last hour of its session. */
export const accessTokenSeconds = 3600;
const toleranceMs = 5000;
/** No user can have this id, so that no user is taken for a service. */
const clientId = "artguard#embedded";

/**
 * The embedded issuer: passwords (argon2id), signed access tokens (ES256), rotating refresh tokens and lock-out, with
 * nothing but a table. For development and for small installations. Its second factor is an API key that the operator, or
 * somebody with two factors, made as one: shown beside the password, it is what the person has.
 *
 * @example
 * const issuer: DevelopmentIssuer | undefined = identity.development;
 * await issuer?.setPassword("ada", "a long password");
 */
export class DevelopmentIssuer implements Issuer {
  /** To be given to a token verifier, so that it believes the tokens. */
  readonly trusted: TrustedIssuer;
  readonly #services: DevelopmentIssuerServices;
  readonly #keys: SigningKeys;
  readonly #sessions: Sessions;
  readonly #attempts: LoginAttempts;
  readonly #authenticator: IdentityAuthenticator;
  readonly #passwords: Passwords;
  readonly #lockOut: { readonly account: LockOut; readonly address: LockOut };
  readonly #audience: string;

  /** Opens it. @throws ArtGuardError `user.invalid-input` for a secret below 32 bytes. */
  static async open(
    services: DevelopmentIssuerServices,
    options: DevelopmentIssuerOptions,
  ): Promise<DevelopmentIssuer> {
    assertServerSecret(options.secret);
    const { hasher = argon2Hasher(), shortestPassword: shortest = 10 } = options;
    const { table, now } = services;
    return new DevelopmentIssuer(services, options, await Passwords.open({ table, hasher, shortest, now }));
  }

  private constructor(services: DevelopmentIssuerServices, options: DevelopmentIssuerOptions, passwords: Passwords) {
    const {
      secret,
      issuer = "http://localhost/artguard",
      audience = "artguard",
      sessionMs = 30 * 86_400_000,
    } = options;
    const { tables, table, revocations, now } = services;
    const accessTokenMs = accessTokenSeconds * 1000 + toleranceMs;
    this.#services = services;
    this.#audience = audience;
    this.#passwords = passwords;
    this.#lockOut = { account: accountLockOut, address: addressLockOut, ...options.lockOut };
    this.#attempts = new LoginAttempts(table, secret, now);
    this.#keys = new SigningKeys({
      table,
      secret,
      rotateAfterMs: options.rotateKeysAfterMs ?? 90 * 86_400_000,
      keepMs: accessTokenMs,
      now,
    });
    this.#sessions = new Sessions({ tables, table, revocations, secret, issuer, sessionMs, accessTokenMs, now });
    this.trusted = {
      issuer,
      keys: () => this.#keys.publicKeys(),
      // Read from our own table: a new key is known with the first token that it signed.
      keyCache: { cooldownMs: 0, cacheMaxAgeMs: 60_000 },
      algorithms: [signingAlgorithm],
      recipient: { claim: "aud", oneOf: [audience] },
      maxAgeMs: accessTokenSeconds * 1000,
      clockToleranceMs: toleranceMs,
    };
    const tokens = createTokenVerifier({ issuers: [this.trusted], now });
    this.#authenticator = new IdentityAuthenticator({ ...services, tokens });
  }

  /** See `Issuer.login`. */
  async login(request: LoginRequest, call: IssuerCall = {}): Promise<LoginResponse> {
    let session: Session | undefined;
    const noting = {
      ...call,
      operation: "identity.login",
      userIdOf: () => session?.user_id,
      isMultiFactor: () => session?.multi_factor ?? false,
    };
    return noted(this.#services.audit, noting, async () => {
      session = await this.#begin(request, call);
      return this.#answer(session);
    });
  }

  async #begin(request: LoginRequest, { clientAddress, apiKey, signal }: IssuerCall): Promise<Session> {
    const { email, password, organization_id } = parseBody(loginRequestSchema, request);
    const account = email.trim().toLowerCase().normalize("NFC");
    if (clientAddress !== undefined) await this.#attempts.begin("address", clientAddress, this.#lockOut.address);
    await this.#attempts.begin("account", account, this.#lockOut.account);
    signal?.throwIfAborted();
    const user = await this.#userOf(account);
    const owner = apiKey === undefined ? undefined : await this.#ownerOfFactor(apiKey);
    const unchanged = await this.#passwords.compare(user, password);
    if (!user || !unchanged || user.erasing_at !== undefined) throw invalidCredentials();
    // Nobody gets a weaker session than the one that was asked for.
    if (apiKey !== undefined && owner !== user.user_id) throw invalidCredentials();
    await this.#assertMember(user, organization_id);
    await this.#attempts.forgive("account", account);
    if (clientAddress !== undefined) await this.#attempts.takeBack("address", clientAddress);
    await this.#services.users.recordLogin(user.user_id);
    // A password that is changed at this moment begins no session any more.
    const facts = { actsIn: organization_id, isMultiFactor: owner !== undefined };
    const session = await this.#sessions.start(user.user_id, unchanged, facts);
    if (!session) throw invalidCredentials();
    return session;
  }

  /** Whose second factor a key is. */
  async #ownerOfFactor(key: string): Promise<string | undefined> {
    try {
      const found = await this.#services.apiKeys?.authenticate(key);
      return found?.apiKey.second_factor ? found.user.user_id : undefined;
    } catch (error) {
      if (isArtGuardError(error, "user.invalid-api-key")) return undefined;
      throw error;
    }
  }

  /** See `Issuer.refresh`. */
  async refresh(request: RefreshRequest, call: IssuerCall = {}): Promise<LoginResponse> {
    let userId: string | undefined;
    return noted(this.#services.audit, { ...call, operation: "identity.refresh", userIdOf: () => userId }, async () => {
      const { refresh_token } = parseBody(refreshRequestSchema, request);
      userId = await this.#known(this.#sessions.sessionOf(refresh_token).userId);
      return this.#answer(await this.#sessions.rotate(refresh_token));
    });
  }

  /** See `Issuer.logout`. */
  async logout(request: LogoutRequest, call: IssuerCall = {}): Promise<void> {
    let userId: string | undefined;
    return noted(this.#services.audit, { ...call, operation: "identity.logout", userIdOf: () => userId }, async () => {
      const session = await this.#sessionOf(parseBody(logoutRequestSchema, request), call);
      userId = await this.#known(session.userId);
      return this.#sessions.end(session.userId, session.sessionId);
    });
  }

  async #sessionOf(body: LogoutRequest, { signal }: IssuerCall) {
    if ("refresh_token" in body) return this.#sessions.sessionOf(body.refresh_token);
    const { principal, sessionId = "" } = await this.#authenticator.verify(body.access_token, signal);
    return { userId: principal.id, sessionId };
  }

  /** See `Issuer.validateSession`. */
  async validateSession(accessToken: string, call: IssuerCall = {}): Promise<SessionState> {
    let userId: string | undefined;
    const noting = { ...call, operation: "identity.validate-session", userIdOf: () => userId };
    return noted(this.#services.audit, noting, async () => {
      const state = await sessionStateOf(accessToken, call, { ...this.#services, authenticator: this.#authenticator });
      userId = state.user.id;
      return state;
    });
  }

  /**
   * Sets a user's password and ends all sessions of the user.
   *
   * @throws ArtGuardError `identity.weak-password`, `user.not-found`, `user.being-erased`
   */
  async setPassword(userId: string, password: string): Promise<void> {
    const user = await this.#living(userId);
    // Hashing takes its time: whoever is erased meanwhile leaves no password to the next user of the name.
    await this.#services.users.whileActive(user.user_id, [await this.#passwords.setAction(user, password)]);
    await this.#sessions.endAll(user.user_id);
  }

  /**
   * What sets the password of somebody who becomes a user in the same transaction; see `UserRepository.create`.
   *
   * @throws ArtGuardError `identity.weak-password`, `user.invalid-input`
   */
  passwordAction(userId: string, email: string, password: string): Promise<TransactAction> {
    return this.#passwords.setAction({ user_id: userIdOf(userId), email: email.trim().toLowerCase() }, password);
  }

  /**
   * Sets a user's password in place of the one before, and ends all sessions of the user. A wrong one is counted like a
   * failed login: whoever found a session must not find the password by it.
   *
   * @throws ArtGuardError `identity.invalid-credentials`, also for a user who has none yet; `identity.too-many-attempts`,
   * `identity.weak-password`, `user.not-found`, `user.being-erased`
   */
  async changePassword(userId: string, current: string, password: string): Promise<void> {
    const user = await this.#living(userId);
    if (user.email === undefined) throw invalidCredentials();
    // Whoever chooses a weak one has guessed nothing.
    this.assertStrong(password, user.email);
    await this.#attempts.begin("account", user.email, this.#lockOut.account);
    if (!(await this.#passwords.replace(user, current, password))) throw invalidCredentials();
    await this.#attempts.forgive("account", user.email);
    await this.#sessions.endAll(user.user_id);
  }

  /** Refuses a password that is too easily guessed for somebody with this address. @throws ArtGuardError `identity.weak-password` */
  assertStrong(password: string, email: string): void {
    this.#passwords.assertStrong(password, email.trim().toLowerCase());
  }

  /** Ends all sessions of a user; access tokens are refused from now on. */
  async endSessions(userId: string): Promise<void> {
    await this.#sessions.endAll(userId);
  }

  /** Makes a new signing key. What former ones signed stays good until it expires. */
  async rotateSigningKey(): Promise<void> {
    await this.#keys.rotate();
  }

  /** The public keys, to be served where other services verify its tokens. */
  jwks(): Promise<JSONWebKeySet> {
    return this.#keys.publicKeys();
  }

  async #living(userId: string): Promise<User> {
    const user = await this.#services.users.get(userIdOf(userId));
    if (user.erasing_at !== undefined) throw new ArtGuardError("user.being-erased", "the user is being erased");
    return user;
  }

  async #userOf(account: string): Promise<User | undefined> {
    try {
      return await this.#services.users.findByEmail(account);
    } catch (error) {
      // What is no address belongs to nobody, and is answered as any other that belongs to nobody.
      if (isArtGuardError(error, "user.invalid-input")) return undefined;
      throw error;
    }
  }

  /** The log learns nothing anew of a user who was erased. */
  async #known(userId: string): Promise<string | undefined> {
    return (await this.#services.users.find(userIdOf(userId)))?.user_id;
  }

  async #assertMember({ user_id }: User, organizationId: string | undefined): Promise<void> {
    if (organizationId === undefined) return;
    const { organizations } = await this.#services.directory.standingOf(user_id);
    if (!organizations.some((each) => each.organizationId === organizationId)) throw invalidCredentials();
  }

  async #answer(session: Session): Promise<LoginResponse> {
    const issuedAt = Math.floor(this.#services.now() / 1000);
    // No token outlives its session: whoever ends the session ends all of its tokens.
    const expires_in = Math.min(accessTokenSeconds, session.expires_at - issuedAt);
    const access_token = await this.#sign(session, issuedAt, issuedAt + expires_in);
    const context = await this.#authenticator.authenticate({ kind: "token", token: access_token });
    return {
      access_token,
      refresh_token: this.#sessions.refreshTokenOf(session),
      expires_in,
      user: await sessionUserOf(context, this.#services.users),
    };
  }

  async #sign(
    { user_id, session_id, acts_in, created_at, multi_factor }: Session,
    issuedAt: number,
    expiresAt: number,
  ) {
    const { kid, privateKey } = await this.#keys.current();
    return new SignJWT({
      sid: session_id,
      client_id: clientId,
      auth_time: Math.floor(created_at / 1000),
      amr: multi_factor ? ["pwd", "mfa"] : ["pwd"],
      ...(acts_in !== undefined && { acts_in }),
    })
      .setProtectedHeader({ alg: signingAlgorithm, typ: "at+jwt", kid })
      .setIssuer(this.trusted.issuer)
      .setAudience(this.#audience)
      .setSubject(user_id)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(privateKey);
  }
}
