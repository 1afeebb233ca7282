import { isArtGuardError } from "@artguard/core";
import type { AuditLog, AuditOutcome } from "../audit/audit-log.ts";
import { createSecurityContext } from "./create-security-context.ts";
import type { IssuerCall } from "./issuer.ts";

/** What is written down of one call of an issuer. */
export interface NotedCall extends IssuerCall {
  /** `noun.verb`, e.g. `identity.login`. */
  readonly operation: string;
  /** Whose session it is, once that is proven; an address that somebody claims proves nothing and is not written down. */
  readonly userIdOf: () => string | undefined;
  /** Whether its user has proven two factors; default no. */
  readonly isMultiFactor?: () => boolean;
}

/**
 * Does the work of a call of an issuer and writes to the audit log how it ended. A success that cannot be written down is
 * none; a refusal stays the refusal.
 */
export async function noted<Answer>(
  audit: AuditLog | undefined,
  call: NotedCall,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (!audit) return work();
  let answer: Answer;
  try {
    answer = await work();
  } catch (error) {
    await note(audit, call, "refused", error).catch(() => undefined);
    throw error;
  }
  await note(audit, call, "success");
  return answer;
}

function note(audit: AuditLog, call: NotedCall, outcome: AuditOutcome, error?: unknown): Promise<void> {
  const { operation, userIdOf, isMultiFactor, clientAddress, traceId } = call;
  const userId = userIdOf();
  const strength = userId === undefined ? "none" : isMultiFactor?.() ? "multi" : "single";
  const context = createSecurityContext({
    principal: userId === undefined ? { kind: "anonymous", id: "anonymous" } : { kind: "user", id: userId },
    authentication: { method: "password", strength },
    ...(clientAddress !== undefined && { clientAddress }),
    ...(traceId !== undefined && { traceId }),
  });
  const isReused = isArtGuardError(error, "identity.refresh-reused");
  return audit.logSecurityEvent(context, {
    type: operation,
    operation,
    outcome,
    severity: isReused ? "critical" : outcome === "success" ? "info" : "warning",
    ...(error !== undefined && { details: { reason: isArtGuardError(error) ? error.code : "unknown" } }),
  });
}
