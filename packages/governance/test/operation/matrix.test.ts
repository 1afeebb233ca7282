import { ArtGuardError } from "@artguard/core";
import {
  type AnyOperation,
  defineOperation,
  type GeographyGate,
  type GovernanceOptions,
  type Outcome,
} from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { contextOf } from "../fixtures/contexts.ts";
import { newCustodian } from "../fixtures/custody.ts";
import { governedPlace, houseOf } from "../fixtures/governed-place.ts";
import { operationCases, type Target, tomorrow } from "./operation-cases.ts";

/** Eight callers. All but the last three are who their token says; `ada` is the owner of what is asked for. */
const principals = {
  owner: "ada",
  "reader of the same tenant": "rita",
  "other tenant": "oscar",
  revoked: "rex",
  expired: "ella",
  "wrong country": "ada",
  anonymous: undefined,
  "deleted user": "gone",
} as const;
type Principal = keyof typeof principals;
const names = Object.keys(principals) as Principal[];

const geography: GeographyGate = {
  locate: async ({ remoteAddress }) => ({ country: remoteAddress === "198.51.100.7" ? "XX" : "CR" }),
  admit: async ({ country }) => {
    // Stands for the code of a colleague's room.
    if (country === "XX") throw new ArtGuardError("access.denied", "not from there");
  },
};

/** What every organisation of the test is. */
const house = {
  kind: "group",
  legal_name: "House",
  country: "CR",
  contact_email: "house@example.org",
  coordinator: "R. Mora",
  purpose: "test",
} as const;

const custodians = [await newCustodian("ana"), await newCustodian("ben")];

/** What is shared with whom: ada's analysis with the museum, and no longer with rex and ella. */
async function sharedPlace(options: Partial<GovernanceOptions> = {}) {
  const place = await governedPlace({ geography, ...options });
  const { access, approvals, clock, directory, storeAnalysis, users, apiKeys } = place;
  const prefixes: Record<string, string> = {};
  const approvalIds: Record<string, string> = {};
  const delegationIds: Record<string, string> = {};
  for (const { registered } of custodians) await approvals.custodians.register(contextOf("operator"), registered);
  for (const name of ["ada", "rita", "oscar", "rex", "ella"]) {
    await storeAnalysis(`of-${name}`, name);
    await directory.registerOrganization(houseOf(name), house);
    const { user_id } = await users.create({ user_id: name, email: `${name}@example.org` });
    prefixes[name] = (await apiKeys.create(user_id, "one")).prefix;
    await approvals.custodians.assign(contextOf("operator"), name, "ana", "ben");
    const wanted = { entityId: name, operation: "evidence.release", asked: {} };
    await directory.addMember(houseOf(name), name, ["admin"]);
    const delegation = { organizationId: houseOf(name), userId: "somebody", roles: ["admin"], validUntil: tomorrow };
    delegationIds[name] = (await directory.delegations.create(contextOf(name), delegation, "agreed")).delegation_id;
    approvalIds[name] = (await approvals.requestApproval(contextOf(name), wanted)).approval_id;
  }
  const share = { resource: { kind: "analysis", id: "of-ada" }, permission: "analysis.read" };
  await access.grantPermission({ ...share, grantee: { kind: "organization", id: "museum" } }, "ada");
  const [rex, ella] = ["rex", "ella"].map((id) => ({ ...share, grantee: { kind: "user", id } as const }));
  await access.grantPermission(rex!, "ada");
  await access.revokeAccess(rex!);
  await access.grantPermission({ ...ella!, expiresAt: clock.ms + 1 }, "ada");
  clock.ms += 1;
  return { ...place, prefixes, approvalIds, delegationIds };
}

type Place = Awaited<ReturnType<typeof sharedPlace>>;

function targetOf(owner: string, { prefixes, approvalIds, delegationIds }: Place): Target {
  return {
    requestId: `of-${owner}`,
    userId: owner,
    prefix: prefixes[owner] ?? "0123456789ab",
    approvalId: approvalIds[owner] ?? "f".repeat(32),
    organizationId: houseOf(owner),
    delegationId: delegationIds[owner] ?? "f".repeat(32),
  };
}

function ask(place: Place, operation: AnyOperation, principal: Principal, owner: string) {
  const token = principals[principal];
  const request = {
    ...(token !== undefined && { credential: { kind: "token", token } as const }),
    network: { remoteAddress: principal === "wrong country" ? "198.51.100.7" : "198.51.100.1" },
  };
  return place.governance.attempt(
    operation.name,
    operationCases[operation.name]!.input(targetOf(owner, place)),
    request,
  );
}

