import {
  localContext,
  type OpenGovernance,
  type PlaceRule,
  type SecurityContext,
  signDecision,
} from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { contextOf, multiFactor } from "../fixtures/contexts.ts";
import { newCustodian, type TestCustodian } from "../fixtures/custody.ts";
import { as, guardedPlace } from "../fixtures/guarded-place.ts";

const museum = {
  kind: "institution",
  legal_name: "Museo",
  country: "CR",
  contact_email: "museo@example.org",
  legal_representative: "R. Mora",
  sector: "museum",
} as const;
const person = {
  kind: "natural_person",
  given_name: "Ada",
  family_name: "Mora",
  document_number: "1-2345-6789",
  document_country: "CR",
  email: "ada@example.org",
} as const;
const rule: PlaceRule = {
  countries: ["CR"],
  unknown_country: "refuse",
  stale_database: "use",
  missing_database: "refuse",
};
const refused = (code: string) => expect.objectContaining({ code });

/** A museum that ada administers and bob is a member of, a gallery that nobody is of, and an administrator of all. */
async function withMuseum() {
  const place = await guardedPlace({ geography: {} });
  const { governance, clock } = place;
  const { run, directory, users, identity } = governance;
  for (const id of ["ada", "bob", "eve"]) await users.create({ user_id: id, email: `${id}@example.org` });
  const root = { context: contextOf("root", { roles: ["admin"], ...multiFactor(clock.ms) }) };
  for (const organizationId of ["museo", "galeria"]) {
    await run(directory.register, { organizationId, entity: museum }, root);
  }
  await run(directory.addMember, { organizationId: "museo", userId: "ada", roles: ["admin"] }, root);
  /** As the directory has somebody now. */
  const by = async (id: string, more: Partial<SecurityContext> = multiFactor(clock.ms)) => {
    const { roles, organizations } = await identity.directory.standingOf(id);
    return { context: contextOf(id, { roles, organizations, ...more }) };
  };
  await run(directory.addMember, { organizationId: "museo", userId: "bob", roles: ["curator"] }, await by("ada"));
  return { ...place, root, by };
}

/** The two custodians of the museum agree to what was asked. */
async function agree(
  { run, approval }: OpenGovernance,
  custodians: readonly TestCustodian[],
  approvalId: string,
  at: number,
) {
  for (const { context, signingKey } of custodians) {
    const request = as(context.principal.id, ["custodian"]);
    const { expires_at: _, ...challenge } = await run(approval.challenge, { approvalId }, request);
    const statement = { ...challenge, decision: "approve", decided_at: at } as const;
    const { nonce, decision, decided_at: decidedAt } = statement;
    const signature = signDecision(signingKey, statement);
    await run(approval.decide, { approvalId, nonce, decision, decidedAt, signature }, request);
  }
}

async function custodiansOf({ approvals }: OpenGovernance, entityId: string) {
  const custodians = [await newCustodian("ana", "ana"), await newCustodian("ben", "ben")];
  for (const { registered } of custodians) await approvals.custodians.register(contextOf("operator"), registered);
  await approvals.custodians.assign(contextOf("operator"), entityId, "ana", "ben");
  return custodians;
}

/** The id of the approval that a call was refused for want of. */
async function approvalIdOf(call: Promise<unknown>, code: string): Promise<string> {
  const error: { code: string; details: { approval_id: string } } = await call.then(
    () => Promise.reject(new Error("it was done without approval")),
    (reason) => reason,
  );
  expect(error.code).toBe(code);
  return error.details.approval_id;
}

