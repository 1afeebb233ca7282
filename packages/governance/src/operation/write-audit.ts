import { ArtGuardError } from "@artguard/core";
import type { AuditEvent, AuditLog } from "../audit/audit-log.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import type { AnyOperation, AuditMethod } from "./operation.ts";

/** Writes an entry with the method of its category. */
export function writeAudit(
  audit: AuditLog,
  category: AuditMethod,
  context: SecurityContext,
  event: AuditEvent,
): Promise<void> {
  switch (category) {
    case "security":
      return audit.logSecurityEvent(context, event);
    case "data-access":
      return audit.logDataAccess(context, event);
    case "query":
      return audit.logQueryExecution(context, event);
    case "system":
      return audit.logSystemEvent(context, event);
    case "custodian-approval":
      return audit.logCustodianApproval(context, event);
  }
}

/** Whether an operation is not done, or its result withheld, when its entry cannot be written: all but system reads. */
export function failsClosed({ effect, audit }: Pick<AnyOperation, "effect" | "audit">): boolean {
  return effect === "change" || audit !== "system";
}

/** What a caller is told whose operation must not go unseen. @param performed Whether it was done all the same. */
export function auditUnavailable(performed: boolean, cause: unknown): ArtGuardError {
  const done = performed ? "the operation was performed" : "nothing was done";
  return new ArtGuardError("operation.audit-unavailable", `the audit log could not be written; ${done}`, {
    details: { performed },
    cause,
  });
}
