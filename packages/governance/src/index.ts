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
export type { ApprovalInput, ApprovalRequest, Challenge, SignedDecision } from "./approvals/approval-request.ts";
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
export { Approvals, type ApprovalsOptions, openApprovals } from "./approvals/approvals.ts";
export { canonicalHash, canonicalJson } from "./approvals/canonical-json.ts";
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
export { type DeliverOptions, fileSink, type Notice, type NoticeSink } from "./approvals/outbox.ts";
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
export { type RotateAuditKeyOptions, rotateAuditKey } from "./audit/rotate-audit-key.ts";
export { type AuditKeyPair, newAuditKeyPair } from "./audit/signed-note.ts";
export type { SweptLog } from "./audit/sweep-log.ts";
export { formatTraceParent, newTraceId, parseTraceParent, type TraceParent } from "./audit/trace.ts";
export { type AuditReport, type VerifyAuditOptions, verifyAudit } from "./audit/verify-audit.ts";
export type { AuditFinding, AuditFindingKind, LogReport } from "./audit/verify-log.ts";
export type {
  Authentication,
  OrganizationMembership,
  Principal,
  SecurityContext,
} from "./identity/security-context.ts";
export type { CustodianPair, RecoveryPlan, RecoverySet, ShareHolder } from "./keys/ceremony.ts";
export { resealShare, type ShareRequest } from "./keys/custodian-share.ts";
export type { DataKey, DataKeys } from "./keys/data-keys.ts";
export { type EncryptedObjectsOptions, encryptedObjects, type ObjectContext } from "./keys/encrypted-object-store.ts";
export { type KeyAlgorithm, keyAlgorithms, type PublicKey } from "./keys/entity-key-pair.ts";
export {
  type EntityKeyInfo,
  EntityKeys,
  type EntityKeysOptions,
  type KeyApprovals,
  type NewEntityKeys,
  type OpenedKey,
  openEntityKeys,
} from "./keys/entity-keys.ts";
export type { KeyContext } from "./keys/key-context.ts";
export type { AskedOpening, KeyOpening, OpeningInput, OpeningPurpose } from "./keys/key-openings.ts";
export type { KeyCallOptions, KeyProvider, WrappedKey } from "./keys/key-provider.ts";
export type { RotationPlan, StagedRotation } from "./keys/key-rotation.ts";
export { defineKeyTable, type KeyItem, type Protection, protections } from "./keys/key-table.ts";
export { type KeyringSecret, LocalKeyring, type LocalKeyringOptions, openLocalKeyring } from "./keys/local-keyring.ts";
export { newSealingKeys, type SealingKeys } from "./keys/sealed-box.ts";
export { auditOperations } from "./operation/audit-operations.ts";
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
export { type Governed, type GovernedOptions, governed, type Outcome } from "./operation/governance.ts";
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
