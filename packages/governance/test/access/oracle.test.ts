import { type AccessRequest, decide, type Grant, type Policy } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { naivelyAllowed } from "./naive-policy.ts";
import { randomOf, randomPolicy, randomTuple } from "./random-requests.ts";

type Judge = (policy: Policy, request: AccessRequest, grants: readonly Grant[], now: number) => boolean;

const tuples = 120_000;
const real: Judge = (...tuple) => decide(...tuple).allowed;

/** Asks a judge and the oracle the same, with a new policy for every 50 requests. */
function compare(judge: Judge, seed: number, most = tuples) {
  const random = randomOf(seed);
  let policy = randomPolicy(random);
  let [allowed, disagreements, asked] = [0, 0, 0];
  for (; asked < most; asked++) {
    if (asked % 50 === 0) policy = randomPolicy(random);
    const { request, grants, now } = randomTuple(random);
    const expected = naivelyAllowed(policy, request, grants, now);
    if (expected) allowed++;
    if (judge(policy, request, grants, now) !== expected) disagreements++;
  }
  return { asked, allowed, disagreements };
}

describe("decide, against a naive oracle", () => {
  it(`agrees on ${tuples} random requests, of which many are allowed and many refused`, () => {
    const { asked, allowed, disagreements } = compare(real, 7);
    expect([asked, disagreements]).toEqual([tuples, 0]);
    expect(allowed).toBeGreaterThan(tuples / 10);
    expect(allowed).toBeLessThan((tuples * 9) / 10);
  });

  it("never allows more because of a deny, and never less because of a role", () => {
    const random = randomOf(11);
    let [policy, lifted, added] = [randomPolicy(random), 0, 0];
    for (let n = 0; n < 20_000; n++) {
      if (n % 50 === 0) policy = randomPolicy(random);
      const { request, grants, now } = randomTuple(random);
      const role = random.of(["r1", "r2", "r3"]);
      const context = { ...request.context, roles: [...request.context.roles, role] };
      const before = decide(policy, request, grants, now);
      const after = decide(policy, { ...request, context }, grants, now);
      const denied = before.decidedBy?.source === "rule" && !before.allowed;
      if (denied && after.allowed) lifted++;
      if (!before.allowed && after.allowed) added++;
    }
    expect(lifted).toBe(0);
    // The roles did matter.
    expect(added).toBeGreaterThan(100);
  });

  const mutants: Record<string, Judge> = {
    "whose deny does not override": (policy, request, grants, now) =>
      decide({ ...policy, rules: policy.rules.filter(({ effect }) => effect === "allow") }, request, grants, now)
        .allowed,
    "which ignores expiry": (policy, request, grants, now) =>
      decide(
        policy,
        request,
        grants.map(({ expires_at: _, ...grant }) => grant),
        now,
      ).allowed,
    "in which a role lifts denies": (policy, request, grants, now) => {
      const lifts = request.context.roles.includes("r1");
      const rules = policy.rules.filter(({ effect }) => !lifts || effect === "allow");
      return decide({ ...policy, rules }, request, grants, now).allowed;
    },
    "which forgets the scopes": (policy, request, grants, now) => {
      const { scopes: _, ...context } = request.context;
      return decide(policy, { ...request, context }, grants, now).allowed;
    },
    "for which the unknown denies nothing": (policy, request, grants, now) => {
      const known = { classification: "public", ...request.resource } as const;
      return decide(policy, { purpose: "none", ...request, resource: known }, grants, now).allowed;
    },
  };
  for (const [name, mutant] of Object.entries(mutants)) {
    it(`finds a mutant ${name}`, () => {
      expect(compare(mutant, 7, 20_000).disagreements).toBeGreaterThan(0);
    });
  }
});
