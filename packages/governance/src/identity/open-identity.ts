import type { ApiKeyRepository, TableStore, UserRepository } from "@artguard/core";
import type { AuditLog } from "../audit/audit-log.ts";
import { AnonymousSessions, type AnonymousSessionsOptions } from "./anonymous-sessions.ts";
import { type FindPermissions, IdentityAuthenticator } from "./authenticator.ts";
import type { DelegationsOptions } from "./delegations.ts";
import { DevelopmentIssuer, type DevelopmentIssuerOptions } from "./development-issuer.ts";
import { Directory } from "./directory.ts";
import { forgetUser } from "./forget-user.ts";
import { defineIdentityTable } from "./identity-table.ts";
import { Revocations } from "./revocations.ts";
import { createTokenVerifier, type VerifiedToken } from "./token-verifier.ts";
import type { TrustedIssuer } from "./trusted-issuer.ts";

/** Options of {@link openIdentity}. */
export interface IdentityOptions extends DelegationsOptions {
  readonly tables: TableStore;
  readonly users: UserRepository;
  /** Which permissions follow from roles; `AccessControl.permissionsOf`. */
  readonly permissionsOf: FindPermissions;
  /** Without it, API keys are refused. */
  readonly apiKeys?: ApiKeyRepository;
  /** Issuers whose access tokens are believed; default none but the embedded one. */
  readonly issuers?: readonly TrustedIssuer[];
  /** Opens the embedded issuer; default none. */
  readonly development?: DevelopmentIssuerOptions;
  /** Opens sessions for callers without an account; default none. */
  readonly anonymous?: Pick<AnonymousSessionsOptions, "secret">;
  /** Gets every login, refresh, logout and validation of the embedded issuer, also those that are refused; default none. */
  readonly audit?: AuditLog;
  /** See `AuthenticatorOptions`. */
  readonly provision?: (token: VerifiedToken) => Promise<void>;
  /** Name of the table; default `artguard-identity-dev`. */
  readonly table?: string;
}

/** Everything about who acts. */
export interface Identity {
  readonly authenticator: IdentityAuthenticator;
  readonly directory: Directory;
  readonly revocations: Revocations;
  /** The embedded issuer, if it was asked for. */
  readonly development?: DevelopmentIssuer;
  /** Sessions of callers without an account, if they were asked for. */
  readonly anonymous?: AnonymousSessions;
  /** Deletes everything that is stored here about a user; can be repeated. */
  forgetUser(userId: string): Promise<void>;
}

/**
 * Opens the identity table and what works on it.
 *
 * @throws ArtGuardError `identity.invalid-configuration`, `user.invalid-input` for a secret below 32 bytes.
 * @example
 * const identity = await openIdentity({
 *   tables,
 *   users: repository,
 *   apiKeys,
 *   permissionsOf: (caller) => access.permissionsOf(caller),
 *   issuers: [cognitoIssuer({ region: "us-east-1", userPoolId: "us-east-1_AbCdEf123", clientIds: ["4f1c"] })],
 * });
 * const context = await identity.authenticator.authenticate({ kind: "token", token });
 */
export async function openIdentity(options: IdentityOptions): Promise<Identity> {
  const { tables, users, permissionsOf, apiKeys, issuers = [], provision, audit, now = Date.now } = options;
  const table = await tables.open(defineIdentityTable(options.table));
  const directory = new Directory(table, options);
  const revocations = new Revocations(table, now);
  const services = { users, directory, revocations, permissionsOf };
  const embedded = { ...services, tables, table, now, ...(audit && { audit }), ...(apiKeys && { apiKeys }) };
  const development = options.development && (await DevelopmentIssuer.open(embedded, options.development));
  const anonymous =
    options.anonymous && new AnonymousSessions({ ...options.anonymous, users, ...(audit && { audit }) });
  const trusted = [...issuers, ...(development ? [development.trusted] : [])];
  const authenticator = new IdentityAuthenticator({
    ...services,
    tokens: createTokenVerifier({ issuers: trusted, now }),
    ...(apiKeys && { apiKeys }),
    ...(provision && { provision }),
    ...(anonymous && { anonymous }),
  });
  return {
    authenticator,
    directory,
    revocations,
    ...(development && { development }),
    ...(anonymous && { anonymous }),
    forgetUser: async (userId) => {
      await development?.endSessions(userId);
      await forgetUser(table, userId);
    },
  };
}
