import {
  ArtGuardError,
  cancellationReasons,
  type EpochMilliseconds,
  epochMillisecondsSchema,
  isArtGuardError,
  putAction,
  type Table,
  type TransactAction,
  userIdOf,
} from "@artguard/core";
import { Delegations, type DelegationsOptions } from "./delegations.ts";
import { type Entity, naturalPersonSchema, parseEntity } from "./entity.ts";
import {
  type Delegation,
  delegationSchema,
  type IdentityItem,
  identityKey,
  type Membership,
  memberKey,
  membershipSchema,
  type Organization,
  organizationSchema,
  personItemSchema,
  rolesItemSchema,
} from "./identity-table.ts";
import { itemsIn, itemsThrough } from "./read-items.ts";
import type { OrganizationMembership } from "./security-context.ts";

/** What a user may be, by the directory. */
export interface UserStanding {
  /** Roles everywhere. */
  readonly roles: readonly string[];
  /** Own memberships, and those that others delegated; one entry for each organisation. */
  readonly organizations: readonly OrganizationMembership[];
}

/**
 * Organisations and who belongs to them. A user can belong to several. It stores and answers; whether the caller may make a
 * change is decided by the operations that call it. Everything is read anew, consistently: what one process takes away is
 * gone in all others with the acknowledgement of the write.
 *
 * @example
 * const directory: Directory = identity.directory;
 * await directory.addMember("museum-1", "ada", ["curator"]);
 */
export class Directory {
  /** Who acts for whom. */
  readonly delegations: Delegations;
  readonly #table: Table<IdentityItem>;
  readonly #now: () => number;

  constructor(table: Table<IdentityItem>, options: DelegationsOptions = {}) {
    this.delegations = new Delegations(table, options);
    this.#table = table;
    this.#now = options.now ?? Date.now;
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

  /**
   * Registers who a user is; it is erased with the user.
   *
   * @throws ArtGuardError `identity.invalid-input`, `identity.already-exists`
   */
  async registerPerson(userId: string, entity: Entity): Promise<void> {
    await this.#table.put(this.#personItemOf(userId, entity), { condition: { item: "absent" } }).catch(alreadyExists);
  }

  /** As {@link Directory.registerPerson}, as part of a transaction. @throws ArtGuardError `identity.invalid-input` */
  personAction(userId: string, entity: Entity): TransactAction {
    return putAction(this.#table.definition, this.#personItemOf(userId, entity), { item: "absent" });
  }

  /** An organisation, or undefined. */
  async organization(organizationId: string): Promise<Organization | undefined> {
    const item = await this.#table.get(organizationKey(organizationId), { consistent: true });
    return item && organizationSchema.parse(item);
  }

  /** Who a user is, as registered, or undefined. */
  async person(userId: string): Promise<Entity | undefined> {
    const item = await this.#table.get(personKey(userId), { consistent: true });
    return item && personItemSchema.parse(item).entity;
  }

  /** Gives a user these roles everywhere, in place of those it had. @throws ArtGuardError `identity.invalid-input` */
  async assignRoles(userId: string, roles: readonly string[]): Promise<void> {
    await this.#table.put(rolesItemOf(userId, roles));
  }

  /** As {@link Directory.assignRoles}, as part of a transaction. @throws ArtGuardError `identity.invalid-input` */
  rolesAction(userId: string, roles: readonly string[]): TransactAction {
    return putAction(this.#table.definition, rolesItemOf(userId, roles));
  }

  /**
   * Makes a user a member, or changes a member's roles.
   *
   * @throws ArtGuardError `identity.organization-not-found`, `identity.invalid-input`
   */
  async addMember(organizationId: string, userId: string, roles: readonly string[]): Promise<Membership> {
    if (!(await this.organization(organizationId))) {
      throw new ArtGuardError("identity.organization-not-found", "no organisation has this id");
    }
    const parsed = membershipSchema.safeParse({
      ...memberKey(organizationId, userIdOf(userId)),
      kind: "membership",
      user_id: userId,
      organization_id: organizationId,
      roles: [...new Set(roles)],
      created_at: this.#moment(),
    });
    if (!parsed.success) throw invalid(wrongRoles);
    await this.#table.put(parsed.data);
    return parsed.data;
  }

  /** Ends a membership; what the member delegated is worth nothing from then on. */
  async removeMember(organizationId: string, userId: string): Promise<void> {
    await this.#table.delete(memberKey(organizationId, userId));
  }

  /** Members and delegates of an organisation. Found through an index: one of this moment may be missing. */
  async membersOf(organizationId: string): Promise<(Membership | Delegation)[]> {
    const items = await itemsThrough(this.#table, "organization-index", organizationId);
    return items.flatMap((item): (Membership | Delegation)[] => {
      if (item.kind === "membership") return [membershipSchema.parse(item)];
      return item.kind === "delegation" ? [delegationSchema.parse(item)] : [];
    });
  }

  /** Roles, memberships and delegations that hold now. */
  async standingOf(userId: string): Promise<UserStanding> {
    const items = await itemsIn(this.#table, identityKey.user(userId), identityKey.standing);
    const of = (kind: IdentityItem["kind"]) => items.filter((item) => item.kind === kind);
    const memberships = of("membership").map((item) => membershipOf(membershipSchema.parse(item)));
    const delegated = await this.delegations.worthOf(of("delegation").map((item) => delegationSchema.parse(item)));
    return {
      roles: of("roles").flatMap((item) => rolesItemSchema.parse(item).roles),
      organizations: mergedByOrganization([...memberships, ...delegated]),
    };
  }

  #personItemOf(userId: string, entity: Entity) {
    const registered = parseEntity(entity);
    if (registered.kind !== "natural_person") throw invalid("kind: expected natural_person");
    return personItemSchema.parse({
      ...personKey(userId),
      kind: "person",
      user_id: userIdOf(userId),
      entity: naturalPersonSchema.parse(registered),
      created_at: this.#moment(),
    });
  }

  #moment(): EpochMilliseconds {
    return epochMillisecondsSchema.parse(this.#now());
  }
}

/** One membership for each organisation, with the roles of all. */
export function mergedByOrganization(memberships: readonly OrganizationMembership[]): OrganizationMembership[] {
  const byId = Map.groupBy(memberships, ({ organizationId }) => organizationId);
  return [...byId].map(([organizationId, each]) => ({
    organizationId,
    roles: [...new Set(each.flatMap(({ roles }) => roles))],
  }));
}

const organizationKey = (organizationId: string) => ({
  identity_id: identityKey.organization(organizationId),
  entry: "organization",
});

const personKey = (userId: string) => ({ identity_id: identityKey.user(userId), entry: "person" });

function rolesItemOf(userId: string, roles: readonly string[]) {
  const identity_id = identityKey.user(userIdOf(userId));
  const item = { identity_id, entry: identityKey.roles, kind: "roles", roles: [...new Set(roles)] };
  const parsed = rolesItemSchema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw invalid(wrongRoles);
}

function membershipOf({ organization_id, roles }: Membership): OrganizationMembership {
  return { organizationId: organization_id, roles };
}

/** @param error Of a put, or of a transaction with one: nothing else in it depends on what is there. */
export function alreadyExists(error: unknown): never {
  const isThere = cancellationReasons(error).includes("storage.condition-failed");
  if (!isThere && !isArtGuardError(error, "storage.condition-failed")) throw error;
  throw new ArtGuardError("identity.already-exists", "it is registered already");
}

const wrongRoles = "roles: expected at most 50 names of 1–128 characters";
const invalid = (problem: string) => new ArtGuardError("identity.invalid-input", problem);
