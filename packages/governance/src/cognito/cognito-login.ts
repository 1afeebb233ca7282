import { ArtGuardError, type ErrorCode, isArtGuardError, type UserRepository, userIdOf } from "@artguard/core";
import {
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  type InitiateAuthCommandInput,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { AuditLog } from "../audit/audit-log.ts";
import type { IdentityAuthenticator } from "../identity/authenticator.ts";
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
} from "../identity/issuer.ts";
import { noted } from "../identity/note-issuer-call.ts";
import type { Revocations } from "../identity/revocations.ts";

/** Options of {@link CognitoLogin}. */
export interface CognitoLoginOptions {
  /** A public app client (without a secret) that allows `ALLOW_USER_PASSWORD_AUTH`. */
  readonly clientId: string;
  /** Believes the pool's tokens: made with `cognitoIssuer`. */
  readonly authenticator: IdentityAuthenticator;
  readonly revocations: Revocations;
  readonly users: UserRepository;
  /** Gets every login, refresh, logout and validation, also those that are refused; default none. */
  readonly audit?: AuditLog;
  /** Default: region and credentials as the AWS SDK finds them; the calls themselves need none. */
  readonly clientConfig?: CognitoIdentityProviderClientConfig;
  /** Time for one call with its retries, which are the SDK's; default 10 s. */
  readonly timeoutMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** Longest life of a Cognito access token. */
const longestTokenMs = 86_400_000;

/**
 * The four `/auth` calls on an Amazon Cognito user pool, which keeps passwords, counts failures and signs tokens. A second
 * factor that the pool asks for cannot be given through a body that has no place for it: then
 * `identity.challenge-required` sends the person to the hosted login.
 *
 * @example
 * const { authenticator, revocations } = identity;
 * const login = new CognitoLogin({ clientId: "4f1c", authenticator, revocations, users: repository });
 * const { access_token } = await login.login({ email: "ada@example.org", password: "a long password" });
 */
export class CognitoLogin implements Issuer, Disposable {
  readonly #client: CognitoIdentityProviderClient;
  readonly #options: CognitoLoginOptions;

  constructor(options: CognitoLoginOptions) {
    this.#client = new CognitoIdentityProviderClient(options.clientConfig ?? {});
    this.#options = options;
  }

