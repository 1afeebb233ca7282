import type { Delegation, Membership } from "./identity-table.ts";
import type { OrganizationMembership } from "./security-context.ts";

/** What delegations are worth: the roles that their givers, in the same order, still have themselves. */
export function delegatedMemberships(
  delegations: readonly Delegation[],
  givers: readonly (Membership | undefined)[],
): OrganizationMembership[] {
  return delegations
    .map(({ organization_id, roles }, index) => ({
      organizationId: organization_id,
      roles: roles.filter((role) => givers[index]?.roles.includes(role)),
    }))
    .filter(({ roles }) => roles.length > 0);
}

/** One membership for each organisation, with the roles of all. */
export function mergedByOrganization(memberships: readonly OrganizationMembership[]): OrganizationMembership[] {
  const byId = Map.groupBy(memberships, ({ organizationId }) => organizationId);
  return [...byId].map(([organizationId, each]) => ({
    organizationId,
    roles: [...new Set(each.flatMap(({ roles }) => roles))],
  }));
}