describe("operations on the directory", () => {
  it("an administrator of an organisation changes its members, and no other's; other members nobody's", async () => {
    const { governance, by } = await withMuseum();
    const { run, directory, identity } = governance;
    const eveIn = (organizationId: string) => ({ organizationId, userId: "eve", roles: ["curator"] });
    await run(directory.addMember, eveIn("museo"), await by("ada"));
    expect((await identity.directory.standingOf("eve")).organizations).toHaveLength(1);
    const tell = async (id: string, organizationId: string) =>
      (await governance.attempt("organization.add-member", eveIn(organizationId), await by(id))).ok;
    expect([await tell("ada", "galeria"), await tell("ada", "nowhere"), await tell("bob", "museo")]).toEqual([
      false,
      false,
      false,
    ]);
    await run(directory.removeMember, { organizationId: "museo", userId: "eve" }, await by("ada"));
    expect((await identity.directory.standingOf("eve")).organizations).toEqual([]);
  });

  it("members read who their organisation is and who belongs to it, without what payments need; others nothing", async () => {
    const { governance, by, root } = await withMuseum();
    const { run, directory } = governance;
    const iban = "CR05015202001026284066";
    await run(directory.register, { organizationId: "casa", entity: { ...museum, iban } }, root);
    await run(directory.addMember, { organizationId: "casa", userId: "bob", roles: [] }, root);
    const read = await run(directory.read, { organizationId: "casa" }, await by("bob"));
    expect(read).toMatchObject({ organization_id: "casa", entity: { legal_name: "Museo" } });
    expect(JSON.stringify(read)).not.toContain(iban);
    const members = await run(directory.members, { organizationId: "museo" }, await by("bob"));
    expect(members.map(({ user_id, roles }) => [user_id, roles]).sort()).toEqual([
      ["ada", ["admin"]],
      ["bob", ["curator"]],
    ]);
    for (const name of ["organization.read", "organization.members"]) {
      const outcomes = ["museo", "nowhere"].map(async (organizationId) =>
        governance.attempt(name, { organizationId }, await by("eve")),
      );
      const codes = (await Promise.all(outcomes)).map((outcome) => !outcome.ok && outcome.envelope.error.code);
      expect(codes, name).toEqual(["INSUFFICIENT_PERMISSIONS", "INSUFFICIENT_PERMISSIONS"]);
    }
  });

  it("without a second factor no administrator changes members or roles", async () => {
    const { governance, by } = await withMuseum();
    const { run, directory } = governance;
    const [member, roles] = [
      { organizationId: "museo", userId: "eve", roles: [] },
      { userId: "eve", roles: [] },
    ];
    await expect(run(directory.addMember, member, await by("ada", {}))).rejects.toThrow(
      refused("access.step-up-required"),
    );
    await expect(run(directory.assignRoles, roles, as("root", ["admin"]))).rejects.toThrow(
      refused("access.step-up-required"),
    );
  });

  it("roles everywhere and organisations are the platform's to give, and neither the operator's role nor one unknown to the policy is", async () => {
    const { governance, by, root } = await withMuseum();
    const { run, directory, identity } = governance;
    const roles = { userId: "ada", roles: ["admin"] };
    await expect(run(directory.assignRoles, roles, await by("ada"))).rejects.toThrow(refused("access.denied"));
    const another = { organizationId: "other", entity: museum };
    await expect(run(directory.register, another, await by("ada"))).rejects.toThrow(refused("access.denied"));
    for (const role of ["operator", "service"]) {
      const given = run(directory.assignRoles, { userId: "bob", roles: [role] }, root);
      await expect(given).rejects.toThrow(refused("identity.invalid-input"));
      const member = { organizationId: "museo", userId: "ada", roles: [role] };
      await expect(run(directory.addMember, member, await by("ada"))).rejects.toThrow(
        refused("identity.invalid-input"),
      );
    }
    await expect(run(directory.assignRoles, { userId: "bob", roles: ["admni"] }, root)).rejects.toMatchObject({
      code: "identity.invalid-input",
      message: expect.stringContaining("admni"),
      fix: expect.stringContaining("admin"),
    });
    await run(directory.assignRoles, { userId: "bob", roles: ["admin"] }, { context: localContext() });
    expect((await identity.directory.standingOf("bob")).roles).toEqual(["admin"]);
    await run(directory.assignRoles, { userId: "bob", roles: ["custodian"] }, root);
    expect((await identity.directory.standingOf("bob")).roles).toEqual(["custodian"]);
    await expect(run(directory.assignRoles, { userId: "nobody", roles: [] }, root)).rejects.toThrow(
      refused("user.not-found"),
    );
  });

  it("people say who they are, once, and nobody says it for others", async () => {
    const { governance } = await withMuseum();
    const { run, directory, identity } = governance;
    await expect(run(directory.registerPerson, { userId: "ada", entity: person }, as("bob"))).rejects.toThrow(
      refused("user.not-found"),
    );
    await run(directory.registerPerson, { entity: person }, as("ada"));
    expect(await identity.directory.person("ada")).toMatchObject({ given_name: "Ada" });
    await expect(run(directory.registerPerson, { entity: person }, as("ada"))).rejects.toThrow(
      refused("identity.already-exists"),
    );
  });

  it("members let others act for them once both custodians signed, and either of the two ends it", async () => {
    const { governance, by, clock } = await withMuseum();
    const { run, directory, identity } = governance;
    const custodians = await custodiansOf(governance, "museo");
    const validUntil = clock.ms + 3_600_000;
    const delegation = { organizationId: "museo", userId: "eve", roles: ["curator"], validUntil };
    const asked = run(directory.delegate, delegation, await by("bob"));
    const approvalId = await approvalIdOf(asked, "identity.approval-required");
    const used = { ...delegation, approvalId };
    await expect(run(directory.delegate, used, await by("bob"))).rejects.toThrow(refused("approvals.incomplete"));
    await agree(governance, custodians, approvalId, clock.ms);
    const { delegation_id: delegationId } = await run(directory.delegate, used, await by("bob"));
    expect((await identity.directory.standingOf("eve")).organizations).toHaveLength(1);
    const end = { userId: "eve", delegationId };
    await expect(run(directory.revokeDelegation, end, await by("ada"))).rejects.toThrow(
      refused("identity.not-a-member"),
    );
    await run(directory.revokeDelegation, end, await by("eve"));
    expect((await identity.directory.standingOf("eve")).organizations).toEqual([]);
  });

  it("the log says who gave whom which roles, and what was refused", async () => {
    const { governance, by } = await withMuseum();
    const { audit } = governance;
    const member = { organizationId: "museo", userId: "eve", roles: ["curator"] };
    await governance.attempt("organization.add-member", member, await by("bob"));
    const { items } = await audit.query({ category: "security", user: "bob" });
    expect(items).toHaveLength(1);
    const given = await audit.query({ category: "security", user: "ada" });
    const { operation, result } = given.items.find(
      ({ entry }) => entry.event_type === "ORGANIZATION_ADD_MEMBER",
    )!.entry;
    expect(result.status).toBe("SUCCESS");
    expect(operation).toMatchObject({ organization_id: "museo", roles_given: ["curator"] });
    expect(operation["member_id"]).toEqual(expect.stringMatching(/./));
    expect(operation["member_id"]).not.toBe("bob");
  });
});

