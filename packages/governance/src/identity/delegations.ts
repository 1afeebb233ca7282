import { randomBytes } from "node:crypto";
import {
  ArtGuardError,
  type EpochMilliseconds,
  epochMillisecondsSchema,
  epochSecondsSchema,
  type Table,
  type UserId,
  userIdOf,
} from "@artguard/core";
import type { ChangeApproval, ChangeAskedFor } from "./approval-gate.ts";
import { type Delegation, delegationSchema, type IdentityItem, identityKey, memberKey } from "./identity-table.ts";
import { itemsThrough } from "./read-items.ts";
import type { OrganizationMembership, SecurityContext } from "./security-context.ts";

/** What a member lets somebody else do in the member's place. */
export interface NewDelegation {
  readonly organizationId: string;
  /** Who shall act. */
  readonly userId: string;
  /** Of the roles that the member has there itself. */
  readonly roles: readonly string[];
  /** Epoch milliseconds until which it holds, at most a year ahead. */
  readonly validUntil: number;
}

/** Options of {@link Delegations}. */
export interface DelegationsOptions {
  /** Asks custodians for delegations; without it none can be made. */
  readonly approvals?: ChangeApproval;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

const longestMs = 366 * 86_400_000;

/**
 * Who acts for whom in an organisation: with roles that the giver has, and only while the giver has them.
 *
 * @example
 * const delegates = await identity.directory.delegations.delegatesOf("ada");
 */
export class Delegations {
  readonly #table: Table<IdentityItem>;
  readonly #approvals: ChangeApproval | undefined;
  readonly #now: () => number;

  constructor(table: Table<IdentityItem>, { approvals, now = Date.now }: DelegationsOptions = {}) {
    this.#table = table;
    this.#approvals = approvals;
    this.#now = now;
  }

  /**
   * Lets somebody else act in the caller's place. Custodians must agree: called without `approvalId` it asks them and is
   * refused with the id; called with it, the same delegation is made. What was itself delegated cannot be delegated again.
   *
   * @throws ArtGuardError `identity.approval-required` with `details.approval_id`; `identity.not-a-member` for roles that
   * the caller does not have there; `identity.invalid-input`; what the approvals say of a wrong `approvalId`.
   */
  async create(context: SecurityContext, delegation: NewDelegation, approvalId?: string): Promise<Delegation> {
    const { organizationId, roles } = delegation;
    const delegator_id = userIdOf(context.principal.id);
    await this.#assertHolds(delegator_id, organizationId, roles);
    const item = this.#itemOf(delegation, delegator_id, approvalId ?? "-");
    const asked: ChangeAskedFor = {
      operation: "organization.delegate",
      resource: { kind: "organization", id: organizationId, organizationId },
      input: { ...delegation, roles: [...roles] },
    };
    if (!this.#approvals) throw approvalRequired();
    if (approvalId === undefined) throw approvalRequired(await this.#approvals.request(context, asked));
    await this.#approvals.consume(context, approvalId, asked);
    await this.#table.put(item);
    return item;
  }

  /**
   * Ends a delegation to a user; either of the two can ask for it.
   *
   * @throws ArtGuardError `identity.not-a-member` when neither does.
   */
  async revoke(context: SecurityContext, userId: string, delegationId: string): Promise<void> {
    const item = await this.find(userId, delegationId);
    const people: readonly (string | undefined)[] = [item?.user_id, item?.delegator_id];
    if (!people.includes(context.principal.id)) throw notAMember();
    await this.#table.delete(delegationKey(userId, delegationId));
  }

  /** A delegation to a user, or undefined. */
  async find(userId: string, delegationId: string): Promise<Delegation | undefined> {
    const item = await this.#table.get(delegationKey(userId, delegationId), { consistent: true });
    return item && delegationSchema.parse(item);
  }

  /** Users who act for a user now. Found through an index: one of this moment may be missing. */
  async delegatesOf(userId: string): Promise<string[]> {
    const items = await itemsThrough(this.#table, "delegator-index", userId);
    const current = items.map((item) => delegationSchema.parse(item)).filter((item) => this.#holds(item));
    return [...new Set(current.map((item) => item.user_id))];
  }

  /** What delegations are worth now: the roles that their givers still have themselves. */
  async worthOf(delegations: readonly Delegation[]): Promise<OrganizationMembership[]> {
    const current = delegations.filter((item) => this.#holds(item));
    const keys = current.map(({ organization_id, delegator_id }) => memberKey(organization_id, delegator_id));
    const givers = await this.#table.batchGet(keys, { consistent: true });
    return current
      .map(({ organization_id, roles }, index) => ({
        organizationId: organization_id,
        roles: roles.filter((role) => givers[index]?.roles?.includes(role)),
      }))
      .filter(({ roles }) => roles.length > 0);
  }

  #holds({ valid_until }: Delegation): boolean {
    return this.#now() < valid_until;
  }

  async #assertHolds(userId: UserId, organizationId: string, roles: readonly string[]): Promise<void> {
    const item = await this.#table.get(memberKey(organizationId, userId), { consistent: true });
    if (!roles.every((role) => item?.roles?.includes(role))) throw notAMember();
  }

  #itemOf(delegation: NewDelegation, delegator_id: UserId, approval_id: string): Delegation {
    const { organizationId, userId, roles, validUntil } = delegation;
    const created_at: EpochMilliseconds = epochMillisecondsSchema.parse(this.#now());
    if (!(validUntil > created_at && validUntil <= created_at + longestMs)) {
      throw invalid("validUntil: expected a moment within a year");
    }
    if (userId === delegator_id) throw invalid("userId: nobody acts for themselves");
    const delegation_id = randomBytes(16).toString("hex");
    const parsed = delegationSchema.safeParse({
      identity_id: identityKey.user(userIdOf(userId)),
      entry: identityKey.delegation(delegation_id),
      kind: "delegation",
      delegation_id,
      user_id: userId,
      organization_id: organizationId,
      delegator_id,
      roles: [...new Set(roles)],
      approval_id,
      created_at,
      valid_until: validUntil,
      expires_at: epochSecondsSchema.parse(Math.ceil(validUntil / 1000)),
    });
    if (parsed.success) return parsed.data;
    throw invalid(`${parsed.error.issues[0]!.path.join(".")}: ${parsed.error.issues[0]!.message}`);
  }
}

const delegationKey = (userId: string, delegationId: string) => ({
  identity_id: identityKey.user(userId),
  entry: identityKey.delegation(delegationId),
});

function approvalRequired(approval_id?: string): ArtGuardError {
  return new ArtGuardError("identity.approval-required", "a delegation needs the approval of custodians", {
    details: { ...(approval_id !== undefined && { approval_id }) },
  });
}

const invalid = (problem: string) => new ArtGuardError("identity.invalid-input", problem);
const notAMember = () =>
  new ArtGuardError("identity.not-a-member", "the caller has no such roles or delegation in this organisation");
