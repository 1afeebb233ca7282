export type { AuditDetails, AuditEvent, AuditLog, AuditOutcome } from "./audit/audit-log.ts";
export type {
  Authentication,
  OrganizationMembership,
  Principal,
  SecurityContext,
} from "./identity/security-context.ts";
