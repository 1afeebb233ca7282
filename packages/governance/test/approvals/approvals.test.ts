import type { JsonValue } from "@artguard/core";
import {
  approvalStates,
  approvalTransitions,
  canonicalHash,
  canonicalJson,
  custodianRole,
  type NoticeSink,
  signDecision,
} from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { tableStores } from "../../../core/test/fixtures/table-stores.ts";
import { assertApprovalTransition } from "../../src/approvals/approval-states.ts";
import { isSignedBy } from "../../src/approvals/decision.ts";
import { acting, decide, newCustodian, newCustody, requester } from "../fixtures/custody.ts";
import { approvalsSuite, asked, input, signedBy } from "./approvals-suite.ts";

describe.each(tableStores)("Approvals on %s", (_, make) => approvalsSuite(make));

describe("Approvals", () => {
  it("refuses who asks, and who acts for whoever asks", async () => {
    const delegates: string[] = [];
    const custody = await newCustody(undefined, { delegatesOf: async (id) => (id === "requester" ? delegates : []) });
    const { approvals, ana, ben } = custody;
    await expect(approvals.requestApproval(ana.context, input)).rejects.toMatchObject({
      code: "approvals.self-approval",
    });
    const { approval_id } = await approvals.requestApproval(requester, input);
    const signed = await signedBy(custody, ben, approval_id);
    // Made a delegate after the request.
    delegates.push(ben.registered.person_id);
    await expect(approvals.decide(ben.context, signed)).rejects.toMatchObject({ code: "approvals.self-approval" });
    await expect(approvals.requestApproval(requester, input)).rejects.toMatchObject({
      code: "approvals.self-approval",
    });
    expect(custody.audit.types("approval.")).toContain("approval.requested:refused");
  });

  it("refuses a custodian for whom whoever asks may act", async () => {
    const assistants: string[] = [];
    const custody = await newCustody(undefined, { delegatesOf: async (id) => (id === "person-ben" ? assistants : []) });
    const { approvals, ben } = custody;
    const { approval_id } = await approvals.requestApproval(requester, input);
    assistants.push("requester");
    await expect(approvals.challenge(ben.context, approval_id)).rejects.toMatchObject({
      code: "approvals.self-approval",
    });
    await expect(approvals.requestApproval(requester, input)).rejects.toMatchObject({
      code: "approvals.self-approval",
    });
  });

  it("would let a delegate approve, were nobody asked who acts for whom", async () => {
    const careless = await newCustody(undefined, { delegatesOf: async () => [] });
    const { approval_id } = await careless.approvals.requestApproval(requester, input);
    expect((await decide(careless, careless.ben, approval_id)).secondary.decision).toBe("approve");
  });

  it("would take a replayed decision by its signature: the nonce is what refuses it", async () => {
    const custody = await newCustody();
    const { approvals, ana } = custody;
    const { approval_id, request_hash } = await approvals.requestApproval(requester, input);
    const { nonce, decision, decidedAt: decided_at, signature } = await signedBy(custody, ana, approval_id);
    await approvals.challenge(ana.context, approval_id);
    const statement = { approval_id, request_hash, custodian_id: "ana", decision, nonce, decided_at };
    expect(isSignedBy(ana.registered.signing_key, statement, signature)).toBe(true);
    const replayed = { approvalId: approval_id, decision, nonce, decidedAt: decided_at, signature };
    await expect(approvals.decide(ana.context, replayed)).rejects.toMatchObject({ code: "approvals.nonce-refused" });
  });

  it("logs the attempt of whoever is no custodian as a warning", async () => {
    const { approvals, audit } = await newCustody();
    const { approval_id } = await approvals.requestApproval(requester, input);
    await expect(approvals.status(acting("mallory"), approval_id)).rejects.toMatchObject({
      code: "approvals.not-found",
    });
    await expect(approvals.challenge(requester, approval_id)).rejects.toMatchObject({
      code: "approvals.self-approval",
    });
    await expect(approvals.challenge(acting("mallory"), approval_id)).rejects.toMatchObject({
      code: "approvals.not-found",
    });
    expect(audit.events.at(-1)).toMatchObject({
      outcome: "refused",
      severity: "warning",
      resource: { id: approval_id },
    });
  });

  it("takes no decision that is replayed, altered, late or signed by another key", async () => {
    const custody = await newCustody();
    const { approvals, ana, ben, clock } = custody;
    const { approval_id } = await approvals.requestApproval(requester, input);
    const { approval_id: other } = await approvals.requestApproval(requester, input);
    const signed = await signedBy(custody, ana, approval_id);
    const refused = (decision: typeof signed, code: string) =>
      expect(approvals.decide(ana.context, decision)).rejects.toMatchObject({ code });
    await refused({ ...signed, decision: "reject" }, "approvals.invalid-signature");
    await refused({ ...signed, decidedAt: signed.decidedAt + 1 }, "approvals.invalid-signature");
    await refused({ ...signed, decidedAt: Number.NaN }, "approvals.invalid-input");
    await refused({ ...signed, signature: "AAAA" }, "approvals.invalid-signature");
    await refused({ ...signed, nonce: "0".repeat(32) }, "approvals.nonce-refused");
    await refused({ ...signed, approvalId: other }, "approvals.nonce-refused");
    const wrongKey = { ...ana, signingKey: ben.signingKey };
    await refused(await signedBy(custody, wrongKey, approval_id), "approvals.invalid-signature");
    // A new challenge has taken the place of the first.
    await refused(signed, "approvals.nonce-refused");
    const late = await signedBy(custody, ana, approval_id);
    clock.ms += 15 * 60_000;
    await refused(late, "approvals.nonce-refused");
    const good = await signedBy(custody, ana, approval_id);
    await approvals.decide(ana.context, good);
    await refused(good, "approvals.already-decided");
    await expect(approvals.decide(ben.context, good)).rejects.toMatchObject({ code: "approvals.nonce-refused" });
    expect((await approvals.status(requester, approval_id)).state).toBe("PENDING");
  });

  it("needs both: one custodian alone approves nothing, not even under both names", async () => {
    const custody = await newCustody();
    const { approvals, ana, ben } = custody;
    const { approval_id } = await approvals.requestApproval(requester, input);
    await decide(custody, ana, approval_id);
    const posing = { ...ana, context: ben.context };
    await expect(decide(custody, posing, approval_id)).rejects.toMatchObject({ code: "approvals.invalid-signature" });
    await expect(decide(custody, ana, approval_id)).rejects.toMatchObject({ code: "approvals.already-decided" });
    const use = approvals.consume(requester, { approvalId: approval_id, asked });
    await expect(use).rejects.toMatchObject({ code: "approvals.incomplete" });
  });

  it("decides anew who may do it when it is done", async () => {
    let allowed = true;
    const custody = await newCustody(undefined, {
      authorize: async () => {
        if (!allowed) throw new Error("the permission was revoked");
      },
    });
    const { approval_id: approvalId } = await custody.approvals.requestApproval(requester, input);
    for (const custodian of [custody.ana, custody.ben]) await decide(custody, custodian, approvalId);
    allowed = false;
    await expect(custody.approvals.consume(requester, { approvalId, asked })).rejects.toThrow("revoked");
    allowed = true;
    expect((await custody.approvals.consume(requester, { approvalId, asked })).state).toBe("CONSUMED");
  });

  it("believes signatures, not the stored state: a key that was replaced since approves nothing", async () => {
    const custody = await newCustody();
    const { approvals, ana, ben } = custody;
    const { approval_id: approvalId } = await approvals.requestApproval(requester, input);
    for (const custodian of [ana, ben]) await decide(custody, custodian, approvalId);
    await approvals.custodians.register(requester, (await newCustodian("ana")).registered);
    const use = approvals.consume(requester, { approvalId, asked });
    await expect(use).rejects.toMatchObject({ code: "approvals.invalid-signature" });
  });

  it("refuses custodians without the right keys", async () => {
    const { approvals, ana } = await newCustody();
    const wrong = { ...ana.registered, signing_key: ana.registered.sealing_key };
    const registering = approvals.custodians.register(requester, wrong);
    await expect(registering).rejects.toMatchObject({ code: "approvals.invalid-input" });
  });

  it("gives a sink that hangs its time and goes on", async () => {
    const { approvals } = await newCustody();
    await approvals.requestApproval(requester, input);
    const hanging: NoticeSink = { deliver: () => new Promise(() => undefined) };
    expect(await approvals.deliverOutbox(hanging, { timeoutMs: 20 })).toEqual({ delivered: 0, failed: 2 });
  });

  it("knows every state and leaves final ones alone", () => {
    expect(Object.keys(approvalTransitions).sort()).toEqual([...approvalStates].sort());
    for (const from of approvalStates) {
      for (const to of approvalStates) {
        const allowed = approvalTransitions[from].includes(to);
        if (allowed) assertApprovalTransition(from, to);
        else expect(() => assertApprovalTransition(from, to)).toThrow(`from ${from} to ${to}`);
      }
    }
    expect(approvalStates.filter((state) => approvalTransitions[state].length > 0)).toEqual(["PENDING", "APPROVED"]);
  });

  it("lets custodians approve, and read no data", () => {
    expect(custodianRole.permissions.every((permission) => permission.startsWith("approval."))).toBe(true);
  });
});