describe("operations on places", () => {
  it("an administrator of an organisation changes its rule, and no other's", async () => {
    const { governance, by } = await withMuseum();
    const { run, geography } = governance;
    const { changeRule } = geography!;
    const member = await by("ada");
    await run(changeRule, { organizationId: "museo", rule }, member);
    expect(await run(geography!.read, { organizationId: "museo" }, member)).toEqual({ rule, networks: [] });
    await expect(run(changeRule, { organizationId: "galeria", rule }, member)).rejects.toThrow(
      refused("access.denied"),
    );
    const outcome = await governance.attempt("analysis.list", {}, { ...member });
    expect(outcome.ok).toBe(true);
    await run(changeRule, { organizationId: "museo", rule: null }, member);
  });

  it("networks are changed once both custodians signed exactly this list", async () => {
    const { governance, by, clock } = await withMuseum();
    const { run, geography } = governance;
    const { changeNetworks } = geography!;
    const custodians = await custodiansOf(governance, "museo");
    const change = { organizationId: "museo", networks: ["192.0.2.0/24"] };
    const approvalId = await approvalIdOf(run(changeNetworks, change, await by("ada")), "geography.approval-required");
    await agree(governance, custodians, approvalId, clock.ms);
    const other = { ...change, networks: ["198.51.100.0/24"], approvalId };
    await expect(run(changeNetworks, other, await by("ada"))).rejects.toThrow(refused("approvals.other-request"));
    await run(changeNetworks, { ...change, approvalId }, await by("ada"));
    const { items } = await governance.audit.query({ category: "security", action: "geography.networks-changed" });
    expect(items[0]?.entry.operation).toMatchObject({ approval_id: approvalId });
  });

  it("there are none where nobody asks where requests come from", async () => {
    const { governance } = await guardedPlace();
    expect(governance.geography).toBeUndefined();
    const names = governance.operations.map(({ name }) => name);
    expect(names).toContain("organization.add-member");
    expect(names.filter((name) => name.startsWith("geography."))).toEqual([]);
  });
});
