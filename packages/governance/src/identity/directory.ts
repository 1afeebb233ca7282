import { randomBytes } from "node:crypto";
import {
  ArtGuardError,
  type EpochMilliseconds,
  epochMillisecondsSchema,
  epochSecondsSchema,
  isArtGuardError,
  type Table,
  type UserId,
  userIdOf,
} from "@artguard/core";
import type { ChangeApproval, ChangeAskedFor } from "./approval-gate.ts";
import { type Entity, naturalPersonSchema, parseEntity } from "./entity.ts";
import {
  type Delegation,
  delegationSchema,
  type IdentityItem,
  identityKey,
  type Membership,
  membershipSchema,
  type Organization,
  organizationSchema,
  personItemSchema,
  rolesItemSchema,
} from "./identity-table.ts";
import { delegatedMemberships, mergedByOrganization } from "./memberships.ts";
import type { OrganizationMembership, SecurityContext } from "./security-context.ts";

/** What a user may be, by the directory. */
export interface Standing {
  /** Roles everywhere. */
  readonly roles: readonly string[];
  /** Own memberships, and those that others delegated. */
  readonly organizations: readonly OrganizationMembership[];
}

/** Options of {@link Directory}. */
export interface DirectoryOptions {
  /** Asks custodians for delegations; without it none can be made. */
  readonly approvals?: ChangeApproval;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

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

const longestDelegationMs = 366 * 86_400_000;

/**
 * Organisations, who belongs to them, and who acts for whom. A user can belong to several. It stores and answers; whether
 * the caller may make a change is decided by the operations that call it. Everything is read anew, consistently: what one
 * process takes away is gone in all others with the acknowledgement of the write.
 */
export class Directory {
  readonly #table: Table<IdentityItem>;
  readonly #approvals: ChangeApproval | undefined;
  readonly #now: () => number;

  constructor(table: Table<IdentityItem>, { approvals, now = Date.now }: DirectoryOptions = {}) {
    this.#table = table;
    this.#approvals = approvals;
    this.#now = now;
  }

  /**
   * Registers an organisation of one of the five kinds.
   *
   * @throws ArtGuardError `identity.invalid-input`, `identity.already-exists`
   */
  async registerOrganization(organizationId: string, entity: Entity): Promise<Organization> {
    const registered = parseEntity(entity);
    if (registered.kind === "natural_person") throw invalid("kind: a person is no organisation");
    const parsed = organizationSchema.safeParse({
      ...organizationKey(organizationId),
      kind: "organization",
      organization_id: organizationId,
      entity: registered,
      created_at: this.#moment(),
    });
    if (!parsed.success) throw invalid("organizationId: expected 1–128 characters");
    await this.#table.put(parsed.data, { condition: { item: "absent" } }).catch(alreadyExists);
    return parsed.data;
  }

  /** Registers who a user is; it is erased with the user. @throws ArtGuardError `identity.invalid-input`, `identity.already-exists` */
  async registerPerson(userId: string, entity: Entity): Promise<void> {
    const registered = parseEntity(entity);
    if (registered.kind !== "natural_person") throw invalid("kind: expected natural_person");
    const item = personItemSchema.parse({
      identity_id: identityKey.user(userId),
      entry: "person",
      kind: "person",
      user_id: userIdOf(userId),
      entity: naturalPersonSchema.parse(registered),
      created_at: this.#moment(),
    });
    await this.#table.put(item, { condition: { item: "absent" } }).catch(alreadyExists);
  }

  /** An organisation, or undefined. */
  async organization(organizationId: string): Promise<Organization | undefined> {
    const item = await this.#table.get(organizationKey(organizationId), { consistent: true });
    return item && organizationSchema.parse(item);
  }

  /** Who a user is, as registered, or undefined. */
  async person(userId: string): Promise<Entity | undefined> {
    const item = await this.#table.get(
      { identity_id: identityKey.user(userId), entry: "person" },
      { consistent: true },
    );
    return item && personItemSchema.parse(item).entity;
  }

