import { appendFile, readFile } from "node:fs/promises";
import { ArtGuardError } from "@artguard/core";
import { type ApprovalPage, fileSink, type NoticeSink, type SignedDecision, signDecision } from "@artguard/governance";
import { expect, it } from "vitest";
import type { MakeTableStore } from "../../../core/test/fixtures/table-stores.ts";
import { temporaryFolder } from "../../../core/test/fixtures/temporary-folder.ts";
import {
  acting,
  type Custody,
  decide,
  entityId,
  newCustodian,
  newCustody,
  requester,
  type TestCustodian,
} from "../fixtures/custody.ts";

const hourMs = 3_600_000;
export const asked = { analysis: "a-1", recipient: "insurer-7", operation: "evidence.release" };
export const input = { entityId, operation: "evidence.release", asked };

/** A signed decision, to be sent as it is or altered. */
export async function signedBy(
  { approvals, clock }: Custody,
  { context, signingKey }: TestCustodian,
  approvalId: string,
): Promise<SignedDecision> {
  const { expires_at: _, ...challenge } = await approvals.challenge(context, approvalId);
  const statement = { ...challenge, decision: "approve", decided_at: clock.ms } as const;
  const signature = signDecision(signingKey, statement);
  return { approvalId, decision: "approve", nonce: challenge.nonce, decidedAt: clock.ms, signature };
}

async function approved(custody: Custody): Promise<string> {
  const { approval_id } = await custody.approvals.requestApproval(requester, input);
  for (const custodian of [custody.ana, custody.ben]) await decide(custody, custodian, approval_id);
  return approval_id;
}

