import { createPublicKey } from "node:crypto";
import {
  ArtGuardError,
  type Condition,
  epochMillisecondsSchema,
  isArtGuardError,
  putAction,
  type Table,
  type TableStore,
} from "@artguard/core";
import type { AuditDetails, AuditEvent, AuditLog } from "../audit/audit-log.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import {
  type ApprovalItem,
  type AssignmentItem,
  approvalItemId,
  assignmentItemSchema,
  type Custodian,
  custodianItemSchema,
  custodianSchema,
} from "./approval-table.ts";

/** Primary and secondary custodian of an entity. */
export interface Custodians {
  readonly primary: Custodian;
  readonly secondary: Custodian;
}

/**
 * Who the custodians are and whose.
 *
 * @example
 * const custodians: CustodianRegistry = approvals.custodians;
 * await custodians.assign(context, "museum-1", "ana", "ben");
 */
export class CustodianRegistry {
  readonly #store: TableStore;
  readonly #table: Table<ApprovalItem>;
  readonly #audit: AuditLog;
  readonly #now: () => number;

  /** @param now Clock in epoch milliseconds. */
  constructor(store: TableStore, table: Table<ApprovalItem>, audit: AuditLog, now: () => number) {
    this.#store = store;
    this.#table = table;
    this.#audit = audit;
    this.#now = now;
  }

  /**
   * Registers a custodian, or replaces the keys of one: decisions signed by the old key do not count any more.
   *
   * @throws ArtGuardError `approvals.invalid-input`
   */
  async register(context: SecurityContext, custodian: Custodian): Promise<void> {
    const parsed = custodianSchema.safeParse(custodian);
    if (!parsed.success || !isKey(custodian.signing_key, "ed25519") || !isKey(custodian.sealing_key, "x25519")) {
      throw new ArtGuardError("approvals.invalid-input", "a custodian needs ids, an Ed25519 key and an X25519 key");
    }
    const id = approvalItemId.custodian(custodian.custodian_id);
    await this.#table.put({ ...parsed.data, id, kind: "custodian", created_at: this.#moment() });
    const { custodian_id, person_id } = custodian;
    await this.#log(context, "custodian.registered", { kind: "custodian", id: custodian_id }, { person_id });
  }

  /** @throws ArtGuardError `approvals.no-custodians` for an unknown id. */
  async custodian(custodianId: string): Promise<Custodian> {
    const item = await this.#table.get({ id: approvalItemId.custodian(custodianId) }, { consistent: true });
    if (!item) throw new ArtGuardError("approvals.no-custodians", `nobody is registered as ${custodianId}`);
    const { custodian_id, person_id, signing_key, sealing_key } = custodianItemSchema.parse(item);
    return { custodian_id, person_id, signing_key, sealing_key };
  }

  /**
   * Makes two custodians those of an entity; who they were stays in its history.
   *
   * @throws ArtGuardError `approvals.no-custodians`, `approvals.not-distinct`, `approvals.illegal-transition` when somebody
   * else assigned others at the same time.
   */
  async assign(context: SecurityContext, entityId: string, primaryId: string, secondaryId: string): Promise<void> {
    assertDistinct({ primary: await this.custodian(primaryId), secondary: await this.custodian(secondaryId) });
    const before = await this.#assignment(entityId);
    const version = (before?.version ?? 0) + 1;
    const assignment: AssignmentItem = {
      id: approvalItemId.assignment(entityId),
      kind: "assignment",
      version,
      primary_id: primaryId,
      secondary_id: secondaryId,
      assigned_by: context.principal.id,
      created_at: this.#moment(),
    };
    const past = { ...assignment, id: approvalItemId.pastAssignment(entityId, version), assigned_to: entityId };
    const unchanged: Condition<ApprovalItem> = before
      ? { attribute: "version", equals: before.version }
      : { item: "absent" };
    const { definition } = this.#table;
    try {
      await this.#store.transact([putAction(definition, assignment, unchanged), putAction(definition, past)]);
    } catch (cause) {
      if (!isArtGuardError(cause, "storage.transaction-cancelled")) throw cause;
      throw new ArtGuardError("approvals.illegal-transition", "somebody else assigned custodians meanwhile", { cause });
    }
    const custodians = [primaryId, secondaryId];
    await this.#log(context, "custodian.assigned", { kind: "entity", id: entityId }, { custodians });
  }

  /** @throws ArtGuardError `approvals.no-custodians`, `approvals.not-distinct` when both are one person meanwhile. */
  async custodiansOf(entityId: string): Promise<Custodians> {
    const assignment = await this.#assignment(entityId);
    if (!assignment) throw new ArtGuardError("approvals.no-custodians", `${entityId} has no custodians`);
    const { primary_id, secondary_id } = assignment;
    const custodians = { primary: await this.custodian(primary_id), secondary: await this.custodian(secondary_id) };
    assertDistinct(custodians);
    return custodians;
  }

  /** Every assignment that the entity has had, the newest first; at most 1000. */
  async history(entityId: string): Promise<AssignmentItem[]> {
    const { items } = await this.#table.query({
      index: "assignment-index",
      partition: entityId,
      order: "newest_first",
      limit: 1000,
    });
    return items.map((item) => assignmentItemSchema.parse(item));
  }

  async #assignment(entityId: string): Promise<AssignmentItem | undefined> {
    const item = await this.#table.get({ id: approvalItemId.assignment(entityId) }, { consistent: true });
    return item && assignmentItemSchema.parse(item);
  }

  #moment() {
    return epochMillisecondsSchema.parse(this.#now());
  }

  #log(
    context: SecurityContext,
    type: string,
    resource: NonNullable<AuditEvent["resource"]>,
    details: AuditDetails,
  ): Promise<void> {
    return this.#audit.logCustodianApproval(context, { type, operation: type, outcome: "success", resource, details });
  }
}

function assertDistinct({ primary, secondary }: Custodians): void {
  if (primary.person_id !== secondary.person_id && primary.custodian_id !== secondary.custodian_id) return;
  throw new ArtGuardError("approvals.not-distinct", "the custodians must be two persons");
}

function isKey(base64: string, type: string): boolean {
  try {
    return (
      createPublicKey({ key: Buffer.from(base64, "base64"), format: "der", type: "spki" }).asymmetricKeyType === type
    );
  } catch {
    return false;
  }
}