  /** Gives a user these roles everywhere, in place of those it had. @throws ArtGuardError `identity.invalid-input` */
  async assignRoles(userId: string, roles: readonly string[]): Promise<void> {
    const identity_id = identityKey.user(userIdOf(userId));
    const item = { identity_id, entry: identityKey.roles, kind: "roles", roles: [...new Set(roles)] };
    const parsed = rolesItemSchema.safeParse(item);
    if (!parsed.success) throw invalid("roles: expected at most 50 names of 1–128 characters");
    await this.#table.put(parsed.data);
  }

  /**
   * Makes a user a member, or changes a member's roles.
   *
   * @throws ArtGuardError `identity.organization-not-found`, `identity.invalid-input`
   */
  async addMember(organizationId: string, userId: string, roles: readonly string[]): Promise<Membership> {
    if (!(await this.organization(organizationId))) throw noOrganization();
    const parsed = membershipSchema.safeParse({
      ...memberKey(organizationId, userIdOf(userId)),
      kind: "membership",
      user_id: userId,
      organization_id: organizationId,
      roles: [...new Set(roles)],
      created_at: this.#moment(),
    });
    if (!parsed.success) throw invalid("roles: expected at most 50 names of 1–128 characters");
    await this.#table.put(parsed.data);
    return parsed.data;
  }

  /** Ends a membership, and with it what the member delegated. */
  async removeMember(organizationId: string, userId: string): Promise<void> {
    await this.#table.delete(memberKey(organizationId, userId));
  }

  /** Members and delegates of an organisation. Found through an index: one of this moment may be missing. */
  async membersOf(organizationId: string): Promise<(Membership | Delegation)[]> {
    const items = await this.#indexed("organization-index", organizationId);
    return items.flatMap((item): (Membership | Delegation)[] => {
      if (item.kind === "membership") return [membershipSchema.parse(item)];
      return item.kind === "delegation" ? [delegationSchema.parse(item)] : [];
    });
  }

  /** Roles, memberships and delegations that hold now. */
  async standingOf(userId: string): Promise<Standing> {
    const [roles, organizations, delegations]: [string[], OrganizationMembership[], Delegation[]] = [[], [], []];
    for await (const item of this.#entries(identityKey.user(userId), identityKey.standing)) {
      if (item.kind === "roles") roles.push(...rolesItemSchema.parse(item).roles);
      if (item.kind === "membership") organizations.push(membershipOf(membershipSchema.parse(item)));
      if (item.kind === "delegation") delegations.push(delegationSchema.parse(item));
    }
    const delegated = await this.#delegated(delegations);
    return { roles, organizations: mergedByOrganization([...organizations, ...delegated]) };
  }

