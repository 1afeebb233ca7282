/**
 * Who may do what with evidence: identity, access, geography, usage, audit, approvals, keys.
 *
 * @module @artguard/governance
 */
export {
  type AccessChange,
  type AccessControl,
  type AccessDecision,
  type AccessExplanation,
  type AccessOptions,
  openAccess,
} from "./access/access-control.ts";
export { type AccessItem, accessTableName, defineAccessTable, type PolicyVersion } from "./access/access-table.ts";
export type { AttributeCondition, Attributes, Truth } from "./access/attribute-condition.ts";
export { type ColumnMask, type MaskKind, type MaskOptions, maskKinds } from "./access/column-mask.ts";
export {
  type AccessRequest,
  type Consideration,
  consider,
  type Decision,
  decide,
  permissionsOf,
} from "./access/decide.ts";
export { defaultPolicy } from "./access/default-policy.ts";
export { type Grant, type Grantee, grantSchema } from "./access/grant.ts";
export type { GrantName, NewGrant } from "./access/grant-repository.ts";
export { type Policy, parsePolicy, policySchema, type Rule } from "./access/policy.ts";
export type { PolicyChange, VersionedPolicy } from "./access/policy-store.ts";
export { type Classification, classifications, type Resource } from "./access/resource.ts";
export type { ContextReference, Row, RowCondition, RowFilter } from "./access/row-filter.ts";
export { type RowView, type RowViewOptions, rowView } from "./access/row-view.ts";
export type {
  ApprovalInput,
  ApprovalRequest,
  ApprovalUse,
  Challenge,
  SignedDecision,
} from "./approvals/approval-request.ts";
export { type ApprovalState, approvalStates, approvalTransitions } from "./approvals/approval-states.ts";
export {
  type ApprovalItem,
  type AssignmentItem,
  type Custodian,
  type CustodianPlace,
  custodianPlaces,
  custodianSchema,
  defineApprovalTable,
} from "./approvals/approval-table.ts";
export { type ApprovalPage, Approvals, type ApprovalsOptions, openApprovals } from "./approvals/approvals.ts";
export { canonicalHash, canonicalJson } from "./approvals/canonical-json.ts";
export { CustodianGate, type GatedChange } from "./approvals/custodian-gate.ts";
export { CustodianRegistry, type Custodians } from "./approvals/custodian-registry.ts";
export { custodianRole } from "./approvals/custodian-role.ts";
export {
  type CustodianDecision,
  type DecisionStatement,
  decisionBytes,
  decisions,
  newSigningKeys,
  signDecision,
} from "./approvals/decision.ts";
export { type EntityOf, owningEntity } from "./approvals/entity-of.ts";
export { type DeliverOptions, fileSink, type Notice, type NoticeSink } from "./approvals/outbox.ts";
export { type FolderKeys, folderKeysFile, openFolderKeys, readFolderKeys } from "./assembly/folder-keys.ts";
export { governanceTables } from "./assembly/governance-tables.ts";
export { type FolderPlace, openFolderPlace } from "./assembly/open-folder-place.ts";
export {
  type GovernancePlace,
  type GovernanceRooms,
  type OpenGovernance,
  type OpenGovernanceOptions,
  openGovernance,
} from "./assembly/open-governance.ts";
export { type AuditCategory, auditCategories, auditCategoryNames, retentionEnd } from "./audit/audit-category.ts";
export type { AuditDetails, AuditEvent, AuditLog, AuditOutcome } from "./audit/audit-log.ts";
export { type AuditTables, defineAuditTables } from "./audit/audit-tables.ts";
export type { AddressSetting } from "./audit/client-address.ts";
export type { ExportedLog } from "./audit/export-log.ts";
export { type LineSink, linesInFolder, linesTo } from "./audit/json-lines.ts";
export { type LogEntry, logEntrySchema } from "./audit/log-entry.ts";
export {
  type ConsistencyClaim,
  type Hash,
  type InclusionClaim,
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from "./audit/merkle-tree.ts";
export { type AuditLogOptions, openAuditLog, type TableAuditLog } from "./audit/open-audit-log.ts";
export type { ConsistencyProof, InclusionProof } from "./audit/prove-audit.ts";
export type { AuditQuery, FoundEntry } from "./audit/query-audit.ts";
export { type ReadCheckpointsOptions, readCheckpoints } from "./audit/read-checkpoints.ts";
export { type RotateAuditKeyOptions, rotateAuditKey } from "./audit/rotate-audit-key.ts";
export { type AuditKeyPair, newAuditKeyPair } from "./audit/signed-note.ts";
export type { SweptLog } from "./audit/sweep-log.ts";
export { formatTraceParent, newTraceId, parseTraceParent, type TraceParent } from "./audit/trace.ts";
export { type AuditReport, type VerifyAuditOptions, verifyAudit } from "./audit/verify-audit.ts";
export type { AuditFinding, AuditFindingKind, LogReport } from "./audit/verify-log.ts";
export { evidenceOperations } from "./evidence/evidence-operations.ts";
export {
  EvidenceReleases,
  type EvidenceServices,
  type ReleaseInput,
  type ReleaseName,
  type ReleaseReview,
  type RequestedRelease,
  releaseOperation,
} from "./evidence/evidence-releases.ts";
export { openProtectedImages, type ProtectedImages, type ProtectedImagesOptions } from "./evidence/protected-images.ts";
export { openEvidence, type Recipient, type SealedEvidence } from "./evidence/sealed-evidence.ts";
export { checkGeographyDatabase } from "./geography/check-geography-database.ts";
export { type Arrival, canonicalAddress, clientAddressOf, originOf } from "./geography/client-address.ts";
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
export { geographyOperations } from "./geography/geography-operations.ts";
export {
  defineGeographyTable,
  type GeographyItem,
  geographyTableName,
  type PlaceRule,
  placeRuleSchema,
} from "./geography/geography-table.ts";
export { judgePlace, type PlaceDecision } from "./geography/judge-place.ts";
export {
  type AccountServices,
  accountOperations,
  type NewAccount,
  type PasswordServices,
  passwordOperations,
} from "./identity/account-operations.ts";
export {
  type AnonymousSession,
  AnonymousSessions,
  type AnonymousSessionsOptions,
  anonymousScopes,
} from "./identity/anonymous-sessions.ts";
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
export {
  type DirectoryServices,
  directoryOperations,
  type MemberFacts,
  type OrganizationFacts,
} from "./identity/directory-operations.ts";
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
export type { CustodianPair, RecoveryPlan, RecoverySet, ShareHolder } from "./keys/ceremony.ts";
export { resealShare, type ShareRequest } from "./keys/custodian-share.ts";
export type { DataKey, DataKeys, ObjectKeyOptions } from "./keys/data-keys.ts";
export { type EncryptedObjectsOptions, encryptedObjects, type ObjectContext } from "./keys/encrypted-object-store.ts";
export { type KeyAlgorithm, keyAlgorithms, type PublicKey } from "./keys/entity-key-pair.ts";
export {
  type EntityKeyInfo,
  EntityKeys,
  type EntityKeysOptions,
  type KeyApprovals,
  type NewEntityKeys,
  type OpenedKey,
  type OpeningApproval,
  openEntityKeys,
} from "./keys/entity-keys.ts";
export type { KeyContext } from "./keys/key-context.ts";
export type { AskedOpening, KeyOpening, OpeningInput, OpeningPurpose } from "./keys/key-openings.ts";
export type { KeyCallOptions, KeyProvider, WrappedKey } from "./keys/key-provider.ts";
export type { RotationPlan, StagedRotation } from "./keys/key-rotation.ts";
export { defineKeyTable, type KeyItem, type Protection, protections } from "./keys/key-table.ts";
export { type KeyringSecret, LocalKeyring, type LocalKeyringOptions, openLocalKeyring } from "./keys/local-keyring.ts";
export { isEncryptedObject } from "./keys/object-cipher.ts";
export { newSealingKeys, type SealingKeys } from "./keys/sealed-box.ts";
export { auditOperations } from "./operation/audit-operations.ts";
export { approvalOperations } from "./operation/core-operations/approval-operations.ts";
export type { ServiceSweep } from "./operation/core-operations/service-operations.ts";
export {
  type CoreOperations,
  createGovernance,
  type Governance,
  type GovernanceOptions,
} from "./operation/create-governance.ts";
export {
  type DetailValue,
  type EnvelopeContext,
  type ErrorEnvelope,
  toErrorEnvelope,
} from "./operation/error-envelope.ts";
export {
  type Governed,
  type GovernedOptions,
  governed,
  type Outcome,
  type Recognition,
  type RefusedOutcome,
} from "./operation/governance.ts";
export { governedSweeps } from "./operation/governed-sweeps.ts";
export {
  type AnyOperation,
  type AuditMethod,
  auditMethods,
  defineOperation,
  type Meter,
  type Operation,
  type OperationCall,
} from "./operation/operation.ts";
export type {
  AccessGate,
  ApprovalGate,
  AskedFor,
  Authenticator,
  Credential,
  GeographyGate,
  GovernancePorts,
  GovernedRequest,
  Location,
  Network,
  UsageGate,
} from "./operation/ports.ts";
export {
  type PublicCode,
  publicCodeOf,
  publicCodes,
  publicCodeTable,
  publicRoomTable,
} from "./operation/public-codes.ts";
export { type Plans, plansSchema, type UsageLimit, type UsageSubject } from "./usage/plan.ts";
export { openUsage, type Usage, type UsageOptions, type UsageSink, uploadMeter } from "./usage/usage.ts";
export { type UsageEvent, usageEventSchema } from "./usage/usage-event.ts";
export type { Consumption } from "./usage/usage-refusal.ts";
export { defineUsageTable, type Metered, type Standing, type UsageItem, usageTableName } from "./usage/usage-table.ts";
export type { UsageReservation, Use } from "./usage/use.ts";
