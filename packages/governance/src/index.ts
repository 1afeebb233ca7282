export type { AuditDetails, AuditEvent, AuditLog, AuditOutcome } from "./audit/audit-log.ts";
export { checkGeographyDatabase } from "./geography/check-geography-database.ts";
export { type Arrival, canonicalAddress, clientAddressOf } from "./geography/client-address.ts";
export {
  type CountryAnswer,
  CountryDatabase,
  type CountryDatabaseOptions,
  type DatabaseState,
} from "./geography/country-database.ts";
export {
  Geography,
  type GeographyOptions,
  type NetworksChange,
  openGeography,
  type Place,
} from "./geography/geography.ts";
export {
  defineGeographyTable,
  type GeographyItem,
  geographyTableName,
  type PlaceRule,
  placeRuleSchema,
} from "./geography/geography-table.ts";
export { judgePlace, type PlaceDecision } from "./geography/judge-place.ts";
export type { ChangeApproval, ChangeAskedFor } from "./identity/approval-gate.ts";
export {
  type AuthenticatorOptions,
  type FindPermissions,
  IdentityAuthenticator,
  type Proof,
  type RequestFacts,
} from "./identity/authenticator.ts";
export type { ClaimMap, TokenFacts } from "./identity/claim-map.ts";
export { createSecurityContext, localContext, type SecurityContextInput } from "./identity/create-security-context.ts";
export { Delegations, type DelegationsOptions, type NewDelegation } from "./identity/delegations.ts";
export {
  accessTokenSeconds,
  DevelopmentIssuer,
  type DevelopmentIssuerOptions,
  type DevelopmentIssuerServices,
} from "./identity/development-issuer.ts";
export { Directory, type UserStanding } from "./identity/directory.ts";
export { type Entity, type EntityKind, entityKinds, entityRequirements, entitySchema } from "./identity/entity.ts";
export { isIban, normalizeIban } from "./identity/iban.ts";
export {
  type Delegation,
  defineIdentityTable,
  type IdentityItem,
  identityTableName,
  type Membership,
  type Organization,
} from "./identity/identity-table.ts";
export {
  type Issuer,
  type IssuerCall,
  type LoginRequest,
  type LoginResponse,
  type LogoutRequest,
  loginRequestSchema,
  logoutRequestSchema,
  type RefreshRequest,
  refreshRequestSchema,
  type SessionState,
  type SessionUser,
} from "./identity/issuer.ts";
export { type KeyCache, type KeySource, type RemoteKeysOptions, remoteKeys } from "./identity/key-set.ts";
export { accountLockOut, addressLockOut, type LockOut } from "./identity/login-attempts.ts";
export { type Identity, type IdentityOptions, openIdentity } from "./identity/open-identity.ts";
export { type Argon2Options, argon2Hasher, type PasswordHasher } from "./identity/password-hasher.ts";
export { type Revocable, Revocations } from "./identity/revocations.ts";
export type {
  Authentication,
  OrganizationMembership,
  Principal,
  SecurityContext,
} from "./identity/security-context.ts";
export { requireStrength, type Strength } from "./identity/strength.ts";
export {
  createTokenVerifier,
  type TokenVerifier,
  type TokenVerifierOptions,
  type VerifiedToken,
} from "./identity/token-verifier.ts";
export {
  cognitoIssuer,
  oktaIssuer,
  type PresetOptions,
  type SigningAlgorithm,
  signingAlgorithms,
  type TrustedIssuer,
} from "./identity/trusted-issuer.ts";
