import { CustodianGate, canonicalHash, type GatedChange, owningEntity } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { askedJson } from "../../src/approvals/custodian-gate.ts";
import { acting, decide, entityId, newCustody, requester } from "../fixtures/custody.ts";

const change = (more: Partial<GatedChange> = {}): GatedChange => ({
  operation: "grant.create",
  resource: { kind: "analysis", id: "a1", ownerId: entityId },
  input: { permission: "analysis.read" },
  ...more,
});

describe("CustodianGate", () => {
  it("finds the open request of the same caller for the same, and asks anew for anything else", async () => {
    const { approvals } = await newCustody();
    const gate = new CustodianGate(approvals, owningEntity);
    const first = await gate.request(requester, change());
    expect(await gate.request(requester, change())).toBe(first);
    const others = [
      await gate.request(acting("somebody else"), change()),
      await gate.request(requester, change({ input: { permission: "analysis.delete" } })),
      await gate.request(requester, change({ purpose: "court" })),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
  });

  it("lets exactly what was approved happen once", async () => {
    const custody = await newCustody();
    const { approvals, ana, ben } = custody;
    const gate = new CustodianGate(approvals, owningEntity);
    const id = await gate.request(requester, change());
    await expect(gate.consume(requester, id, change())).rejects.toMatchObject({ code: "approvals.incomplete" });
    for (const custodian of [ana, ben]) await decide(custody, custodian, id);
    const wider = change({ input: { permission: "analysis.delete" } });
    await expect(gate.consume(requester, id, wider)).rejects.toMatchObject({ code: "approvals.other-request" });
    await gate.consume(requester, id, change());
    await expect(gate.consume(requester, id, change())).rejects.toMatchObject({ code: "approvals.consumed" });
    expect(await gate.request(requester, change())).not.toBe(id);
  });

  it("asks the custodians of the organisation, else of the owner, and nobody where nobody guards", async () => {
    expect(owningEntity({ kind: "dataset", ownerId: "ada", organizationId: "museum" })).toBe("museum");
    expect(owningEntity({ kind: "dataset", ownerId: "ada" })).toBe("ada");
    const gate = new CustodianGate((await newCustody()).approvals, owningEntity);
    await expect(gate.request(requester, change({ resource: { kind: "policy" } }))).rejects.toMatchObject({
      code: "approvals.no-custodians",
    });
  });

  it("binds bytes by their hash, leaves functions out, and refuses what JSON cannot say", () => {
    const hashOf = (input: unknown) => canonicalHash(askedJson(change({ input })));
    const bytes = new Uint8Array([1, 2, 3]);
    expect(hashOf({ bytes, onProgress: () => undefined })).toBe(hashOf({ bytes: Uint8Array.from(bytes) }));
    expect(hashOf({ bytes })).not.toBe(hashOf({ bytes: new Uint8Array([1, 2, 4]) }));
    expect(hashOf({ a: 1, b: [null, true] })).toBe(hashOf({ b: [null, true], a: 1, c: undefined }));
    for (const input of [{ at: 10n }, { at: Number.NaN }]) {
      expect(() => hashOf(input)).toThrow(expect.objectContaining({ code: "approvals.invalid-input" }));
    }
  });
});
