import { decide, defaultPolicy, type Policy, parsePolicy, permissionsOf } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { contextOf, multiFactor } from "../fixtures/contexts.ts";
import { noon } from "../fixtures/stores.ts";

const policy = (more: object = {}) => ({ roles: { reader: { any: ["analysis.read"] } }, rules: [], ...more });
const deny = (when: object) => policy({ rules: [{ id: "d", effect: "deny", permissions: ["*"], when }] });
const refused = expect.objectContaining({ code: "access.invalid-policy" });

describe("parsePolicy", () => {
  it.each([
    ["a permission that is no noun.verb", policy({ roles: { r: { own: ["analysis"] } } })],
    ["an attribute that no policy has", policy({ rulez: [] })],
    ["two rules of one id", policy({ rules: [1, 2].map(() => ({ id: "d", effect: "deny", permissions: ["*"] })) })],
    ["a role of a kind that nobody defined", policy({ roles_of_kind: { user: ["king"] } })],
    ["a mask of neither column nor tag", policy({ column_masks: [{ id: "m", resource: "dataset", mask: "redact" }] })],
    ["a deny that a role lifts", deny({ not: { role: "reader" } })],
    ["a deny that a role lifts, deeper", deny({ any: [{ all: [{ not: { any: [{ role: "reader" }] } }] }] })],
    ["a deny that a membership lifts", deny({ not: { relation: "organization" } })],
  ])("refuses %s", (_, wrong) => {
    expect(() => parsePolicy(wrong)).toThrow(refused);
  });

  it("accepts a deny that a role brings about, and one that a second factor lifts", () => {
    const rules = [
      { id: "a", effect: "deny", permissions: ["*"], when: { not: { not: { role: "reader" } } } },
      { id: "b", effect: "deny", permissions: ["*"], when: { not: { multi_factor: {} } } },
    ];
    expect(parsePolicy(policy({ rules })).rules).toHaveLength(2);
  });
});

describe("a role in an organisation", () => {
  const roles: Policy["roles"] = { boss: { any: ["*"] }, reader: { organization: ["analysis.read"] } };
  const ask = (context: ReturnType<typeof contextOf>, organizationId: string) =>
    decide(
      { roles, rules: [] },
      { context, permission: "analysis.read", resource: { kind: "analysis", organizationId } },
      [],
      noon,
    ).allowed;

  it("ends at that organisation, even one that may do anything", () => {
    const context = contextOf("ada", { organizations: [{ organizationId: "museum", roles: ["boss"] }] });
    expect([ask(context, "museum"), ask(context, "gallery")]).toEqual([true, false]);
  });

  it("held by the person reaches every organisation the person is a member of", () => {
    const organizations = [{ organizationId: "museum", roles: [] }];
    const context = contextOf("ada", { roles: ["reader"], organizations });
    expect([ask(context, "museum"), ask(context, "gallery")]).toEqual([true, false]);
  });
});

describe("the default policy", () => {
  const ask = (context: ReturnType<typeof contextOf>, permission: string, ownerId?: string) =>
    decide(
      defaultPolicy,
      { context, permission, resource: { kind: "analysis", id: "a", ...(ownerId !== undefined && { ownerId }) } },
      [],
      noon,
    ).allowed;

  it("lets people do with their own things what they like, and nothing with others'", () => {
    expect(ask(contextOf("ada"), "analysis.delete", "ada")).toBe(true);
    expect(ask(contextOf("bob"), "analysis.delete", "ada")).toBe(false);
    expect(ask(contextOf("ada"), "analysis.read")).toBe(false);
  });

  it("lets an administrator delete others' things after a fresh second factor only, and not read them", () => {
    const roles = { roles: ["admin"] };
    expect(ask(contextOf("root", roles), "analysis.delete", "ada")).toBe(false);
    expect(ask(contextOf("root", { ...roles, ...multiFactor(noon - 16 * 60_000) }), "analysis.delete", "ada")).toBe(
      false,
    );
    expect(ask(contextOf("root", { ...roles, ...multiFactor(noon - 1000) }), "analysis.delete", "ada")).toBe(true);
    expect(ask(contextOf("root", { ...roles, ...multiFactor(noon) }), "analysis.read", "ada")).toBe(false);
  });

  it("lets custodians approve and read nothing of it", () => {
    const custodian = contextOf("cuno", { roles: ["custodian"], ...multiFactor(noon) });
    expect([ask(custodian, "approval.decide", "ada"), ask(custodian, "analysis.read", "ada")]).toEqual([true, false]);
  });

  it("gives the nameless nothing, and a service what services do", () => {
    expect(
      ask(contextOf("anonymous", { principal: { kind: "anonymous", id: "anonymous" } }), "analysis.read", "anonymous"),
    ).toBe(false);
    const service = contextOf("ada", { principal: { kind: "service", id: "ada" } });
    expect([ask(service, "service.sweep"), ask(service, "analysis.read", "ada")]).toEqual([true, false]);
  });
});

describe("permissionsOf", () => {
  it("lists what the roles allow within the scopes", () => {
    const roles = { worker: { own: ["analysis.*"], any: ["dataset.read"] }, unused: { any: ["*"] } };
    const caller = contextOf("ada", { roles: ["worker"], scopes: ["analysis.read", "dataset.*"] });
    expect(permissionsOf({ roles, rules: [] }, caller)).toEqual(["analysis.read", "dataset.read"]);
  });
});
