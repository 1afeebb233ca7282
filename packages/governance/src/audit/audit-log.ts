import type { SecurityContext } from "../identity/security-context.ts";

/** How an audited step ended. */
export type AuditOutcome = "success" | "refused" | "failed";

/** Facts of an audited step. Secrets and personal data are redacted before anything is written. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** One audited step. */
export interface AuditEvent {
  /** `noun.verb`, e.g. `access.refused`, `analysis.read`. */
  readonly type: string;
  /** Name of the operation. */
  readonly operation: string;
  readonly outcome: AuditOutcome;
  readonly severity?: "info" | "warning" | "critical";
  /** What it was about. */
  readonly resource?: { readonly kind: string; readonly id: string };
  readonly details?: AuditDetails;
}

/** Writes what happened, so that nobody can change it later unseen. A call returns when the entry is durable. */
export interface AuditLog {
  /** Authentication, authorisation, geography, keys. Kept 7 years. */
  logSecurityEvent(context: SecurityContext, event: AuditEvent): Promise<void>;
  /** Who read or changed whose data. Kept 7 years. */
  logDataAccess(context: SecurityContext, event: AuditEvent): Promise<void>;
  /** Kept 3 years. */
  logQueryExecution(context: SecurityContext, event: AuditEvent): Promise<void>;
  /** Requests, errors, operation of the service. Kept 1 year. */
  logSystemEvent(context: SecurityContext, event: AuditEvent): Promise<void>;
  /** Requests for approval and decisions on them. Kept 7 years. */
  logCustodianApproval(context: SecurityContext, event: AuditEvent): Promise<void>;
}
