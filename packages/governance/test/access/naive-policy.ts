import type { AccessRequest, AttributeCondition, Grant, Policy } from "@artguard/governance";

// The rules of docs/access.md once more, as plainly as they can be said. Shares nothing with the source but its types.

type Answer = "yes" | "no" | "unknown";

const matches = (pattern: string, permission: string) => {
  const [noun, verb] = pattern.split(".");
  const [wantedNoun, wantedVerb] = permission.split(".");
  return pattern === "*" || (noun === wantedNoun && (verb === "*" || verb === wantedVerb));
};

const isMember = ({ context, resource }: AccessRequest) => {
  for (const { organizationId } of context.organizations) if (organizationId === resource.organizationId) return true;
  return false;
};
const isOwner = ({ context, resource }: AccessRequest) =>
  context.principal.kind === "user" && resource.ownerId !== undefined && resource.ownerId === context.principal.id;
const yes = (fact: boolean): Answer => (fact ? "yes" : "no");

function judge(condition: AttributeCondition, request: AccessRequest, now: number): Answer {
  const { context, resource, purpose } = request;
  const when = new Date(now);
  if ("relation" in condition) return yes(condition.relation === "owner" ? isOwner(request) : isMember(request));
  if ("principal_kind" in condition) return yes(context.principal.kind === condition.principal_kind);
  if ("role" in condition) {
    let found = context.roles.includes(condition.role);
    for (const { organizationId, roles } of context.organizations) {
      if (organizationId === resource.organizationId && roles.includes(condition.role)) found = true;
    }
    return yes(found);
  }
  if ("classification_at_least" in condition) {
    const order: (string | undefined)[] = ["public", "internal", "confidential", "restricted"];
    if (resource.classification === undefined) return "unknown";
    return yes(order.indexOf(resource.classification) >= order.indexOf(condition.classification_at_least));
  }
  if ("purpose_one_of" in condition) {
    if (purpose === undefined) return "unknown";
    return yes(condition.purpose_one_of.includes(purpose));
  }
  if ("time_between" in condition) {
    const { from, until } = condition.time_between;
    return yes((from === undefined || from <= now) && (until === undefined || until > now));
  }
  if ("hours_utc" in condition) {
    const { from, until } = condition.hours_utc;
    let hour = from;
    // Walks round the clock from the first hour to the last.
    while (hour !== until) {
      if (hour % 24 === when.getUTCHours()) return "yes";
      hour = hour >= 23 && until <= from ? 0 : hour + 1;
    }
    return "no";
  }
  if ("weekdays_utc" in condition) return yes(condition.weekdays_utc.some((day) => day === when.getUTCDay()));
  if ("multi_factor" in condition) {
    const { strength, at } = context.authentication;
    const { within_ms } = condition.multi_factor;
    return yes(strength === "multi" && (within_ms === undefined || (at !== undefined && at + within_ms >= now)));
  }
  if ("not" in condition)
    return ({ yes: "no", no: "yes", unknown: "unknown" } as const)[judge(condition.not, request, now)];
  const [parts, decisive] = "all" in condition ? [condition.all, "no" as const] : [condition.any, "yes" as const];
  let answer: Answer = decisive === "no" ? "yes" : "no";
  for (const part of parts) {
    const one = judge(part, request, now);
    if (one === decisive) return decisive;
    if (one === "unknown") answer = "unknown";
  }
  return answer;
}

/** Whether a request is allowed, the slow and obvious way. */
export function naivelyAllowed(policy: Policy, request: AccessRequest, grants: readonly Grant[], now: number): boolean {
  const { context, permission, resource, purpose } = request;
  let allowed = false;
  for (const rule of policy.rules) {
    if (!rule.permissions.some((pattern) => matches(pattern, permission))) continue;
    if (rule.resources && !rule.resources.includes(resource.kind)) continue;
    const answer = rule.when ? judge(rule.when, request, now) : "yes";
    if (rule.effect === "deny" && answer !== "no") return false;
    if (rule.effect === "allow" && answer === "yes") allowed = true;
  }
  if (context.scopes && !context.scopes.some((scope) => matches(scope, permission))) return false;
  const has = (name: string, reach: "own" | "organization" | "any") =>
    (policy.roles[name]?.[reach] ?? []).some((pattern) => matches(pattern, permission));
  for (const name of [...context.roles, ...(policy.roles_of_kind?.[context.principal.kind] ?? [])]) {
    if (has(name, "any") || (has(name, "organization") && isMember(request)) || (has(name, "own") && isOwner(request)))
      allowed = true;
  }
  for (const { organizationId, roles } of context.organizations) {
    if (organizationId !== resource.organizationId) continue;
    for (const name of roles) {
      if (has(name, "any") || has(name, "organization") || (has(name, "own") && isOwner(request))) allowed = true;
    }
  }
  for (const grant of grants) {
    const toPerson = context.principal.kind === "user" && grant.grantee === `user#${context.principal.id}`;
    const toMember = context.organizations.some(
      ({ organizationId }) => grant.grantee === `organization#${organizationId}`,
    );
    if (!toPerson && !toMember) continue;
    if (grant.resource_kind !== resource.kind || grant.resource_id !== resource.id) continue;
    if (grant.permission !== permission) continue;
    if (grant.purpose !== undefined && grant.purpose !== purpose) continue;
    if (grant.expires_at !== undefined && grant.expires_at <= now) continue;
    allowed = true;
  }
  return allowed;
}
