import { randomBytes } from "node:crypto";
import { defaultTiers, MemoryObjectStore, MemoryTableStore, userIdOf } from "@artguard/core";
import {
  type AnyOperation,
  type AskedOpening,
  auditOperations,
  canonicalHash,
  localContext,
  newAuditKeyPair,
  newSealingKeys,
  openEvidence,
  openGovernance,
  resealShare,
  type ShareRequest,
  signDecision,
} from "@artguard/governance";
import { createApp } from "@artguard/http";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  newCustodian,
  pairOf,
  type TestCustodian,
  testKeyring,
} from "../../../packages/governance/test/fixtures/custody.ts";
import { photograph } from "../../../packages/governance/test/fixtures/guarded-place.ts";
import { formOf, halfDetector } from "./http-place.ts";

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** ArtGuard with split keys, and people who have nothing but an API key and the routes. */
async function installation() {
  const [tables, objects] = [new MemoryTableStore(), new MemoryObjectStore()];
  const governance = await openGovernance({
    ...{ tables, objects, provider: await testKeyring(), secret: randomBytes(32) },
    signingKey: newAuditKeyPair("example.org/audit").signingKey,
    detectors: [halfDetector()],
    analysis: { isolation: "none" },
    protection: "tripartite",
    tiers: defaultTiers,
    settleMs: 0,
    operations: ({ audit }) => Object.values<AnyOperation>(auditOperations(audit)),
  });
  onTestFinished(() => governance[Symbol.asyncDispose]());
  const { users, apiKeys, identity, approvals, keys } = governance;
  const app = createApp({ governance });
  const keyOf: Record<string, string> = {};
  for (const id of ["ada", "ines", "ana", "ben", "carl", "oscar", "root"]) {
    await users.create({ user_id: id, email: `${id}@example.org` });
    keyOf[id] = (await apiKeys.create(userIdOf(id), "one")).key;
  }
  await identity.directory.assignRoles("root", ["admin"]);
  await identity.directory.assignRoles("carl", ["custodian"]);
  const custodians = [await newCustodian("ana", "ana"), await newCustodian("ben", "ben")] as const;
  for (const { registered } of custodians) {
    await approvals.custodians.register(localContext(), registered);
    await identity.directory.assignRoles(registered.person_id, ["custodian"]);
  }
  await approvals.custodians.assign(localContext(), "ada", "ana", "ben");
  await keys.create(localContext(), { entityId: "ada", protection: "tripartite", custodians: pairOf(...custodians) });
  const send = async (who: string, method: string, path: string, init: RequestInit): Promise<Answer> => {
    const headers = { "x-api-key": keyOf[who] ?? "", ...init.headers };
    const answer = await app.request(path, { ...init, method, headers });
    return { status: answer.status, body: (await answer.json()) as Answer["body"] };
  };
  const ask = (who: string, method: string, path: string, body?: object): Promise<Answer> =>
    send(who, method, path, {
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
  const upload = async (who: string) => send(who, "POST", "/detect-forgery?save_image=true", await formOf(photograph));
  return { ask, upload, objects, custodians };
}

type Ask = Awaited<ReturnType<typeof installation>>["ask"];

/** A release that was asked for. */
interface Name {
  readonly approval_id: string;
  readonly opening_id: string;
}

const releaseOf = ({ approval_id }: Name) => `/v1/evidence/releases/${approval_id}`;

async function review(ask: Ask, id: string, name: Name) {
  return (await ask(id, "GET", `${releaseOf(name)}?opening_id=${name.opening_id}`)).body;
}

/** A custodian looks at what is asked, and signs where the key is. */
async function approve(ask: Ask, { registered, signingKey }: TestCustodian, name: Name): Promise<Answer> {
  const { person_id: id } = registered;
  const { asked } = await review(ask, id, name);
  const { status, body } = await ask(id, "POST", `/v1/approvals/${name.approval_id}/challenge`);
  if (status !== 200) return { status, body };
  const { approval_id, custodian_id, nonce } = body as Record<string, string>;
  const statement = {
    ...{ approval_id: approval_id!, custodian_id: custodian_id!, nonce: nonce! },
    request_hash: canonicalHash(asked as AskedOpening),
    decision: "approve",
    decided_at: Date.now(),
  } as const;
  const signature = signDecision(signingKey, statement);
  const { decision, decided_at } = statement;
  return ask(id, "POST", `/v1/approvals/${name.approval_id}/decision`, { decision, nonce, decided_at, signature });
}

async function handOver(ask: Ask, { registered, sealingKey, holder }: TestCustodian, name: Name): Promise<Answer> {
  const { person_id: id } = registered;
  const { share_requests } = await review(ask, id, name);
  const own = (share_requests as ShareRequest[]).find((each) => each.holder === holder.id)!;
  const sealed = await resealShare(sealingKey, own);
  return ask(id, "POST", `${releaseOf(name)}/shares`, { opening_id: name.opening_id, holder: own.holder, sealed });
}

const refusal = ({ status, body }: Answer) => {
  const { code, details } = body["error"] as { code: string; details: { reason: string } };
  return [status, code, details.reason];
};
/** What is told, without the trace and the id that the caller named. */
const told = ({ status, body }: Answer, id: string) =>
  [
    status,
    JSON.stringify(body)
      .replace(/"trace_id":"\w+"/, "")
      .replaceAll(id, "ID"),
  ] as const;

async function holds(objects: MemoryObjectStore, piece: Buffer): Promise<boolean> {
  for await (const { key } of objects.list("")) {
    if (Buffer.from(await objects.get(key)).includes(piece)) return true;
  }
  return false;
}

describe("a contested artwork, over HTTP alone", () => {
  it("is examined, shared, released by two notaries to a court, and forgotten", async () => {
    // 1. Ada owns a painting. Two notaries, Ana and Ben, guard the key to her evidence.
    const { ask, upload, objects, custodians } = await installation();
    const [ana, ben] = custodians;

    // 2. She has a photograph of it examined. The image is stored, encrypted.
    const analysis = await upload("ada");
    expect(analysis).toMatchObject({ status: 200, body: { image_saved: true, status: "COMPLETED" } });
    const requestId = String(analysis.body["request_id"]);
    const path = `/v1/analyses/${requestId}`;

    // 3. No stored object holds a piece of the image, and the platform alone cannot open it.
    const piece = photograph.subarray(2000, 2032);
    expect(await holds(objects, piece)).toBe(false);
    const needsApproval = [403, "CUSTODIAN_APPROVAL_REQUIRED", "keys.approval-required"];
    expect(refusal(await ask("ada", "POST", `${path}/reanalyze`))).toEqual(needsApproval);

    // 4. Ines, of the insurance, saw nothing; Ada shares the result. Ines can read it and not delete it.
    const unknown = "0190b8d2-0000-4000-8000-000000000000";
    expect(told(await ask("ines", "GET", path), requestId)).toEqual(
      told(await ask("ines", "GET", `/v1/analyses/${unknown}`), unknown),
    );
    const share = { resource: { kind: "analysis", id: requestId }, grantee: { kind: "user", id: "ines" } };
    const mayRelease = { ...share, permission: "analysis.release" };
    for (const grant of [{ ...share, permission: "analysis.read" }, mayRelease]) {
      expect((await ask("ada", "POST", "/v1/grants", grant)).status).toBe(201);
    }
    expect((await ask("ines", "GET", path)).body["forgery_score"]).toBe(analysis.body["forgery_score"]);
    expect((await ask("ines", "DELETE", path)).status).toBe(404);

    // 5. Ines asks for a copy for the court's laboratory. Nobody has approved: no bytes, and no share is taken.
    const court = await newSealingKeys();
    const recipient = { id: "court-laboratory", sealing_key: Buffer.from(court.publicKey).toString("base64") };
    const what = { request_id: requestId, recipient };
    expect((await ask("oscar", "POST", "/v1/evidence/releases", what)).status).toBe(404);
    const requested = await ask("ines", "POST", "/v1/evidence/releases", { ...what, reason: "case 17/2026" });
    expect(requested.status).toBe(201);
    const name = requested.body as unknown as Name;
    const approvalPath = `/v1/approvals/${name.approval_id}`;
    const copy = (more = {}, who = "ines") =>
      ask(who, "POST", `${releaseOf(name)}/copy`, { ...what, opening_id: name.opening_id, ...more });
    const incomplete = [503, "KEY_UNAVAILABLE", "keys.opening-incomplete"];
    expect(refusal(await copy())).toEqual(incomplete);
    expect(refusal(await handOver(ask, ana, name))).toEqual([
      403,
      "CUSTODIAN_APPROVAL_REQUIRED",
      "approvals.incomplete",
    ]);
    expect((await ask("ines", "POST", `${approvalPath}/challenge`)).status).toBe(403);
    for (const who of ["ana", "ben"]) {
      const { body } = await ask(who, "GET", "/v1/approvals");
      expect(body).toMatchObject({ items: [{ approval_id: name.approval_id, reason: "case 17/2026" }] });
    }
    expect((await ask("ines", "GET", "/v1/approvals?which=asked")).body["items"]).toHaveLength(1);

    // Whoever has no part in it cannot tell it from one that is not there.
    const absent = { approval_id: "f".repeat(32), opening_id: name.opening_id };
    const signed = { decision: "approve", nonce: "n", decided_at: 1, signature: "AAAA" };
    const handed = { opening_id: name.opening_id, holder: "ana", sealed: "AAAA" };
    for (const who of ["oscar", "ada", "carl"]) {
      const outside = async ({ approval_id, opening_id }: Name) =>
        Promise.all([
          ask(who, "GET", `/v1/approvals/${approval_id}`),
          ask(who, "POST", `/v1/approvals/${approval_id}/withdraw`),
          ask(who, "POST", `/v1/approvals/${approval_id}/challenge`),
          ask(who, "POST", `/v1/approvals/${approval_id}/decision`, signed),
          ask(who, "GET", `/v1/evidence/releases/${approval_id}?opening_id=${opening_id}`),
          ask(who, "POST", `/v1/evidence/releases/${approval_id}/shares`, handed),
        ]);
      const [there, elsewhere] = [await outside(name), await outside(absent)];
      expect(there.map((each) => told(each, name.approval_id))).toEqual(
        elsewhere.map((each) => told(each, absent.approval_id)),
      );
      const mayDecide = who === "carl";
      expect(there.map(({ status }) => status)).toEqual([404, 404, ...Array(4).fill(mayDecide ? 404 : 403)]);
      expect((await ask(who, "GET", "/v1/approvals")).body["items"]).toEqual([]);
    }
    expect((await copy({}, "oscar")).status).toBe(404);

    // 6. Ana approves: not enough. Ben approves, and both hand over their shares for this one release.
    expect(await approve(ask, ana, name)).toMatchObject({ status: 200, body: { state: "PENDING" } });
    expect((await ask("ana", "GET", "/v1/approvals")).body["items"]).toEqual([]);
    expect(refusal(await copy())).toEqual(incomplete);
    expect((await handOver(ask, ana, name)).status).toBe(403);
    expect(refusal(await approve(ask, ana, name))).toEqual([409, "CONFLICT", "approvals.already-decided"]);
    expect(await approve(ask, ben, name)).toMatchObject({ status: 200, body: { state: "APPROVED" } });
    expect((await handOver(ask, ana, name)).status).toBe(200);
    expect(refusal(await copy())).toEqual(incomplete);
    expect((await handOver(ask, ben, name)).status).toBe(200);

    // 7. For another recipient it is refused, and also while Ada has taken her permission back.
    const other = { recipient: { ...recipient, id: "a-newspaper" } };
    expect(refusal(await copy(other))).toEqual([409, "CONFLICT", "keys.other-request"]);
    const ofGrant = `resource_kind=analysis&resource_id=${requestId}&grantee_kind=user&grantee_id=ines`;
    await ask("ada", "DELETE", `/v1/grants?${ofGrant}&permission=analysis.release`);
    expect((await copy()).status).toBe(404);
    await ask("ada", "POST", "/v1/grants", mayRelease);

    // 8. The laboratory, and nobody else, opens its copy. A second copy is refused.
    const released = await copy();
    expect(released).toMatchObject({ status: 200, body: { request_id: requestId, recipient: "court-laboratory" } });
    const evidence = released.body as unknown as Parameters<typeof openEvidence>[1];
    const sealed = { ...evidence, sealed: Buffer.from(String(released.body["sealed"]), "base64") };
    expect(sealed.sealed.includes(piece)).toBe(false);
    await expect(openEvidence((await newSealingKeys()).privateKey, sealed)).rejects.toMatchObject({
      code: "keys.unwrap-failed",
    });
    expect(Buffer.from(await openEvidence(court.privateKey, sealed))).toEqual(photograph);
    expect((await copy()).status).not.toBe(200);
    expect((await ask("ines", "GET", approvalPath)).body["state"]).toBe("CONSUMED");
    expect(refusal(await ask("ada", "POST", `${path}/reanalyze`))).toEqual(needsApproval);

    // 9. The audit log has every step.
    const log = await ask("root", "GET", "/v1/audit?category=security&order=oldest_first&limit=1000");
    const types = (log.body["items"] as { entry: { event_type: string } }[]).map(({ entry }) => entry.event_type);
    const steps = ["APPROVAL_REQUESTED", "APPROVAL_DECIDED", "KEY_SHARE_SUBMITTED", "APPROVAL_CONSUMED", "KEY_OPENED"];
    const places = [...steps, "EVIDENCE_SEALED", "KEY_PURGED"].map((type) => types.lastIndexOf(type));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(types.filter((type) => type === "KEY_OPENED")).toHaveLength(1);

    // 10. Ada has herself erased.
    expect(await ask("ada", "DELETE", "/api/user/ada/data")).toMatchObject({ body: { erased: { analyses: 1 } } });
    expect((await ask("ada", "GET", path)).status).toBe(401);
    expect((await ask("ines", "GET", path)).status).toBe(404);
    for await (const { key } of objects.list("inference/")) expect.fail(`${key} is left`);

    // 11. The log still verifies.
    expect((await ask("root", "POST", "/v1/audit/verify", {})).body).toMatchObject({ ok: true, findings: [] });
  });
});