  /**
   * Lets somebody else act in the caller's place. Custodians must agree: called without `approvalId` it asks them and is
   * refused with the id; called with it, the same delegation is made. What was itself delegated cannot be delegated again.
   *
   * @throws ArtGuardError `identity.approval-required` with `details.approval_id`; `identity.not-a-member` for roles that
   * the caller does not have there; `identity.invalid-input`; what the approvals say of a wrong `approvalId`.
   */
  async delegate(context: SecurityContext, delegation: NewDelegation, approvalId?: string): Promise<Delegation> {
    const { organizationId, roles } = delegation;
    const delegator_id = userIdOf(context.principal.id);
    await this.#assertHolds(delegator_id, organizationId, roles);
    const item = this.#delegationOf(delegation, delegator_id, approvalId ?? "-");
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

  /** A delegation to a user, or undefined. */
  async delegation(userId: string, delegationId: string): Promise<Delegation | undefined> {
    const item = await this.#table.get(delegationKey(userId, delegationId), { consistent: true });
    return item && delegationSchema.parse(item);
  }

  /** Ends a delegation; either of the two can ask for it. @throws ArtGuardError `identity.not-a-member` when neither does. */
  async revokeDelegation(context: SecurityContext, userId: string, delegationId: string): Promise<void> {
    const item = await this.delegation(userId, delegationId);
    const people: readonly (string | undefined)[] = [item?.user_id, item?.delegator_id];
    if (!people.includes(context.principal.id)) throw notAMember();
    await this.#table.delete(delegationKey(userId, delegationId));
  }

  /** Users who act for a user now. Found through an index: one of this moment may be missing. */
  async delegatesOf(userId: string): Promise<string[]> {
    const items = await this.#indexed("delegator-index", userId);
    const delegations = items.map((item) => delegationSchema.parse(item)).filter((item) => this.#holds(item));
    return [...new Set(delegations.map((item) => item.user_id))];
  }

  /** Delegations are worth what their giver still has. */
  async #delegated(delegations: readonly Delegation[]): Promise<OrganizationMembership[]> {
    const current = delegations.filter((item) => this.#holds(item));
    const givers = await this.#table.batchGet(
      current.map((item) => memberKey(item.organization_id, item.delegator_id)),
      { consistent: true },
    );
    return delegatedMemberships(
      current,
      givers.map((item) => item && membershipSchema.parse(item)),
    );
  }

  #holds({ valid_until }: Delegation): boolean {
    return this.#now() < valid_until;
  }

  async #assertHolds(userId: UserId, organizationId: string, roles: readonly string[]): Promise<void> {
    const item = await this.#table.get(memberKey(organizationId, userId), { consistent: true });
    if (!roles.every((role) => item?.roles?.includes(role))) throw notAMember();
  }

  #delegationOf(delegation: NewDelegation, delegator_id: UserId, approval_id: string): Delegation {
    const { organizationId, userId, roles, validUntil } = delegation;
    const created_at = this.#moment();
    if (!(validUntil > created_at && validUntil <= created_at + longestDelegationMs)) {
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

  async *#entries(partition: string, beginsWith: string): AsyncGenerator<IdentityItem, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.#table.query({
        partition,
        sort: { beginsWith },
        consistent: true,
        ...(cursor !== undefined && { cursor }),
      });
      yield* page.items;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  async #indexed(index: "organization-index" | "delegator-index", partition: string): Promise<IdentityItem[]> {
    const found: IdentityItem[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#table.query({ index, partition, ...(cursor !== undefined && { cursor }) });
      const keys = page.items.map(({ identity_id, entry }) => ({ identity_id, entry }));
      found.push(...(await this.#table.batchGet(keys, { consistent: true })).flatMap((item) => item ?? []));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  }

  #moment(): EpochMilliseconds {
    return epochMillisecondsSchema.parse(this.#now());
  }
}

const organizationKey = (organizationId: string) => ({
  identity_id: identityKey.organization(organizationId),
  entry: "organization",
});

const memberKey = (organizationId: string, userId: string) => ({
  identity_id: identityKey.user(userId),
  entry: identityKey.member(organizationId),
});

const delegationKey = (userId: string, delegationId: string) => ({
  identity_id: identityKey.user(userId),
  entry: identityKey.delegation(delegationId),
});

function membershipOf({ organization_id, roles }: Membership): OrganizationMembership {
  return { organizationId: organization_id, roles };
}

function alreadyExists(error: unknown): never {
  if (!isArtGuardError(error, "storage.condition-failed")) throw error;
  throw new ArtGuardError("identity.already-exists", "it is registered already");
}

function approvalRequired(approval_id?: string): ArtGuardError {
  return new ArtGuardError("identity.approval-required", "a delegation needs the approval of custodians", {
    details: { ...(approval_id !== undefined && { approval_id }) },
  });
}

const invalid = (problem: string) => new ArtGuardError("identity.invalid-input", problem);
const noOrganization = () => new ArtGuardError("identity.organization-not-found", "no organisation has this id");
const notAMember = () =>
  new ArtGuardError("identity.not-a-member", "the caller has no such roles or delegation in this organisation");
