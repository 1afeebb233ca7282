import { type AccessControl, type NewGrant, openAccess, type Policy, type SecurityContext } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { contextOf } from "../fixtures/contexts.ts";
import { openedStore, storeKinds, testClock } from "../fixtures/stores.ts";

const resource = { kind: "analysis", id: "a#1", ownerId: "ada" };
const share: NewGrant = { grantee: { kind: "user", id: "bob" }, resource, permission: "analysis.read" };
const byAda = (version: number) => ({ expected: version, changedBy: "ada" });
const nothing: Policy = { roles: {}, rules: [] };

describe.each(storeKinds)("access control on %s", (_, make) => {
  async function place() {
    const clock = testClock();
    const tables = await openedStore(make, clock.now);
    const open = (more = {}) => openAccess({ tables, now: clock.now, ...more });
    return { clock, open, access: await open() };
  }
  const reads = async (access: AccessControl, context: SecurityContext, more = {}) =>
    (await access.validateAccess({ context, permission: "analysis.read", resource, ...more })).allowed;

  it("a grant opens one permission on one thing to one person, until it is revoked, in every process at once", async () => {
    const { access, open } = await place();
    const elsewhere = await open();
    const bob = contextOf("bob");
    expect(await reads(elsewhere, bob)).toBe(false);
    const { grant_id } = await access.grantPermission(share, "ada");
    expect(await elsewhere.validateAccess({ context: bob, permission: "analysis.read", resource })).toMatchObject({
      allowed: true,
      decidedBy: { source: "grant", id: grant_id },
    });
    expect(await reads(elsewhere, contextOf("eve"))).toBe(false);
    expect(await reads(elsewhere, bob, { permission: "analysis.delete" })).toBe(false);
    expect(await reads(elsewhere, bob, { resource: { ...resource, id: "a" } })).toBe(false);
    expect([await access.revokeAccess(share), await access.revokeAccess(share)]).toEqual([true, false]);
    expect(await reads(elsewhere, bob)).toBe(false);
  });

  it("a grant to an organisation is for its members, one with a purpose for that purpose", async () => {
    const { access } = await place();
    const grantee = { kind: "organization", id: "museum" } as const;
    await access.grantPermission({ ...share, grantee, purpose: "research" }, "ada");
    const member = contextOf("bob", { organizations: [{ organizationId: "museum", roles: [] }] });
    expect(await reads(access, member, { purpose: "research" })).toBe(true);
    expect(await reads(access, member, { purpose: "ads" })).toBe(false);
    expect(await reads(access, member)).toBe(false);
    expect(await reads(access, contextOf("museum"), { purpose: "research" })).toBe(false);
  });

  it("a grant ends at its millisecond", async () => {
    const { access, clock } = await place();
    await access.grantPermission({ ...share, expiresAt: clock.ms + 1500 }, "ada");
    clock.ms += 1499;
    expect(await reads(access, contextOf("bob"))).toBe(true);
    clock.ms += 1;
    expect(await reads(access, contextOf("bob"))).toBe(false);
  });

  it.each([
    ["of another kind than its resource", { permission: "user.erase" }],
    ["with a pattern for a permission", { permission: "analysis.*" }],
    ["that is over", { expiresAt: 1 }],
    ["without a moment", { expiresAt: Number.NaN }],
    ["to nobody", { grantee: { kind: "user", id: "" } as const }],
  ])("refuses a grant %s", async (_, wrong) => {
    const { access } = await place();
    await expect(access.grantPermission({ ...share, ...wrong }, "ada")).rejects.toMatchObject({
      code: "access.invalid-grant",
    });
    expect((await access.grantsOn(resource)).items).toEqual([]);
  });

  it("grants are found by resource and by person, and forgotten with either", async () => {
    const { access } = await place();
    const other = { kind: "analysis", id: "a2" };
    await access.grantPermission(share, "ada");
    await access.grantPermission({ ...share, resource: other }, "ada");
    await access.grantPermission(
      { ...share, resource: { kind: "analysis", id: "a3" }, grantee: { kind: "user", id: "ada" } },
      "eve",
    );
    expect((await access.grantsTo({ kind: "user", id: "bob" })).items).toHaveLength(2);
    expect(await access.forgetResource(other)).toBe(1);
    expect((await access.grantsOn(resource)).items).toHaveLength(1);
    expect(await access.forgetUser("ada")).toBe(2);
    expect((await access.grantsTo({ kind: "user", id: "bob" })).items).toEqual([]);
    expect(await access.forgetUser("ada")).toBe(0);
  });

  it("a policy is a version more, goes back as a version more, and is not lost between two who change it", async () => {
    const { access } = await place();
    const ada = contextOf("ada");
    expect([(await access.policy()).version, await reads(access, ada)]).toEqual([0, true]);
    expect(await access.changePolicy(nothing, byAda(0))).toMatchObject({ version: 1 });
    expect(await reads(access, ada)).toBe(false);
    await expect(access.changePolicy(nothing, byAda(0))).rejects.toMatchObject({ code: "access.policy-changed" });
    await expect(access.revert(7, byAda(1))).rejects.toMatchObject({ code: "access.unknown-policy-version" });
    expect(await access.revert(0, byAda(1))).toMatchObject({ version: 2 });
    expect(await reads(access, ada)).toBe(true);
    expect(await access.revert(1, byAda(2))).toMatchObject({ version: 3, policy: nothing });
    expect(await access.policyHistory()).toMatchObject([
      { version: 3, reverts_to: 1, changed_by: "ada" },
      { version: 2, reverts_to: 0 },
      { version: 1 },
    ]);
  });

  it("of two changes at the same moment one comes into force", async () => {
    const { access, open } = await place();
    const elsewhere = await open();
    const outcomes = await Promise.allSettled([access, elsewhere].map((each) => each.changePolicy(nothing, byAda(0))));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("a policy of another process is in force here after the time of the cache, 1 s unless said otherwise", async () => {
    const { access, open, clock } = await place();
    const [elsewhere, slow] = [await open(), await open({ policyCacheMs: 30_000 })];
    const ada = contextOf("ada");
    expect([await reads(elsewhere, ada), await reads(slow, ada)]).toEqual([true, true]);
    await access.changePolicy(nothing, byAda(0));
    expect(await reads(elsewhere, ada)).toBe(true);
    clock.ms += 1000;
    expect([await reads(elsewhere, ada), await reads(slow, ada)]).toEqual([false, true]);
    clock.ms += 29_000;
    expect(await reads(slow, ada)).toBe(false);
    await expect(open({ policyCacheMs: 30_001 })).rejects.toMatchObject({ code: "access.invalid-policy" });
  });

  it("explains what was considered, and simulates what another policy would change", async () => {
    const { access } = await place();
    await access.grantPermission(share, "ada");
    const request = { context: contextOf("bob"), permission: "analysis.read", resource };
    const { considered, ...decision } = await access.explain(request);
    expect(decision).toMatchObject({ allowed: true, policyVersion: 0, decidedBy: { source: "grant" } });
    expect(considered.map(({ source, id, applies }) => [source, source === "grant" ? "" : id, applies])).toEqual([
      ["role", "user", false],
      ["grant", "", true],
    ]);
    const closed: Policy = { ...nothing, rules: [{ id: "closed", effect: "deny", permissions: ["analysis.*"] }] };
    const ada = { ...request, context: contextOf("ada") };
    const eve = { ...request, context: contextOf("eve") };
    const changes = await access.simulate(closed, [request, ada, eve]);
    expect(changes.map(({ request: { context }, after }) => [context.principal.id, after.decidedBy?.id])).toEqual([
      ["bob", "closed"],
      ["ada", "closed"],
    ]);
    expect(await reads(access, contextOf("ada"))).toBe(true);
  });
});
