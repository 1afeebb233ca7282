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
