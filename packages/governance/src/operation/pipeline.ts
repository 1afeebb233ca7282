import { ArtGuardError, isArtGuardError } from "@artguard/core";
import type { AuditDetails, AuditEvent, AuditOutcome } from "../audit/audit-log.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import type { UsageReservation } from "../usage/use.ts";
import { authorise, denied, type Permit } from "./authorise.ts";
import type { AnyOperation, OperationCall } from "./operation.ts";
import type { AskedFor, GovernancePorts, GovernedRequest, Location } from "./ports.ts";
import { type NamedOperation, nameOf, type OperationRegistry } from "./registry.ts";
import { auditUnavailable, failsClosed, writeAudit } from "./write-audit.ts";

/** How a call ended, and for whom. */
export type Passage = { readonly ok: true; readonly output: unknown; readonly context: SecurityContext } | Refusal;

/** Why nothing came of a call. */
export interface Refusal {
  readonly ok: false;
  readonly error: unknown;
  readonly context: SecurityContext;
}

/**
 * The one way to every operation: trace → network and geography → authenticate → context → authorise → reserve usage →
 * approval → handler → commit or release → audit. Refusals are audited too.
 */
export class Pipeline {
  readonly #registry: OperationRegistry;
  readonly #ports: GovernancePorts;

  constructor(registry: OperationRegistry, ports: GovernancePorts) {
    this.#registry = registry;
    this.#ports = ports;
  }

  /** Nothing is thrown: what went wrong is in the passage, with what is known of the caller. */
  async pass(asked: string | NamedOperation, input: unknown, request: GovernedRequest): Promise<Passage> {
    const name = nameOf(asked);
    const caller = await this.#callerOf(request);
    const { context } = caller;
    if ("refusal" in caller) return this.#refused("security", context, name, caller.refusal);
    let operation: AnyOperation;
    let parsed: unknown;
    try {
      operation = this.#registry.get(asked);
      parsed = parseInput(operation, input);
    } catch (error) {
      return this.#refused("system", context, name, error);
    }
    let permit: Permit;
    try {
      permit = await authorise(operation, parsed, { context, purpose: request.purpose }, this.#ports.access);
    } catch (error) {
      return this.#refused("security", context, name, error);
    }
    if (permit.refusal) {
      return this.#refused("security", context, name, permit.refusal, factsOf(operation, permit, parsed));
    }
    const purpose = request.purpose ?? operation.purpose;
    const call: OperationCall = {
      context,
      operationId: this.#ports.newId(),
      ...(purpose !== undefined && { purpose }),
      ...(request.signal && { signal: request.signal }),
    };
    return new Execution(operation, parsed, permit, call, this.#ports).run(request.approvalId);
  }

  /** Who asks, when it is not known yet for what: refused is whoever would be refused whatever it is. */
  async recognize(name: string, request: GovernedRequest): Promise<{ ok: true; context: SecurityContext } | Refusal> {
    const caller = await this.#callerOf(request);
    const { context } = caller;
    if ("refusal" in caller) return this.#refused("security", context, name, caller.refusal);
    try {
      const { permission } = this.#registry.get(name);
      const isNobody = context.principal.kind === "anonymous";
      if (isNobody && (await this.#ports.access.couldAllow?.(context, permission)) === false) throw denied(permission);
    } catch (error) {
      return this.#refused("security", context, name, error);
    }
    return { ok: true, context };
  }

  /** Who acts, from where. Until that is known, it is nobody. */
  async #callerOf(request: GovernedRequest): Promise<{ context: SecurityContext; refusal?: unknown }> {
    if (request.context) return { context: request.context };
    const { traceIdOf, geography, identity } = this.#ports;
    const traceId = traceIdOf(request.traceparent);
    let context = nobody(traceId);
    try {
      const location = (await geography?.locate(request.network ?? {})) ?? {};
      context = nobody(traceId, location);
      const facts = { ...location, traceId, ...(request.signal && { signal: request.signal }) };
      context = await identity.authenticate(request.credential ?? { kind: "none" }, facts);
      await geography?.admit(context);
      return { context };
    } catch (refusal) {
      return { context, refusal };
    }
  }

  async #refused(
    category: "security" | "system",
    context: SecurityContext,
    operation: string,
    error: unknown,
    facts: Pick<AuditEvent, "resource" | "details"> = {},
  ): Promise<Refusal> {
    try {
      await writeAudit(this.#ports.audit, category, context, {
        type: category === "security" ? "access.refused" : "operation.refused",
        operation,
        outcome: "refused",
        severity: "warning",
        ...facts,
        details: { ...facts.details, reason: reasonOf(error) },
      });
    } catch (failure) {
      // Nothing is done either way; the refusal says more than the failure would.
      this.#ports.onAuditFailure(failure);
    }
    return { ok: false, error, context };
  }
}

/** One operation that may be done, from its reservation to its last audit entry. */
class Execution {
  readonly #operation: AnyOperation;
  readonly #input: unknown;
  readonly #permit: Permit;
  readonly #call: OperationCall;
  readonly #ports: GovernancePorts;

  constructor(operation: AnyOperation, input: unknown, permit: Permit, call: OperationCall, ports: GovernancePorts) {
    this.#operation = operation;
    this.#input = input;
    this.#permit = permit;
    this.#call = call;
    this.#ports = ports;
  }