/** What the caller is told, without the ids that it named itself and the trace. */
function told(outcome: Outcome<unknown>, target: Target): string {
  if (outcome.ok) return "ok";
  const { trace_id: _, ...error } = outcome.envelope.error;
  return Object.values(target).reduce((text, id) => text.replaceAll(id, "ID"), JSON.stringify(error));
}

/** Whether the operation was done, or failed of its own. */
function reached(outcome: Outcome<unknown>, operation: AnyOperation): boolean {
  const failure = operationCases[operation.name]!.failure;
  return outcome.ok || (outcome.error as { code?: string }).code === failure;
}

async function walk(operations: readonly AnyOperation[], options: Partial<GovernanceOptions> = {}) {
  const crossTenant: string[] = [];
  const unequal: string[] = [];
  const ownRefused: string[] = [];
  const leaked: string[] = [];
  let asked = 0;
  for (const operation of operations) {
    const { of, sharedByRead } = operationCases[operation.name]!;
    for (const principal of names) {
      const place = await sharedPlace(options);
      const self = principals[principal] ?? "nobody";
      const [others, absents] = [self === "ada" ? "oscar" : "ada", "absent"];
      const what = `${operation.name} by ${principal}`;
      const isKnown = !["wrong country", "anonymous", "deleted user"].includes(principal);
      const other = await ask(place, operation, principal, others);
      const absent = await ask(place, operation, principal, absents);
      const own = await ask(place, operation, principal, self);
      asked += 3;
      const isShared = sharedByRead === true && principal === "reader of the same tenant";
      if (of !== "self" && !isShared && (reached(other, operation) || reached(absent, operation)))
        crossTenant.push(what);
      if (!isShared && told(other, targetOf(others, place)) !== told(absent, targetOf(absents, place)))
        unequal.push(what);
      const expected = isKnown && of !== "operator";
      if (reached(own, operation) !== expected) ownRefused.push(what);
      if (isShared && !reached(other, operation)) ownRefused.push(`${what}, shared`);
      const foreign = own.ok && JSON.stringify(own.output)?.includes(`"of-${others}"`);
      if (foreign) leaked.push(what);
    }
  }
  return { asked, crossTenant, unequal, ownRefused, leaked };
}

describe("every operation × 8 callers × own, other's and absent things", async () => {
  const registered = async () => (await governedPlace()).governance.operations;

  it("the cases name every operation that is registered, and no other", async () => {
    const operations = await registered();
    expect(Object.keys(operationCases).sort()).toEqual(operations.map(({ name }) => name).sort());
  });

  it("nobody gets at what is not theirs, nobody can tell it from what is not there, and everybody at their own", async () => {
    const operations = await registered();
    const { asked, ...findings } = await walk(operations);
    expect(findings).toEqual({ crossTenant: [], unequal: [], ownRefused: [], leaked: [] });
    expect(asked).toBe(operations.length * 8 * 3);
  });

  it("finds a gate that lets everybody in", async () => {
    const operations = (await registered()).filter(({ name }) => name === "analysis.read");
    const open: GovernanceOptions["access"] = { ...(await governedPlace()).access };
    open.validateAccess = async () => ({ allowed: true, needsStepUp: false, policyVersion: 0 });
    expect((await walk(operations, { access: open })).crossTenant).toContain("analysis.read by other tenant");
  });

  it("finds an operation that takes any organisation for the caller's own", async () => {
    const careless = defineOperation({
      name: "organization.seize",
      input: z.strictObject({ organizationId: z.string() }),
      permission: "organization.change-members",
      effect: "change",
      audit: "security",
      target: (_, { organizations }) => ({ kind: "organization", ...organizations.at(-1) }),
      handler: async () => "seized",
    });
    operationCases["organization.seize"] = {
      of: "owned",
      input: ({ organizationId }) => ({ organizationId }),
    };
    const { crossTenant } = await walk([careless], { operations: [careless] });
    delete operationCases["organization.seize"];
    expect(crossTenant).toContain("organization.seize by other tenant");
  });

  it("finds an operation that tells what is not there from what is not yours", async () => {
    const telling = defineOperation({
      name: "analysis.peek",
      input: z.strictObject({ requestId: z.string() }),
      permission: "analysis.peek",
      effect: "read",
      audit: "data-access",
      target: ({ requestId }) => {
        if (requestId === "of-absent") throw new ArtGuardError("analysis.not-found", "no such thing");
        return { kind: "analysis", id: requestId, ownerId: requestId.slice(3) };
      },
      handler: async () => "seen",
    });
    operationCases["analysis.peek"] = operationCases["analysis.read"]!;
    const { unequal } = await walk([telling], { operations: [telling] });
    delete operationCases["analysis.peek"];
    expect(unequal).toContain("analysis.peek by other tenant");
  });
});