describe("canonicalJson", () => {
  it("is one text for one value, as RFC 8785 has it", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "\u20ac\n" }], a: 1e21, "10": 0.1, "2": -0 })).toBe(
      '{"10":0.1,"2":0,"a":1e+21,"b":[1,{"c":"€\\n","d":null}]}',
    );
    expect(canonicalHash({ a: 1, b: 2 })).toBe(canonicalHash({ b: 2, a: 1 }));
    expect(canonicalHash({ a: 1, b: 2 })).not.toBe(canonicalHash({ a: 2, b: 1 }));
  });
});

describe("canonicalJson of what is no JSON", () => {
  const deep = JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`);
  const values: [string, unknown][] = [
    ["a date", { until: new Date(0) }],
    ["a map", new Map([["a", 1]])],
    ["an instance", new (class Amount {})()],
    ["not a number", { amount: Number.NaN }],
    ["an infinite number", [Number.POSITIVE_INFINITY]],
    ["undefined", undefined],
    ["bytes", { image: new Uint8Array(3) }],
    ["a hole in an array", Array(1)],
    ["a big integer", 1n],
    ["a function", () => 1],
    ["a symbol as a name", { [Symbol("a")]: 1 }],
    ["a lone surrogate", "\ud800"],
    ["a name that is a lone surrogate", { "\ud800": 1 }],
    ["too deep", deep],
  ];

  it.each(values)("is refused: %s", (_, value) => {
    expect(() => canonicalHash(value as JsonValue)).toThrow(
      expect.objectContaining({ code: "approvals.invalid-input" }),
    );
  });

  it("would be one text for two requests, as JSON.stringify has it", () => {
    expect(JSON.stringify({ amount: Number.NaN })).toBe(JSON.stringify({ amount: null }));
    expect(canonicalJson({ a: undefined, b: 1 } as unknown as JsonValue)).toBe('{"b":1}');
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1},"b":[]}'))).toBe('{"__proto__":{"a":1},"b":[]}');
  });
});

describe("signDecision", () => {
  it("signs the same decision the same way", async () => {
    const { signingKey } = await newCustodian("x");
    const statement = {
      approval_id: "a",
      request_hash: "b",
      custodian_id: "c",
      decision: "approve",
      nonce: "n",
      decided_at: 1,
    } as const;
    expect(signDecision(signingKey, statement)).toBe(signDecision(signingKey, { ...statement }));
    expect(signDecision(signingKey, statement)).not.toBe(
      signDecision(signingKey, { ...statement, decision: "reject" }),
    );
  });
});
