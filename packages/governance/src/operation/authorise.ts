import { ArtGuardError } from "@artguard/core";
import type { AccessDecision } from "../access/access-control.ts";
import { owns } from "../access/attribute-condition.ts";
import type { Resource } from "../access/resource.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import type { Operation } from "./operation.ts";
import type { AccessGate } from "./ports.ts";

/** What was decided about a call, on what, and why. */
export interface Permit {
  /** A placeholder where there is no such thing. */
  readonly resource: Resource;
  readonly decision: AccessDecision;
  /** What the caller is told instead. */
  readonly refusal?: ArtGuardError;
}

/**
 * Decides whether the caller may do this to that. Whoever may not know of the target gets the answer of a target that is
 * not there, after the same reads: what differs between the two never reaches the caller.
 *
 * @returns with `access.denied`, `access.step-up-required`, or what the operation says of an absent target, as a refusal.
 */
export async function authorise<Input>(
  operation: Operation<Input, unknown>,
  input: Input,
  { context, purpose = operation.purpose }: { context: SecurityContext; purpose?: string | undefined },
  access: AccessGate,
): Promise<Permit> {
  const target = await operation.target(input, context);
  const classification = operation.classification ?? "internal";
  const resource: Resource = { classification, ...(target ?? placeholderOf(operation)) };
  const ask = (asked: Resource) =>
    access.validateAccess({
      context,
      permission: operation.permission,
      resource: asked,
      ...(purpose !== undefined && { purpose }),
    });
  const decision = await ask(resource);
  const permit = { resource, decision };
  if (decision.allowed && target) return permit;
  if (target && owns(context, target)) {
    return { ...permit, refusal: decision.needsStepUp ? stepUpRequired() : denied(operation.permission) };
  }
  const refusal = await refusalOfAbsent(operation, input, context, ask);
  return { ...permit, refusal: decision.needsStepUp ? stepUpRequired() : refusal };
}

/**
 * What somebody is told of a thing that is not there: by what the caller may do with things of nobody, and with things of
 * its own. That depends on the caller alone, never on a thing that is there.
 */
async function refusalOfAbsent<Input>(
  operation: Operation<Input, unknown>,
  input: Input,
  { principal }: SecurityContext,
  ask: (resource: Resource) => Promise<AccessDecision>,
): Promise<ArtGuardError> {
  const ofNobody = { ...placeholderOf(operation), classification: operation.classification ?? "internal" };
  const decision = await ask(ofNobody);
  if (decision.needsStepUp) return stepUpRequired();
  const mayKnow = decision.allowed || (await ask({ ...ofNobody, ownerId: principal.id })).allowed;
  return (mayKnow && operation.absent?.(input)) || denied(operation.permission);
}

/** A thing of the operation's kind that nobody has. */
function placeholderOf({ permission }: { readonly permission: string }): Resource {
  return { kind: permission.slice(0, permission.indexOf(".")), id: "-" };
}

export function denied(permission: string): ArtGuardError {
  return new ArtGuardError("access.denied", "the caller lacks the permission for this operation", {
    details: { required_permissions: permission },
  });
}

function stepUpRequired(): ArtGuardError {
  return new ArtGuardError("access.step-up-required", "this operation needs a second factor proven a short time ago");
}
