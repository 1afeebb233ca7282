import { createSecurityContext, localContext, requireStrength, type SecurityContext } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { contextOf, multiFactor } from "../fixtures/contexts.ts";
import { noon } from "../fixtures/stores.ts";

const refused = (code: string) => expect.objectContaining({ code });
const who = {
  principal: { kind: "user", id: "ada" },
  authentication: { method: "token", strength: "single" },
} as const;

/** Every object and list of a value, itself included. */
function partsOf(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(partsOf)];
}

describe("a security context", () => {
  const complete = (): SecurityContext =>
    createSecurityContext({
      ...who,
      organizations: [{ organizationId: "museum", roles: ["curator"] }],
      roles: ["user"],
      scopes: ["analysis.read"],
      permissions: ["analysis.read"],
      clientAddress: "192.0.2.1",
      country: "CR",
      traceId: "0af7651916cd43dd8448eb211c80319c",
    });

  it("is frozen to its last list", () => {
    const parts = partsOf(complete());
    expect(parts).toHaveLength(9);
    expect(parts.filter((part) => !Object.isFrozen(part))).toEqual([]);
    const permissions = complete().permissions as string[];
    expect(() => permissions.push("*")).toThrow(TypeError);
  });

  it("is a copy: what it was made of can change without it", () => {
    const roles = ["user"];
    const context = createSecurityContext({ ...who, roles });
    roles.push("admin");
    expect(context.roles).toEqual(["user"]);
  });

  it("has a trace of its own, and refuses what cannot be one", () => {
    expect(createSecurityContext(who).traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(createSecurityContext(who).traceId).not.toBe(createSecurityContext(who).traceId);
    for (const traceId of ["", "0".repeat(32), "A".repeat(32), `${"a".repeat(32)}\n`, "a".repeat(31)]) {
      expect(() => createSecurityContext({ ...who, traceId })).toThrow(refused("identity.invalid-input"));
    }
    expect(() => createSecurityContext({ ...who, country: "cr" })).toThrow(refused("identity.invalid-input"));
    expect(() => createSecurityContext({ ...who, principal: { kind: "user", id: "" } })).toThrow(
      refused("identity.invalid-input"),
    );
  });

  it("of this machine's operator has no address and every permission", () => {
    expect(localContext()).toMatchObject({ principal: { kind: "local" }, permissions: ["*"] });
    expect(Object.isFrozen(localContext())).toBe(true);
  });
});

describe("requireStrength", () => {
  const maxAgeMs = 60_000;
  const options = { maxAgeMs, now: () => noon };

  it("lets through who has proven enough, not too long ago", () => {
    expect(() => requireStrength(contextOf("ada"), "single")).not.toThrow();
    expect(() => requireStrength(contextOf("ada", multiFactor(noon - maxAgeMs)), "multi", options)).not.toThrow();
  });

  it.each<[string, Partial<SecurityContext>]>([
    ["one factor only", { authentication: { method: "token", strength: "single", at: noon } }],
    ["a proof too long ago", multiFactor(noon - maxAgeMs - 1)],
    ["a proof of nobody knows when", { authentication: { method: "token", strength: "multi" } }],
    ["no proof", { authentication: { method: "none", strength: "none" } }],
  ])("refuses %s", (_, more) => {
    expect(() => requireStrength(contextOf("ada", more), "multi", options)).toThrow(
      refused("identity.step-up-required"),
    );
  });
});
