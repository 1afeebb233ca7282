import type { SecurityContext } from "../identity/security-context.ts";
import { belongs, holds, owns, type Truth } from "./attribute-condition.ts";
import { type Grant, isGranted } from "./grant.ts";
import { commonPermission, covers } from "./permission.ts";
import type { Policy, Rule } from "./policy.ts";
import type { Resource } from "./resource.ts";

/** May this caller do that to this, for this purpose? */
export interface AccessRequest {
  readonly context: SecurityContext;
  /** `noun.verb`. */
  readonly permission: string;
  readonly resource: Resource;
  readonly purpose?: string;
}

/** One thing that spoke for or against a request, or could have. */
export interface Consideration {
  readonly source: "rule" | "scopes" | "role" | "grant";
  /** Id of the rule or grant, name of the role; `scopes` for the limits of the credential. */
  readonly id: string;
  readonly effect: "allow" | "deny";
  /** Undefined: it is not known whether it applies. Then a deny does, and an allow does not. */
  readonly applies: Truth;
}

/** The answer, and what decided it. */
export interface Decision {
  readonly allowed: boolean;
  /** What decided; absent when nothing allows it. */
  readonly decidedBy?: Pick<Consideration, "source" | "id">;
}

type Role = Policy["roles"][string];
type Reach = "own" | "organization" | "any";
const reaches = ["own", "organization", "any"] as const;

/**
 * Decides by the policy and the grants on the resource: a deny overrides; then the scopes of the credential limit
 * everything; then a role, a rule or a grant allows; what nothing allows is refused.
 *
 * @param grants Those on the resource; others do no harm.
 * @param now Epoch milliseconds.
 * @example
 * const { allowed } = decide(defaultPolicy, { context, permission: "analysis.read", resource }, [], Date.now());
 */
export function decide(policy: Policy, request: AccessRequest, grants: readonly Grant[], now: number): Decision {
  const considerations = consider(policy, request, grants, now);
  const deny = considerations.find(({ effect, applies }) => effect === "deny" && applies !== false);
  if (deny) return { allowed: false, decidedBy: { source: deny.source, id: deny.id } };
  const allow = considerations.find(({ effect, applies }) => effect === "allow" && applies === true);
  return allow ? { allowed: true, decidedBy: { source: allow.source, id: allow.id } } : { allowed: false };
}

/**
 * Everything that bears on the request, in the order in which it decides.
 *
 * @example
 * for (const { source, id, effect } of consider(defaultPolicy, { context, permission: "analysis.read", resource }, [], Date.now()))
 *   console.log(source, id, effect);
 */
export function consider(
  policy: Policy,
  request: AccessRequest,
  grants: readonly Grant[],
  now: number,
): Consideration[] {
  const rules = policy.rules.filter((rule) => concerns(rule, request));
  const judged = (effect: "allow" | "deny") =>
    rules
      .filter((rule) => rule.effect === effect)
      .map(({ id, when }): Consideration => {
        const applies = when === undefined ? true : holds(when, { ...request, now });
        return { source: "rule", id, effect, applies };
      });
  return [
    ...judged("deny"),
    ...outsideScopes(request),
    ...byRole(policy, request),
    ...judged("allow"),
    ...grants.map((grant): Consideration => {
      return { source: "grant", id: grant.grant_id, effect: "allow", applies: isGranted(grant, request, now) };
    }),
  ];
}

/**
 * Permissions that follow from roles and scopes, as patterns, whatever the resource: what a `SecurityContext` lists.
 *
 * @example
 * const permissions = permissionsOf(defaultPolicy, context);
 */
export function permissionsOf(
  policy: Policy,
  {
    principal,
    roles,
    organizations,
    scopes = ["*"],
  }: Pick<SecurityContext, "principal" | "roles" | "organizations" | "scopes">,
): string[] {
  const names = [...personalRoles(policy, principal, roles), ...organizations.flatMap((each) => each.roles)];
  const patterns = names.flatMap((name) => reaches.flatMap((reach) => roleOf(policy, name)?.[reach] ?? []));
  const within = patterns.flatMap((pattern) => scopes.flatMap((scope) => commonPermission(pattern, scope) ?? []));
  return [...new Set(within)].sort();
}

/**
 * Whether there is anything that the caller could be allowed to do this to, by roles and rules: false is no, whatever it is
 * about. Grants are not looked at.
 *
 * @example
 * if (!couldBeAllowed(defaultPolicy, context, "analysis.create")) console.log("not even asked what it is about");
 */
export function couldBeAllowed(
  policy: Policy,
  caller: Pick<SecurityContext, "principal" | "roles" | "organizations" | "scopes">,
  permission: string,
): boolean {
  const byRule = policy.rules.filter(({ effect }) => effect === "allow").flatMap(({ permissions }) => permissions);
  return [...permissionsOf(policy, caller), ...byRule].some((pattern) => covers(pattern, permission));
}

function concerns({ permissions, resources }: Rule, { permission, resource }: AccessRequest): boolean {
  return permissions.some((pattern) => covers(pattern, permission)) && (resources?.includes(resource.kind) ?? true);
}

function outsideScopes({ context: { scopes }, permission }: AccessRequest): Consideration[] {
  if (scopes === undefined || scopes.some((scope) => covers(scope, permission))) return [];
  return [{ source: "scopes", id: "scopes", effect: "deny", applies: true }];
}

function byRole(policy: Policy, request: AccessRequest): Consideration[] {
  const { context, resource } = request;
  const personal = personalRoles(policy, context.principal, context.roles).map((id) => ({ id, isPersonal: true }));
  const here = context.organizations
    .filter(({ organizationId }) => organizationId === resource.organizationId)
    .flatMap(({ roles }) => roles.map((id) => ({ id, isPersonal: false })));
  return [...personal, ...here].map(({ id, isPersonal }): Consideration => {
    const role = roleOf(policy, id) ?? {};
    const applies = reaches.some((reach) => isReached(reach, request, isPersonal) && permits(role, reach, request));
    return { source: "role", id, effect: "allow", applies };
  });
}

function personalRoles(policy: Policy, principal: SecurityContext["principal"], roles: readonly string[]): string[] {
  return [...new Set([...roles, ...(policy.roles_of_kind?.[principal.kind] ?? [])])];
}

function roleOf({ roles }: Policy, name: string): Role | undefined {
  return Object.hasOwn(roles, name) ? roles[name] : undefined;
}

/** A role held in an organisation was looked up by the resource's organisation, and reaches no farther. */
function isReached(reach: Reach, { context, resource }: AccessRequest, isPersonal: boolean): boolean {
  if (reach === "own") return owns(context, resource);
  return !isPersonal || reach === "any" || belongs(context, resource);
}

function permits(role: Role, reach: Reach, { permission }: AccessRequest): boolean {
  return role[reach]?.some((pattern) => covers(pattern, permission)) ?? false;
}
