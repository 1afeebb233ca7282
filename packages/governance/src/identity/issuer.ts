import { ArtGuardError, type UserRepository, userIdOf } from "@artguard/core";
import type { JSONWebKeySet } from "jose";
import { z } from "zod";
import type { IdentityAuthenticator } from "./authenticator.ts";
import type { SecurityContext } from "./security-context.ts";

const secretText = z.string().min(1).max(4096);

/** Body of `POST /auth/login`, as the spec has it. */
export const loginRequestSchema = z.strictObject({
  email: z.string().min(3).max(254),
  password: z.string().min(1).max(1024),
  /** The one organisation to act in; without it all of the user's. */
  organization_id: z.string().min(1).max(128).exactOptional(),
});
/** See {@link loginRequestSchema}. */
export type LoginRequest = z.infer<typeof loginRequestSchema>;

/** Body of `POST /auth/refresh`. */
export const refreshRequestSchema = z.strictObject({ refresh_token: secretText });
/** See {@link refreshRequestSchema}. */
export type RefreshRequest = z.infer<typeof refreshRequestSchema>;

/** Body of `POST /auth/logout`: either of the two ends the session. */
export const logoutRequestSchema = z.union([
  z.strictObject({ refresh_token: secretText }),
  z.strictObject({ access_token: secretText }),
]);
/** See {@link logoutRequestSchema}. */
export type LogoutRequest = z.infer<typeof logoutRequestSchema>;

/** The `user` of the answers. */
export interface SessionUser {
  readonly id: string;
  readonly email: string;
  /** Organisations that the session acts in. */
  readonly organizations: readonly string[];
  readonly permissions: readonly string[];
}

/** Answer to a login or a refresh, as the spec has it. */
export interface LoginResponse {
  readonly access_token: string;
  /** Good once; the answer to its use has the next one. */
  readonly refresh_token: string;
  /** Seconds until the access token expires. */
  readonly expires_in: number;
  readonly user: SessionUser;
}

/** Answer to `GET /auth/session/validate` of a token that is good. */
export interface SessionState {
  readonly valid: true;
  /** Seconds until the access token expires. */
  readonly expires_in: number;
  readonly user: SessionUser;
}

/** What surrounds a call of an issuer. */
export interface IssuerCall {
  /** Where the caller is, for the lock-out. */
  readonly clientAddress?: string;
  /**
   * An API key that is shown beside the password. To the embedded issuer it is a second factor, if it was made as one; other
   * issuers have factors of their own and do not look at it.
   */
  readonly apiKey?: string;
  /** For the audit log; default a new one. */
  readonly traceId?: string;
  readonly signal?: AbortSignal;
}

/** Gives tokens to those who know a password, and takes them back: the spec's four `/auth` endpoints. */
export interface Issuer {
  /**
   * `POST /auth/login`. Whether the account exists, the password is wrong or the user is no member of the organisation
   * is told to nobody.
   *
   * @throws ArtGuardError `identity.invalid-credentials`, `identity.too-many-attempts`, `identity.invalid-input`
   */
  login(request: LoginRequest, call?: IssuerCall): Promise<LoginResponse>;
  /** `POST /auth/refresh`. @throws ArtGuardError `identity.invalid-refresh-token`, `identity.refresh-reused` */
  refresh(request: RefreshRequest, call?: IssuerCall): Promise<LoginResponse>;
  /** `POST /auth/logout`. @throws ArtGuardError `identity.invalid-token`, `identity.invalid-refresh-token` */
  logout(request: LogoutRequest, call?: IssuerCall): Promise<void>;
  /** `GET /auth/session/validate`. @throws ArtGuardError what is wrong with the token, as `IdentityAuthenticator.authenticate`. */
  validateSession(accessToken: string, call?: IssuerCall): Promise<SessionState>;
  /** `GET /.well-known/jwks.json`: its public keys; absent where an identity provider has them. */
  jwks?(): Promise<JSONWebKeySet>;
}

/** Checks a body. @throws ArtGuardError `identity.invalid-input`, which names the field and not its value. */
export function parseBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]!.path.join(".") || "body";
  throw new ArtGuardError("identity.invalid-input", `${field}: missing, unknown or of a wrong form`, {
    details: { field },
  });
}

/** Whom a context is of, for the answers. @throws ArtGuardError `identity.unknown-user` */
export async function sessionUserOf(context: SecurityContext, users: UserRepository): Promise<SessionUser> {
  const user = context.principal.kind === "user" && (await users.find(userIdOf(context.principal.id)));
  if (!user || user.email === undefined) {
    throw new ArtGuardError("identity.unknown-user", "the token is not of a person with an account here");
  }
  return {
    id: user.user_id,
    email: user.email,
    organizations: context.organizations.map(({ organizationId }) => organizationId),
    permissions: [...context.permissions],
  };
}

/** What an issuer answers about a token of its own. */
export async function sessionStateOf(
  accessToken: string,
  { signal }: IssuerCall,
  services: {
    readonly authenticator: IdentityAuthenticator;
    readonly users: UserRepository;
    readonly now: () => number;
  },
): Promise<SessionState> {
  const { authenticator, users, now } = services;
  const facts = signal ? { signal } : {};
  const { expiresAt } = await authenticator.verify(accessToken, signal);
  const context = await authenticator.authenticate({ kind: "token", token: accessToken }, facts);
  const expires_in = Math.max(0, Math.floor((expiresAt - now()) / 1000));
  return { valid: true, expires_in, user: await sessionUserOf(context, users) };
}

export function invalidCredentials(cause?: unknown): ArtGuardError {
  return new ArtGuardError("identity.invalid-credentials", "the e-mail address or the password is wrong", { cause });
}
