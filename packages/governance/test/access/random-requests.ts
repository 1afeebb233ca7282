import {
  type AccessRequest,
  type AttributeCondition,
  classifications,
  type Grant,
  type Policy,
  parsePolicy,
  type SecurityContext,
} from "@artguard/governance";

/** Random numbers that are the same for the same seed (mulberry32). */
export function randomOf(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    below,
    chance: (share: number) => next() < share,
    of: <T>(values: readonly T[]): T => values[below(values.length)]!,
    some: <T>(values: readonly T[], most: number): T[] =>
      Array.from({ length: below(most + 1) }, () => values[below(values.length)]!),
  };
}
type Random = ReturnType<typeof randomOf>;

// Few of each, so that things meet.
const [people, organizations, roles] = [
  ["p1", "p2", "p3"],
  ["o1", "o2"],
  ["r1", "r2", "r3"],
];
const [permissions, purposes, ids] = [
  ["analysis.read", "analysis.delete", "dataset.read", "dataset.share"],
  ["audit", "research"],
  ["x1", "x2"],
];
const patterns = [...permissions, "analysis.*", "dataset.*", "*"];
const start = Date.UTC(2026, 10, 23);
const dayMs = 86_400_000;

/** A policy whose denies no role lifts. */
export function randomPolicy(random: Random): Policy {
  for (;;) {
    try {
      return parsePolicy({
        roles: Object.fromEntries(roles.map((role) => [role, randomRole(random)])),
        roles_of_kind: { user: random.some(roles, 1), service: random.some(roles, 1) },
        rules: Array.from({ length: random.below(5) }, (_, n) => ({
          id: `rule${n}`,
          effect: random.chance(0.4) ? "deny" : "allow",
          permissions: [random.of(patterns)],
          ...(random.chance(0.3) && { resources: [random.of(["analysis", "dataset"])] }),
          ...(random.chance(0.9) && { when: randomCondition(random, 2) }),
        })),
      });
    } catch {
      // A deny that a role would lift: another throw of the dice.
    }
  }
}

function randomRole(random: Random) {
  const reach = () => (random.chance(0.3) ? [random.of(patterns)] : []);
  return { own: reach(), organization: reach(), any: random.chance(0.3) ? reach() : [] };
}

function randomCondition(random: Random, depth: number): AttributeCondition {
  const leaves: readonly (() => AttributeCondition)[] = [
    () => ({ relation: random.of(["owner", "organization"] as const) }),
    () => ({ principal_kind: random.of(["user", "service", "anonymous"] as const) }),
    () => ({ role: random.of(roles) }),
    () => ({ classification_at_least: random.of(classifications) }),
    () => ({ purpose_one_of: [random.of(purposes)] }),
    () => ({
      time_between: {
        from: start + random.below(7) * dayMs,
        ...(random.chance(0.5) && { until: start + random.below(7) * dayMs }),
      },
    }),
    () => ({ hours_utc: { from: random.below(24), until: random.below(25) } }),
    () => ({ weekdays_utc: [random.below(7)] }),
    () => ({ multi_factor: random.chance(0.5) ? {} : { within_ms: 1 + random.below(3) * dayMs } }),
  ];
  if (depth === 0 || random.chance(0.5)) return random.of(leaves)();
  const parts = () => Array.from({ length: 1 + random.below(3) }, () => randomCondition(random, depth - 1));
  return random.of([
    () => ({ all: parts() }),
    () => ({ any: parts() }),
    () => ({ not: randomCondition(random, depth - 1) }),
  ])();
}

/** A request that has a fair chance to be allowed, and grants that may bear on it. */
export function randomTuple(random: Random): { request: AccessRequest; grants: Grant[]; now: number } {
  const now = start + random.below(7 * 24) * 3_600_000;
  const permission = random.of(permissions);
  const kind = random.chance(0.9) ? permission.slice(0, permission.indexOf(".")) : "analysis";
  const request: AccessRequest = {
    context: randomContext(random, now),
    permission,
    resource: {
      kind,
      ...(random.chance(0.9) && { id: random.of(ids) }),
      ...(random.chance(0.8) && { ownerId: random.of(people) }),
      ...(random.chance(0.6) && { organizationId: random.of(organizations) }),
      ...(random.chance(0.8) && { classification: random.of(classifications) }),
    },
    ...(random.chance(0.6) && { purpose: random.of(purposes) }),
  };
  return { request, grants: Array.from({ length: random.below(3) }, (_, n) => randomGrant(random, n, now)), now };
}

function randomContext(random: Random, now: number): SecurityContext {
  const kind = random.of(["user", "user", "user", "service", "anonymous"] as const);
  return {
    principal: { kind, id: kind === "anonymous" ? "anonymous" : random.of(people) },
    organizations: random
      .some(organizations, 2)
      .map((organizationId) => ({ organizationId, roles: random.some(roles, 2) })),
    roles: random.some(roles, 2),
    ...(random.chance(0.3) && { scopes: random.some(patterns, 2) }),
    permissions: [],
    traceId: "0".repeat(32),
    authentication: {
      method: "token",
      strength: random.of(["none", "single", "multi"] as const),
      ...(random.chance(0.7) && { at: now - random.below(5) * dayMs }),
    },
  };
}

function randomGrant(random: Random, n: number, now: number): Grant {
  const permission = random.of(permissions);
  const [resource_kind, resource_id] = [permission.slice(0, permission.indexOf(".")), random.of(ids)];
  const grantee = random.chance(0.6) ? `user#${random.of(people)}` : `organization#${random.of(organizations)}`;
  return {
    access_id: `GRANT#${resource_kind}#${resource_id}`,
    entry: `${grantee}#${permission}`,
    grant_id: `grant${n}`,
    resource_kind,
    resource_id,
    grantee,
    permission,
    granted_by: "p1",
    created_at: 0,
    ...(random.chance(0.2) && { purpose: random.of(purposes) }),
    ...(random.chance(0.5) && { expires_at: now + (random.below(3) - 1) * 3_600_000 }),
  };
}
