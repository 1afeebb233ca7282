/** Who acts. `local` is the operator of this machine; `anonymous` nobody in particular. */
export interface Principal {
  readonly kind: "user" | "service" | "local" | "anonymous";
  /** `user_id` of the user table; for services their own id; `local` and `anonymous` for those kinds. */
  readonly id: string;
}

/** One organisation in which the principal has roles. */
export interface OrganizationMembership {
  readonly organizationId: string;
  readonly roles: readonly string[];
}

/** How sure it is who acts. */
export interface Authentication {
  readonly method: "token" | "api_key" | "password" | "local" | "none";
  /** `multi`: more than one factor (`amr`/`acr` of the token). */
  readonly strength: "none" | "single" | "multi";
  /** Epoch milliseconds of the proof, where known. */
  readonly at?: number;
  /** Id of the token, key or session, for revocation and audit; never the secret itself. */
  readonly credentialId?: string;
  /** Of an API key that ends: epoch milliseconds from which it is refused. */
  readonly endsAt?: number;
}

/**
 * Everything that decisions about one request rest on. Made once per request, deeply frozen, handed on as the first
 * argument; the only way to act as somebody else is to make another one.
 */
export interface SecurityContext {
  readonly principal: Principal;
  readonly organizations: readonly OrganizationMembership[];
  /** The one organisation that the credential is limited to; absent: all of the principal's. */
  readonly actsIn?: string;
  /** Of the principal itself, beside those in organisations. */
  readonly roles: readonly string[];
  /** What the credential allows at most (scopes of a key or token); absent: all that the roles allow. */
  readonly scopes?: readonly string[];
  /** Permissions that follow from roles and scopes; read anew for every request. */
  readonly permissions: readonly string[];
  /** Address of the client behind the trusted proxies; absent where there is none (in-process). */
  readonly clientAddress?: string;
  /** ISO 3166-1 alpha-2; absent when unknown. */
  readonly country?: string;
  /** 32 lower-case hexadecimal digits, as in the W3C `traceparent`. */
  readonly traceId: string;
  readonly authentication: Authentication;
}
