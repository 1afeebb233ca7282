import { createHash } from "node:crypto";
import { ArtGuardError, type JsonValue } from "@artguard/core";
import type { Resource } from "../access/resource.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import type { Approvals } from "./approvals.ts";
import type { EntityOf } from "./entity-of.ts";

/** What custodians are asked to agree to, as the rooms that ask have it. */
export interface GatedChange {
  readonly operation: string;
  readonly resource: Resource;
  readonly input: unknown;
  readonly purpose?: string;
}

/**
 * Lets operations, delegations and changes of networks happen once for each time that custodians agreed.
 *
 * @example
 * const gate = new CustodianGate(approvals, owningEntity);
 */
export class CustodianGate {
  readonly #approvals: Pick<Approvals, "find" | "requestApproval" | "consume">;
  readonly #entityOf: EntityOf;

  /** @param entityOf Whose custodians decide about a thing. */
  constructor(approvals: Pick<Approvals, "find" | "requestApproval" | "consume">, entityOf: EntityOf) {
    this.#approvals = approvals;
    this.#entityOf = entityOf;
  }

  /**
   * Asks the custodians, or finds the caller's open request for the same.
   *
   * @returns the id of the request.
   * @throws ArtGuardError `approvals.no-custodians`, `approvals.self-approval`
   */
  async request(context: SecurityContext, change: GatedChange): Promise<string> {
    const asked = askedJson(change);
    const open = await this.#approvals.find(context, asked);
    if (open) return open.approval_id;
    const { operation } = change;
    const entityId = this.#guardianOf(change.resource);
    return (await this.#approvals.requestApproval(context, { entityId, operation, asked })).approval_id;
  }

  /** Uses an approval up. @throws as `Approvals.consume` */
  async consume(context: SecurityContext, approvalId: string, change: GatedChange): Promise<void> {
    await this.#approvals.consume(context, { approvalId, asked: askedJson(change) });
  }

  #guardianOf(resource: Resource): string {
    const entityId = this.#entityOf(resource);
    if (entityId !== undefined) return entityId;
    throw new ArtGuardError("approvals.no-custodians", `nobody guards this ${resource.kind}`);
  }
}

/** What is asked as plain data: bytes by their SHA-256, functions left out. */
export function askedJson({ operation, resource, input, purpose }: GatedChange): JsonValue {
  return plain({ operation, resource, input, ...(purpose !== undefined && { purpose }) });
}

function plain(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return { sha256: createHash("sha256").update(value).digest("hex") };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined && typeof part !== "function");
    return Object.fromEntries(entries.map(([name, part]) => [name, plain(part)]));
  }
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new ArtGuardError("approvals.invalid-input", `what is asked holds a ${typeof value} that JSON cannot say`);
}
