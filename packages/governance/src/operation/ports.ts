import type { AccessDecision } from "../access/access-control.ts";
import type { AccessRequest } from "../access/decide.ts";
import type { Resource } from "../access/resource.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import type { UsageReservation, Use } from "../usage/use.ts";

/** With what somebody proves who they are. */
export type Credential =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "api_key"; readonly key: string };

/** How a request came, as the adapter saw it. */
export interface Network {
  /** Address of the connection. */
  readonly remoteAddress?: string;
  /** Value of `X-Forwarded-For`, as it came. */
  readonly forwardedFor?: string;
}

/** What surrounds an operation and its input. */
export interface GovernedRequest {
  readonly credential?: Credential;
  readonly network?: Network;
  /** W3C `traceparent`, as it came. */
  readonly traceparent?: string;
  /** What the caller says that it is for; rules and grants can ask for it. */
  readonly purpose?: string;
  /** Id of an approval that was given for exactly this. */
  readonly approvalId?: string;
  /**
   * Who acts, where the program itself has made sure of it: then nobody is authenticated or located again. Never from
   * outside of the process.
   */
  readonly context?: SecurityContext;
  readonly signal?: AbortSignal;
}

/** Where a request comes from. */
export interface Location {
  readonly clientAddress?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
}

/** Tells who acts. */
export interface Authenticator {
  /**
   * The context of a request, made anew for it; of nobody for `none`.
   *
   * @throws ArtGuardError for a credential that is wrong, expired or revoked, or whose owner is no more.
   */
  authenticate(
    credential: Credential,
    request: Location & { readonly traceId: string; readonly signal?: AbortSignal },
  ): Promise<SecurityContext>;
}

/** Tells where requests come from and refuses those from where none are admitted. */
export interface GeographyGate {
  /** Before it is known who acts. @throws ArtGuardError for an address that nobody may come from. */
  locate(network: Network): Promise<Location>;
  /** By the rules of the caller's organisations. @throws ArtGuardError for a place that they do not admit. */
  admit(context: SecurityContext): Promise<void>;
}

/** Decides what the caller may do. */
export interface AccessGate {
  validateAccess(request: AccessRequest): Promise<AccessDecision>;
  /**
   * Whether a caller without credential could be allowed this, whatever it is about. Without it nobody is refused before it
   * is known what they ask.
   */
  couldAllow?(caller: SecurityContext, permission: string): Promise<boolean>;
}

/** Keeps room for what is used. */
export interface UsageGate {
  reserve(use: Use): Promise<UsageReservation>;
}

/** Exactly what custodians are asked to agree to. */
export interface AskedFor {
  /** Name of the operation. */
  readonly operation: string;
  readonly resource: Resource;
  /** The input as it was checked. */
  readonly input: unknown;
  readonly purpose?: string;
}

/** Asks custodians, and lets an operation happen once for each time that they agreed. */
export interface ApprovalGate {
  /** Asks for an approval, or finds the request of the same caller for the same. @returns its id. */
  request(context: SecurityContext, asked: AskedFor): Promise<string>;
  /** Uses an approval up. @throws ArtGuardError when it was not given, not for this, or is used or expired. */
  consume(context: SecurityContext, approvalId: string, asked: AskedFor): Promise<void>;
}

/** What the stages of the pipeline ask. What is left out is not asked. */
export interface GovernancePorts {
  readonly audit: AuditLog;
  readonly identity: Authenticator;
  readonly access: AccessGate;
  readonly geography?: GeographyGate;
  readonly usage?: UsageGate;
  /** Without it, operations that need an approval are refused. */
  readonly approvals?: ApprovalGate;
  /** The trace id of a request: 32 lower-case hexadecimal digits, from its `traceparent` if that is one. */
  readonly traceIdOf: (traceparent: string | undefined) => string;
  /** Names of operations that need an approval here, besides those that say so themselves. */
  readonly approvalFor: ReadonlySet<string>;
  /** Source of operation ids. */
  readonly newId: () => string;
  /** Told of audit entries that could not be written where that alone does not refuse the request. */
  readonly onAuditFailure: (error: unknown) => void;
}