/** What approvals promise on every store of tables. */
export function approvalsSuite(make: MakeTableStore): void {
  it("approves by both custodians and is used once, for exactly what was asked", async () => {
    const custody = await newCustody(make);
    const { approvals, ana, ben, audit } = custody;
    const { approval_id: approvalId, state } = await approvals.requestApproval(requester, input);
    expect(state).toBe("PENDING");
    expect((await decide(custody, ana, approvalId)).state).toBe("PENDING");
    await expect(approvals.consume(requester, { approvalId, asked })).rejects.toMatchObject({
      code: "approvals.incomplete",
    });
    expect((await decide(custody, ben, approvalId)).state).toBe("APPROVED");
    const other = { ...asked, recipient: "insurer-8" };
    await expect(approvals.consume(requester, { approvalId, asked: other })).rejects.toMatchObject({
      code: "approvals.other-request",
    });
    // The order of names says nothing.
    const reordered = Object.fromEntries(Object.entries(asked).reverse());
    expect((await approvals.consume(requester, { approvalId, asked: reordered })).state).toBe("CONSUMED");
    await expect(approvals.consume(requester, { approvalId, asked })).rejects.toMatchObject({
      code: "approvals.consumed",
    });
    expect(audit.types("approval.")).toEqual([
      "approval.requested",
      "approval.decided",
      "approval.consumed:refused",
      "approval.decided",
      "approval.consumed:refused",
      "approval.consumed",
      "approval.consumed:refused",
    ]);
  });

  it("lists what was asked, and what waits for each custodian until they have decided or it is over, in pages", async () => {
    const custody = await newCustody(make);
    const { approvals, ana, ben, clock } = custody;
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      clock.ms += 1;
      ids.unshift((await approvals.requestApproval(requester, { ...input, asked: { n } })).approval_id);
    }
    const of = (page: { items: readonly { approval_id: string }[] }) =>
      page.items.map(({ approval_id }) => approval_id);
    const paged = async (list: (part: { limit: number; cursor?: string }) => Promise<ApprovalPage>) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ limit: 2, ...(cursor !== undefined && { cursor }) });
        found.push(...of(page));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    };
    const waitingFor = ({ context }: TestCustodian) => paged((part) => approvals.waiting(context, part));
    expect(await paged((part) => approvals.asked(requester, part))).toEqual(ids);
    expect([await waitingFor(ana), await waitingFor(ben)]).toEqual([ids, ids]);
    const [decided, rejected, withdrawn, ...left] = ids;
    await decide(custody, ana, decided!);
    await decide(custody, ana, rejected!, "reject");
    await approvals.withdraw(requester, withdrawn!);
    expect([await waitingFor(ana), await waitingFor(ben)]).toEqual([left, [decided, ...left]]);
    expect(of(await approvals.asked(ana.context))).toEqual([]);
    expect(of(await approvals.waiting(requester))).toEqual([]);
    expect(of(await approvals.asked(requester))).toEqual(ids);
    await expect(approvals.waiting(ben.context, { cursor: "x" })).rejects.toMatchObject({
      code: "storage.invalid-cursor",
    });
    clock.ms += 73 * hourMs;
    expect(await waitingFor(ben)).toEqual([]);
  });

  it("lets exactly one of many use an approval", async () => {
    const custody = await newCustody(make);
    const approvalId = await approved(custody);
    const uses = await Promise.allSettled(
      Array.from({ length: 8 }, () => custody.approvals.consume(requester, { approvalId, asked })),
    );
    expect(uses.filter(({ status }) => status === "fulfilled").length).toBe(1);
    const codes = uses.flatMap((use) => (use.status === "rejected" ? [use.reason.code] : []));
    expect(new Set(codes)).toEqual(new Set(["approvals.consumed"]));
  });

  it("counts both decisions when they come at the same time", async () => {
    const custody = await newCustody(make);
    const { approvals, ana, ben } = custody;
    const { approval_id } = await approvals.requestApproval(requester, input);
    const signed = [await signedBy(custody, ana, approval_id), await signedBy(custody, ben, approval_id)] as const;
    await Promise.all([approvals.decide(ana.context, signed[0]), approvals.decide(ben.context, signed[1])]);
    expect((await approvals.status(requester, approval_id)).state).toBe("APPROVED");
  });

  it("ends with one rejection", async () => {
    const custody = await newCustody(make);
    const { approvals, ana, ben } = custody;
    const { approval_id: approvalId } = await approvals.requestApproval(requester, input);
    const signed = await signedBy(custody, ben, approvalId);
    expect((await decide(custody, ana, approvalId, "reject")).state).toBe("REJECTED");
    await expect(approvals.decide(ben.context, signed)).rejects.toMatchObject({ code: "approvals.illegal-transition" });
    await expect(approvals.consume(requester, { approvalId, asked })).rejects.toMatchObject({
      code: "approvals.illegal-transition",
    });
  });

  it("is over after 72 hours, approved or not", async () => {
    const custody = await newCustody(make);
    const { approvals, ana, clock } = custody;
    const approvalId = await approved(custody);
    const { approval_id: pending } = await approvals.requestApproval(requester, input);
    clock.ms += 72 * hourMs;
    await expect(approvals.consume(requester, { approvalId, asked })).rejects.toMatchObject({
      code: "approvals.expired",
    });
    await expect(decide(custody, ana, pending)).rejects.toMatchObject({ code: "approvals.expired" });
    expect((await approvals.status(requester, pending)).state).toBe("EXPIRED");
    expect(await approvals.expire(requester)).toBe(2);
    expect(await approvals.expire(requester)).toBe(0);
    await expect(approvals.consume(requester, { approvalId, asked })).rejects.toMatchObject({
      code: "approvals.expired",
    });
  });

  it("is taken back by whoever made it, and by nobody else", async () => {
    const { approvals, ana } = await newCustody(make);
    const { approval_id } = await approvals.requestApproval(requester, input);
    await expect(approvals.withdraw(acting("other"), approval_id)).rejects.toMatchObject({
      code: "approvals.not-found",
    });
    expect((await approvals.withdraw(requester, approval_id)).state).toBe("WITHDRAWN");
    await expect(approvals.challenge(ana.context, approval_id)).rejects.toMatchObject({
      code: "approvals.illegal-transition",
    });
    await expect(approvals.withdraw(requester, approval_id)).rejects.toMatchObject({
      code: "approvals.illegal-transition",
    });
  });

  it("finds the caller's open request for the same, so that nobody asks twice", async () => {
    const { approvals, clock } = await newCustody(make);
    expect(await approvals.find(requester, asked)).toBeUndefined();
    const { approval_id } = await approvals.requestApproval(requester, input);
    clock.ms += 1;
    const { approval_id: newer } = await approvals.requestApproval(requester, input);
    expect((await approvals.find(requester, asked))?.approval_id).toBe(newer);
    expect(await approvals.find(acting("other"), asked)).toBeUndefined();
    expect(await approvals.find(requester, { ...asked, recipient: "insurer-8" })).toBeUndefined();
    await approvals.withdraw(requester, newer);
    expect((await approvals.find(requester, asked))?.approval_id).toBe(approval_id);
    clock.ms += 72 * hourMs;
    expect(await approvals.find(requester, asked)).toBeUndefined();
  });

  it("asks the custodians who count now, and remembers who they were", async () => {
    const { approvals, ana, ben } = await newCustody(make);
    const cleo = await newCustodian("cleo");
    await approvals.custodians.register(requester, cleo.registered);
    await approvals.custodians.assign(requester, entityId, "cleo", "ben");
    const { approval_id } = await approvals.requestApproval(requester, input);
    await expect(approvals.challenge(ana.context, approval_id)).rejects.toMatchObject({
      code: "approvals.not-found",
    });
    expect((await approvals.challenge(cleo.context, approval_id)).custodian_id).toBe("cleo");
    const history = await approvals.custodians.history(entityId);
    expect(history.map(({ version, primary_id, secondary_id }) => [version, primary_id, secondary_id])).toEqual([
      [2, "cleo", "ben"],
      [1, "ana", "ben"],
    ]);
    const shadow = { ...(await newCustodian("shadow")).registered, person_id: ben.registered.person_id };
    await approvals.custodians.register(requester, shadow);
    const same = approvals.custodians.assign(requester, entityId, "shadow", "ben");
    await expect(same).rejects.toMatchObject({ code: "approvals.not-distinct" });
    await expect(approvals.requestApproval(requester, { ...input, entityId: "nobody" })).rejects.toMatchObject({
      code: "approvals.no-custodians",
    });
  });

  it("tells custodians by the outbox, reminds who has not decided, and names nothing but the request", async () => {
    const custody = await newCustody(make);
    const { approvals, ana, ben, clock } = custody;
    const file = `${temporaryFolder()}/outbox.jsonl`;
    const { approval_id } = await approvals.requestApproval(requester, { ...input, reason: "claim 77" });
    expect(await approvals.deliverOutbox(fileSink(file))).toEqual({ delivered: 2, failed: 0 });
    expect(await approvals.deliverOutbox(fileSink(file))).toEqual({ delivered: 0, failed: 0 });
    await decide(custody, ana, approval_id);
    clock.ms += 24 * hourMs - 1;
    expect(await approvals.remind(requester)).toBe(0);
    clock.ms += 1;
    expect(await approvals.remind(requester)).toBe(1);
    expect(await approvals.remind(requester)).toBe(0);
    await approvals.deliverOutbox(fileSink(file));
    const text = await readFile(file, "utf8");
    const notices = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(notices.map(({ about, recipient_id }) => `${about} ${recipient_id}`).sort()).toEqual([
      "reminder person-ben",
      "requested person-ana",
      "requested person-ben",
    ]);
    expect(Object.keys(notices[0]).sort()).toEqual(["about", "approval_id", "notice_id", "recipient_id"]);
    expect(text).not.toMatch(/insurer|claim|a-1/);
    expect(ben.registered.person_id).toBe("person-ben");
  });

  it("delivers each notice once when several processes deliver at once", async () => {
    const { approvals } = await newCustody(make);
    for (let index = 0; index < 4; index++) await approvals.requestApproval(requester, input);
    const taken: string[] = [];
    const sink: NoticeSink = { deliver: async ({ notice_id }) => void taken.push(notice_id) };
    const rounds = await Promise.all(Array.from({ length: 3 }, () => approvals.deliverOutbox(sink)));
    expect(taken.length).toBe(8);
    expect(new Set(taken).size).toBe(8);
    expect(rounds.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(8);
  });

  it("goes on with other notices when a sink fails as a store does", async () => {
    const { approvals } = await newCustody(make);
    await approvals.requestApproval(requester, input);
    const failing: NoticeSink = {
      deliver: async () => {
        throw new ArtGuardError("storage.access-denied", "the sink's own bucket");
      },
    };
    expect(await approvals.deliverOutbox(failing)).toEqual({ delivered: 0, failed: 2 });
  });

  it("delivers again later what a sink could not take", async () => {
    const { approvals, clock } = await newCustody(make);
    await approvals.requestApproval(requester, input);
    let calls = 0;
    const broken: NoticeSink = {
      deliver: async () => {
        calls += 1;
        throw new Error("no route to host");
      },
    };
    expect(await approvals.deliverOutbox(broken)).toEqual({ delivered: 0, failed: 2 });
    expect(await approvals.deliverOutbox(broken)).toEqual({ delivered: 0, failed: 0 });
    clock.ms += 60_000;
    expect(await approvals.deliverOutbox(broken)).toEqual({ delivered: 0, failed: 2 });
    expect(calls).toBe(4);
    clock.ms += 120_000;
    const file = `${temporaryFolder()}/outbox.jsonl`;
    await appendFile(file, "");
    expect(await approvals.deliverOutbox(fileSink(file))).toEqual({ delivered: 2, failed: 0 });
  });
}
