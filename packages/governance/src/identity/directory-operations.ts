import { ArtGuardError, type UserRepository, userIdOf } from "@artguard/core";
import { z } from "zod";
import type { AccessControl } from "../access/access-control.ts";
import type { Resource } from "../access/resource.ts";
import { defineOperation } from "../operation/operation.ts";
import { alreadyExists, type Directory } from "./directory.ts";
import { entitySchema } from "./entity.ts";
import type { Delegation, Membership, Organization } from "./identity-table.ts";
import type { SecurityContext } from "./security-context.ts";

const id = z.string().min(1).max(128);
const userId = z.string().min(1).max(256);
const roles = z.array(id).max(50);
const member = { organizationId: id, userId };

/** What {@link directoryOperations} works with. */
export interface DirectoryServices {
  readonly directory: Directory;
  readonly users: UserRepository;
  /** Its policy says which roles are nobody's to give. */
  readonly access: Pick<AccessControl, "policy">;
}

/**
 * Operations on organisations, on who belongs to them, and on who acts for whom.
 *
 * @example
 * const { addMember } = directoryOperations({ directory: identity.directory, users: repository, access });
 */
export function directoryOperations({ directory, users, access }: DirectoryServices) {
  const change = { effect: "change", audit: "security" } as const;
  const ofOrganization = organizationTarget(directory);
  const ofMembers = { ...ofOrganization, ...change, permission: "organization.change-members" } as const;
  return {
    register: defineOperation({
      ...change,
      name: "organization.register",
      input: z.strictObject({ organizationId: id, entity: entitySchema }),
      permission: "organization.register",
      // Of no organisation: an administrator of one makes no others.
      target: ({ organizationId }) => ({ kind: "organization", id: organizationId }),
      handler: ({ organizationId, entity }) => directory.registerOrganization(organizationId, entity),
    }),
    /** Without what payments need: nobody who asks who an organisation is has a use for it. */
    read: defineOperation({
      ...ofOrganization,
      name: "organization.read",
      input: z.strictObject({ organizationId: id }),
      permission: "organization.read",
      effect: "read",
      audit: "data-access",
      handler: async ({ organizationId }): Promise<OrganizationFacts> => {
        const found = await directory.organization(organizationId);
        if (!found) throw ofOrganization.absent();
        const { iban: _, payment_token: __, ...entity } = found.entity;
        return { organization_id: found.organization_id, entity, created_at: found.created_at };
      },
    }),
    /** Members, and who acts for one of them. */
    members: defineOperation({
      ...ofOrganization,
      name: "organization.members",
      input: z.strictObject({ organizationId: id }),
      permission: "organization.read-members",
      effect: "read",
      audit: "data-access",
      handler: async ({ organizationId }) => (await directory.membersOf(organizationId)).map(memberFacts),
    }),
    /** Makes a user a member, or gives a member other roles. */
    addMember: defineOperation({
      ...ofMembers,
      name: "organization.add-member",
      input: z.strictObject({ ...member, roles }),
      facts: ({ userId, roles }) => ({ member_id: userId, roles_given: roles }),
      handler: async ({ organizationId, userId, roles }) => {
        await assertGivable(access, roles);
        return directory.addMember(organizationId, userId, roles);
      },
    }),
    removeMember: defineOperation({
      ...ofMembers,
      name: "organization.remove-member",
      input: z.strictObject(member),
      facts: ({ userId }) => ({ member_id: userId }),
      handler: ({ organizationId, userId }) => directory.removeMember(organizationId, userId),
    }),
    /** The directory asks the custodians itself; `approvalId` is what it was refused with at first. */
    delegate: defineOperation({
      ...ofOrganization,
      ...change,
      name: "organization.delegate",
      /** `validUntil` in epoch milliseconds. */
      input: z.strictObject({ ...member, roles, validUntil: z.number().int(), approvalId: id.exactOptional() }),
      permission: "organization.delegate",
      facts: ({ userId, roles }) => ({ delegate_id: userId, roles_given: roles }),
      handler: ({ approvalId, ...delegation }, { context }) =>
        directory.delegations.create(context, delegation, approvalId),
    }),
    revokeDelegation: defineOperation({
      ...change,
      name: "delegation.revoke",
      /** `userId`: who acts. */
      input: z.strictObject({ userId, delegationId: id }),
      permission: "delegation.revoke",
      target: ({ userId, delegationId }, context) => delegationTarget(directory, userId, delegationId, context),
      absent: () => new ArtGuardError("identity.not-a-member", "the caller has no such delegation"),
      facts: ({ userId }) => ({ delegate_id: userId }),
      handler: ({ userId, delegationId }, { context }) => directory.delegations.revoke(context, userId, delegationId),
    }),
    /** Gives a user these roles everywhere. Nobody's own: also an administrator's need a second factor. */
    assignRoles: defineOperation({
      ...change,
      name: "user.assign-roles",
      input: z.strictObject({ userId, roles }),
      permission: "user.assign-roles",
      target: ({ userId }) => ({ kind: "user", id: userId }),
      absent: absentUser,
      facts: ({ roles }) => ({ roles_given: roles }),
      handler: async ({ userId, roles }) => {
        await assertGivableEverywhere(access, roles);
        await users.whileActive(userIdOf(userId), [directory.rolesAction(userId, roles)]);
      },
    }),
    /** Says who a user is, once. */
    registerPerson: defineOperation({
      ...change,
      name: "user.register-person",
      /** `userId`: default the caller. */
      input: z.strictObject({ userId: userId.exactOptional(), entity: entitySchema }),
      permission: "user.update",
      target: (input, { principal }): Resource => {
        const id = input.userId ?? principal.id;
        return { kind: "user", id, ownerId: id };
      },
      absent: absentUser,
      handler: async ({ userId, entity }, { context }) => {
        const subject = userId ?? context.principal.id;
        await users.whileActive(userIdOf(subject), [directory.personAction(subject, entity)]).catch(alreadyExists);
      },
    }),
  };
}