  /** See `Issuer.login`; also `identity.challenge-required`, `identity.provider-unavailable`. */
  async login(request: LoginRequest, call: IssuerCall = {}): Promise<LoginResponse> {
    return this.#noted("identity.login", call, async (proven) => {
      const { email, password, organization_id } = parseBody(loginRequestSchema, request);
      const tokens = await this.#initiate("USER_PASSWORD_AUTH", { USERNAME: email, PASSWORD: password }, call);
      const answer = await this.#answer(tokens, call);
      const { id, organizations } = answer.user;
      if (organization_id !== undefined && !organizations.includes(organization_id)) throw invalidCredentials();
      proven(id);
      return answer;
    });
  }

  /** See `Issuer.refresh`. Without refresh token rotation in the pool, the same refresh token stays good. */
  async refresh(request: RefreshRequest, call: IssuerCall = {}): Promise<LoginResponse> {
    return this.#noted("identity.refresh", call, async (proven) => {
      const { refresh_token } = parseBody(refreshRequestSchema, request);
      try {
        const tokens = await this.#initiate("REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: refresh_token }, call);
        const answer = await this.#answer({ ...tokens, refreshToken: tokens.refreshToken ?? refresh_token }, call);
        proven(answer.user.id);
        return answer;
      } catch (error) {
        throw asRefreshError(error);
      }
    });
  }

  /** See `Issuer.logout`. An access token ends all sessions of its user in the pool, and is refused here at once. */
  async logout(request: LogoutRequest, call: IssuerCall = {}): Promise<void> {
    return this.#noted("identity.logout", call, (proven) => this.#end(request, call, proven));
  }

  async #end(request: LogoutRequest, call: IssuerCall, proven: (userId: string) => void): Promise<void> {
    const body = parseBody(logoutRequestSchema, request);
    const { authenticator, revocations, users, clientId, now = Date.now } = this.#options;
    if ("refresh_token" in body) {
      const command = new RevokeTokenCommand({ ClientId: clientId, Token: body.refresh_token });
      await this.#send(call, (abortSignal) => this.#client.send(command, { abortSignal }));
      return;
    }
    const { issuer, subject, principal } = await authenticator.verify(body.access_token, call.signal);
    // The log learns nothing anew of a user who was erased.
    const user = principal.kind === "user" ? await users.find(userIdOf(principal.id)) : undefined;
    if (user) proven(user.user_id);
    await revocations.revokeSubject(issuer, subject, now() + longestTokenMs);
    const command = new GlobalSignOutCommand({ AccessToken: body.access_token });
    await this.#send(call, (abortSignal) => this.#client.send(command, { abortSignal }));
  }

  /** See `Issuer.validateSession`. */
  async validateSession(accessToken: string, call: IssuerCall = {}): Promise<SessionState> {
    return this.#noted("identity.validate-session", call, async (proven) => {
      const state = await sessionStateOf(accessToken, call, { now: Date.now, ...this.#options });
      proven(state.user.id);
      return state;
    });
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  /** @param work Is given what to tell whose session it is, once that is proven. */
  #noted<Answer>(
    operation: string,
    call: IssuerCall,
    work: (proven: (userId: string) => void) => Promise<Answer>,
  ): Promise<Answer> {
    let userId: string | undefined;
    const noting = { ...call, operation, userIdOf: () => userId };
    return noted(this.#options.audit, noting, () =>
      work((proven) => {
        userId = proven;
      }),
    );
  }

  async #initiate(
    AuthFlow: NonNullable<InitiateAuthCommandInput["AuthFlow"]>,
    AuthParameters: Record<string, string>,
    call: IssuerCall,
  ): Promise<Tokens> {
    const command = new InitiateAuthCommand({ AuthFlow, AuthParameters, ClientId: this.#options.clientId });
    const answer = await this.#send(call, (abortSignal) => this.#client.send(command, { abortSignal }));
    const { AccessToken, RefreshToken, ExpiresIn = 3600 } = answer.AuthenticationResult ?? {};
    if (AccessToken === undefined) throw challengeRequired(answer.ChallengeName);
    return { accessToken: AccessToken, refreshToken: RefreshToken, expiresIn: ExpiresIn };
  }

  async #answer({ accessToken, refreshToken = "", expiresIn }: Tokens, { signal }: IssuerCall): Promise<LoginResponse> {
    const { authenticator, users } = this.#options;
    const facts = signal ? { signal } : {};
    const context = await authenticator.authenticate({ kind: "token", token: accessToken }, facts);
    const user = await sessionUserOf(context, users);
    return { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, user };
  }

  async #send<Output>({ signal }: IssuerCall, request: (signal: AbortSignal) => Promise<Output>): Promise<Output> {
    signal?.throwIfAborted();
    const { timeoutMs = 10_000 } = this.#options;
    const late = AbortSignal.timeout(timeoutMs);
    try {
      return await request(AbortSignal.any([late, ...(signal ? [signal] : [])]));
    } catch (cause) {
      signal?.throwIfAborted();
      if (!late.aborted) throw failureOf(cause);
      throw new ArtGuardError("identity.provider-unavailable", `Cognito did not answer within ${timeoutMs} ms`, {
        cause,
      });
    }
  }
}

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresIn: number;
}

const codesByName: Readonly<Record<string, ErrorCode>> = {
  LimitExceededException: "identity.too-many-attempts",
  NotAuthorizedException: "identity.invalid-credentials",
  PasswordResetRequiredException: "identity.challenge-required",
  TooManyRequestsException: "identity.too-many-attempts",
  UnsupportedTokenTypeException: "identity.invalid-refresh-token",
  UserNotConfirmedException: "identity.challenge-required",
  UserNotFoundException: "identity.invalid-credentials",
};

function failureOf(cause: unknown): ArtGuardError {
  const name = cause instanceof Error ? cause.name : "unknown";
  const code = codesByName[name] ?? "identity.provider-unavailable";
  if (code === "identity.invalid-credentials") return invalidCredentials(cause);
  return new ArtGuardError(code, `Cognito: ${name}`, { cause });
}

function challengeRequired(challenge = "unknown"): ArtGuardError {
  return new ArtGuardError("identity.challenge-required", `the user pool asks for ${challenge}`, {
    details: { challenge },
  });
}

/** Credentials of a refresh are the refresh token. */
function asRefreshError(error: unknown): unknown {
  if (!isArtGuardError(error, "identity.invalid-credentials")) return error;
  const message = "the refresh token is malformed, forged, or its session over";
  return new ArtGuardError("identity.invalid-refresh-token", message, { cause: error });
}
