import { randomBytes } from "node:crypto";
import { ArtGuardError } from "@artguard/core";
import type { SecurityContext } from "./security-context.ts";

/** What {@link createSecurityContext} is given: only who acts and how sure that is have no default. */
export type SecurityContextInput = Pick<SecurityContext, "principal" | "authentication"> & Partial<SecurityContext>;

const traceForm = /^(?!0{32})[0-9a-f]{32}$/;
const countryForm = /^[A-Z]{2}$/;

/**
 * Makes the context of one request: a copy of what it is given, frozen to the last list. Organisations, roles and
 * permissions are empty by default, and the trace is a new one.
 *
 * @throws ArtGuardError `identity.invalid-input` for an id that is empty or the operator's, a trace id or a country of a wrong form.
 * @example
 * const context = createSecurityContext({
 *   principal: { kind: "user", id: "ada" },
 *   authentication: { method: "token", strength: "single" },
 * });
 */
export function createSecurityContext(input: SecurityContextInput): SecurityContext {
  const { traceId = newTraceId(), organizations = [], roles = [], permissions = [] } = input;
  const { id, kind } = input.principal;
  if (id === "") throw invalid("principal.id: expected at least one character");
  // What the operator made belongs to `local`: a user of that name would own it.
  if (kind !== "local" && id === "local") throw invalid("principal.id: local is the operator of this machine");
  if (!traceForm.test(traceId)) throw invalid("traceId: expected 32 lower-case hexadecimal digits, not all 0");
  if (input.country !== undefined && !countryForm.test(input.country)) {
    throw invalid("country: expected two letters of ISO 3166-1");
  }
  return deeplyFrozen(structuredClone({ ...input, traceId, organizations, roles, permissions }));
}

/**
 * The operator of this machine, in this process: the one caller that nothing is asked of.
 *
 * @param traceId Default a new one.
 * @example
 * const operator = localContext();
 * await approvals.custodians.assign(operator, "museum-1", "ana", "ben");
 */
export function localContext(traceId = newTraceId()): SecurityContext {
  return createSecurityContext({
    principal: { kind: "local", id: "local" },
    authentication: { method: "local", strength: "single" },
    permissions: ["*"],
    traceId,
  });
}

function newTraceId(): string {
  return randomBytes(16).toString("hex");
}

function deeplyFrozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) deeplyFrozen(part);
    Object.freeze(value);
  }
  return value;
}

function invalid(problem: string): ArtGuardError {
  return new ArtGuardError("identity.invalid-input", problem);
}
