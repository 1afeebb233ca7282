export {
  type AuditCategory,
  auditCategories,
  auditCategoryNames,
  retentionEnd,
} from "./audit/audit-category.ts";
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