  async run(approvalId: string | undefined): Promise<Passage> {
    const { context } = this.#call;
    let reservation: UsageReservation | undefined;
    let performed = false;
    try {
      reservation = await this.#reserve();
      await this.#approve(approvalId);
      await this.#announce();
      const output = await this.#operation.handler(this.#input, this.#call);
      performed = true;
      await reservation?.commit(this.#operation.meter?.eventId?.(output));
      await this.#conclude();
      await this.#operation.settled?.(this.#input, this.#call);
      return { ok: true, output, context };
    } catch (error) {
      if (!performed) await this.#release(reservation);
      if (!isArtGuardError(error, "operation.audit-unavailable")) await this.#report(error, performed);
      return { ok: false, error, context };
    }
  }

  async #reserve(): Promise<UsageReservation | undefined> {
    const { meter, name } = this.#operation;
    const { context, operationId } = this.#call;
    if (!meter) return undefined;
    return this.#ports.usage?.reserve({
      operationId,
      operation: name,
      meter: meter.name,
      quantity: meter.quantity?.(this.#input) ?? 1,
      subjects: meter.subjects?.(this.#input, context) ?? [{ kind: "user", id: context.principal.id }],
    });
  }

  async #approve(approvalId: string | undefined): Promise<void> {
    const { approval, name } = this.#operation;
    const { approvals, approvalFor } = this.#ports;
    if (approval === undefined && !approvalFor.has(name)) return;
    const { context, purpose } = this.#call;
    const asked: AskedFor = {
      operation: name,
      resource: this.#permit.resource,
      input: this.#input,
      ...(purpose !== undefined && { purpose }),
    };
    if (approvals && approvalId !== undefined) return approvals.consume(context, approvalId, asked);
    const approval_id = await approvals?.request(context, asked);
    throw new ArtGuardError("operation.approval-required", `${name} needs the approval of custodians`, {
      details: { ...(approval_id !== undefined && { approval_id }) },
    });
  }

  /** A change is written down before it is made: what the log does not take does not happen. */
  async #announce(): Promise<void> {
    if (this.#operation.effect === "read") return;
    try {
      await this.#write("operation.begun", "success");
    } catch (error) {
      throw auditUnavailable(false, error);
    }
  }

  async #conclude(): Promise<void> {
    try {
      await this.#write(this.#operation.name, "success");
    } catch (error) {
      if (failsClosed(this.#operation)) throw auditUnavailable(true, error);
      this.#ports.onAuditFailure(error);
    }
  }

  async #report(error: unknown, performed: boolean): Promise<void> {
    const outcome = isRefusal(error) ? "refused" : "failed";
    try {
      await this.#write(this.#operation.name, outcome, { reason: reasonOf(error), performed });
    } catch (failure) {
      this.#ports.onAuditFailure(failure);
    }
  }

  /** What cannot be given back now is given back when its lease ends. */
  async #release(reservation: UsageReservation | undefined): Promise<void> {
    try {
      await reservation?.release();
    } catch (error) {
      this.#ports.onAuditFailure(error);
    }
  }

  #write(type: string, outcome: AuditOutcome, more: AuditDetails = {}): Promise<void> {
    const { name, audit } = this.#operation;
    const { context, operationId } = this.#call;
    const { details, ...facts } = factsOf(this.#operation, this.#permit, this.#input);
    return writeAudit(this.#ports.audit, audit, context, {
      type,
      operation: name,
      outcome,
      severity: outcome === "success" ? "info" : "warning",
      ...facts,
      details: { operation_id: operationId, ...details, ...more },
    });
  }
}

/** On what, or of whom where it is no single thing, by which permission, what decided it, and what the operation tells of its input. */
function factsOf(
  { permission, facts }: AnyOperation,
  { resource: { kind, id, ownerId }, decision }: Permit,
  input: unknown,
): { resource?: { kind: string; id: string }; details: AuditDetails } {
  return {
    ...(id !== undefined && { resource: { kind, id } }),
    details: {
      ...facts?.(input),
      ...(id === undefined && ownerId !== undefined && { owner_id: ownerId }),
      permission,
      policy_version: decision.policyVersion,
      ...(decision.decidedBy && { decided_by: `${decision.decidedBy.source}:${decision.decidedBy.id}` }),
    },
  };
}

function parseInput(operation: AnyOperation, input: unknown): unknown {
  const parsed = operation.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const field = path.join(".") || "input";
  throw new ArtGuardError("operation.invalid-input", `${field}: ${message}`, { details: { field } });
}

/** The context of whoever has not said yet who they are. */
function nobody(traceId: string, { clientAddress, country }: Location = {}): SecurityContext {
  return Object.freeze({
    principal: Object.freeze({ kind: "anonymous", id: "anonymous" }),
    organizations: Object.freeze([]),
    roles: Object.freeze([]),
    permissions: Object.freeze([]),
    traceId,
    authentication: Object.freeze({ method: "none", strength: "none" }),
    ...(clientAddress !== undefined && { clientAddress }),
    ...(country !== undefined && { country }),
  } as const);
}

function isRefusal(error: unknown): boolean {
  return ["access.", "usage.", "approvals.", "operation.", "identity.", "geography."].some((room) =>
    isArtGuardError(error, room),
  );
}

/** Of errors that are not ours only the kind: their messages can hold anything. */
function reasonOf(error: unknown): string {
  if (isArtGuardError(error)) return error.code;
  return error instanceof Error ? error.name : "unknown";
}