/** What is told of an organisation. */
export interface OrganizationFacts extends Pick<Organization, "organization_id" | "created_at"> {
  readonly entity: object;
}

/** What is told of a member, or of somebody who acts for one. */
export type MemberFacts = Pick<Membership, "user_id" | "roles" | "created_at"> &
  Partial<Pick<Delegation, "delegation_id" | "delegator_id" | "valid_until">>;

function memberFacts(item: Membership | Delegation): MemberFacts {
  const { user_id, roles, created_at } = item;
  if (item.kind === "membership") return { user_id, roles, created_at };
  const { delegation_id, delegator_id, valid_until } = item;
  return { user_id, roles, created_at, delegation_id, delegator_id, valid_until };
}

/** Finds an organisation for operations on what is its own. */
export function organizationTarget(directory: Pick<Directory, "organization">) {
  return {
    target: async ({ organizationId: id }: { organizationId: string }): Promise<Resource | undefined> =>
      (await directory.organization(id)) && { kind: "organization", id, organizationId: id },
    absent: () => new ArtGuardError("identity.organization-not-found", "no organisation has this id"),
  };
}

/** A delegation belongs to both of its people. */
async function delegationTarget(
  directory: Directory,
  userId: string,
  delegationId: string,
  { principal }: SecurityContext,
): Promise<Resource | undefined> {
  const found = await directory.delegations.find(userId, delegationId);
  if (!found) return undefined;
  const { user_id, delegator_id, organization_id } = found;
  const ownerId = principal.id === delegator_id ? delegator_id : user_id;
  return { kind: "delegation", id: delegationId, ownerId, organizationId: organization_id };
}

/** The roles of the operator and of services are theirs by what they are. */
async function assertGivable(access: DirectoryServices["access"], roles: readonly string[]): Promise<void> {
  const { local = [], service = [] } = (await access.policy()).policy.roles_of_kind ?? {};
  const reserved = roles.find((role) => [...local, ...service].includes(role));
  if (reserved === undefined) return;
  throw new ArtGuardError("identity.invalid-input", "roles: those of the operator and of services cannot be given");
}

/** Roles that hold everywhere: besides, the policy must have them, for one with a slip of the pen would be worth nothing. */
export async function assertGivableEverywhere(
  access: DirectoryServices["access"],
  roles: readonly string[],
): Promise<void> {
  await assertGivable(access, roles);
  const known = (await access.policy()).policy.roles;
  const unknown = roles.find((role) => !Object.hasOwn(known, role));
  if (unknown === undefined) return;
  throw new ArtGuardError("identity.invalid-input", `roles: the policy has no role ${JSON.stringify(unknown)}`, {
    fix: `Give roles of the policy: ${Object.keys(known).join(", ")}.`,
  });
}

/** What somebody is told of a user who is not there, or not theirs to know of. */
export function absentUser(): ArtGuardError {
  return new ArtGuardError("user.not-found", "no user has this user_id");
}
