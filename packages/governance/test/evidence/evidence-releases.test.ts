import {
  type AccessControl,
  type OpenGovernance,
  type OpenGovernanceOptions,
  openEvidence,
  type ReleaseName,
} from "@artguard/governance";
import { describe, expect, it } from "vitest";
import type { TestCustodian } from "../fixtures/custody.ts";
import {
  as,
  decideOn,
  guardedPlace,
  handOverFor,
  newRecipient,
  photograph,
  splitKeyOf,
  storeImage,
} from "../fixtures/guarded-place.ts";

const hourMs = 3_600_000;

/** Ada's image, and rex, who may have it released to a court. */
async function contested(options: Partial<OpenGovernanceOptions> = {}) {
  const { governance, clock } = await guardedPlace({ protection: "tripartite", ...options });
  const { run, core, evidence, access } = governance;
  const { ana, ben } = await splitKeyOf(governance, "ada");
  const requestId = await storeImage(governance, "ada", clock.ms);
  const grant = {
    resource: { kind: "analysis", id: requestId },
    grantee: { kind: "user", id: "rex" },
    permission: "analysis.release",
  } as const;
  await run(core.grant.create, grant, as("ada"));
  const { recipient, privateKey } = await newRecipient();
  const request = async (more = {}): Promise<ReleaseName> => {
    const asked = await run(evidence.requestRelease, { requestId, recipient, ...more }, as("rex"));
    return { approvalId: asked.approval_id, openingId: asked.opening_id };
  };
  const release = (name: ReleaseName, more = {}, by = "rex") =>
    run(evidence.release, { requestId, recipient, ...name, ...more }, as(by));
  return { governance, clock, access, ana, ben, requestId, grant, recipient, privateKey, request, release };
}

type Contested = Awaited<ReturnType<typeof contested>>;

async function agreed({ governance, clock, ana, ben }: Contested, name: ReleaseName): Promise<void> {
  for (const custodian of [ana, ben]) await decideOn(governance, custodian, name, { at: clock.ms });
  for (const custodian of [ana, ben]) await handOverFor(governance, custodian, name);
}

async function typesIn({ audit }: OpenGovernance): Promise<string[]> {
  const { items } = await audit.query({ category: "security", order: "oldest_first", limit: 1000 });
  return items.map(({ entry }) => `${entry.event_type}${entry.result.status === "SUCCESS" ? "" : " refused"}`);
}

describe("a release of evidence", () => {
  it("reaches its recipient and nobody else, once, with every step in the audit log", async () => {
    const place = await contested();
    const { governance, requestId, privateKey, request, release } = place;
    const name = await request({ reason: "case 17" });
    await agreed(place, name);
    const sealed = await release(name);
    expect(sealed).toMatchObject({ request_id: requestId, recipient: "court", content_type: "image/jpeg" });
    expect(await openEvidence(privateKey, sealed)).toEqual(new Uint8Array(photograph));
    await expect(openEvidence((await newRecipient()).privateKey, sealed)).rejects.toMatchObject({
      code: "keys.unwrap-failed",
    });
    for (const wrong of [{ recipient: "rex" }, { sha256: "0".repeat(64) }, { request_id: "another" }]) {
      await expect(openEvidence(privateKey, { ...sealed, ...wrong })).rejects.toMatchObject({
        code: "keys.unwrap-failed",
      });
    }
    await expect(release(name)).rejects.toMatchObject({ code: "keys.not-found" });
    const types = await typesIn(governance);
    const steps = [
      "KEY_OPENING_REQUESTED",
      "APPROVAL_REQUESTED",
      "EVIDENCE_REQUEST_RELEASE",
      "APPROVAL_DECIDED",
      "KEY_SHARE_SUBMITTED",
      "APPROVAL_CONSUMED",
      "KEY_OPENED",
      "EVIDENCE_SEALED",
      "KEY_PURGED",
      "EVIDENCE_RELEASE",
      "EVIDENCE_RELEASE refused",
    ];
    const places = steps.map((step) => types.lastIndexOf(step));
    expect(places.filter((at, index) => at < 0 || at < (places[index - 1] ?? 0))).toEqual([]);
    expect((await governance.audit.verify({ checkpoint: await governance.audit.checkpoint() })).findings).toEqual([]);
  });

  it("gives no bytes before both have approved and handed over, in whatever order", async () => {
    const place = await contested();
    const { governance, clock, ana, ben, request, release } = place;
    const name = await request();
    const none = () => expect(release(name)).rejects.toMatchObject({ code: "keys.opening-incomplete" });
    const tooEarly = (custodian: TestCustodian) =>
      expect(handOverFor(governance, custodian, name)).rejects.toMatchObject({ code: "approvals.incomplete" });
    await none();
    await tooEarly(ana);
    await decideOn(governance, ana, name, { at: clock.ms });
    await none();
    await tooEarly(ana);
    await decideOn(governance, ben, name, { at: clock.ms });
    await none();
    await handOverFor(governance, ben, name);
    await none();
    await handOverFor(governance, ana, name);
    expect((await release(name)).sealed.length).toBeGreaterThan(photograph.length);
    expect((await typesIn(governance)).filter((type) => type === "KEY_OPENED")).toHaveLength(1);
  });

  it("is for what was asked alone: not for another recipient, key, analysis or release", async () => {
    const place = await contested();
    const { governance, clock, requestId, recipient, grant, request, release } = place;
    const name = await request();
    await agreed(place, name);
    const { sealing_key } = (await newRecipient()).recipient;
    const second = await storeImage(governance, "ada", clock.ms);
    const { run, core } = governance;
    await run(core.grant.create, { ...grant, resource: { kind: "analysis", id: second } }, as("ada"));
    for (const other of [
      { recipient: { ...recipient, id: "press" } },
      { recipient: { ...recipient, sealing_key } },
      { requestId: second },
    ]) {
      await expect(release(name, other)).rejects.toMatchObject({ code: "keys.other-request" });
    }
    const unapproved = await request();
    await expect(release({ ...name, openingId: unapproved.openingId })).rejects.toMatchObject({
      code: "keys.opening-incomplete",
    });
    const crossed = { approvalId: unapproved.approvalId, openingId: name.openingId };
    await expect(release(crossed)).rejects.toMatchObject({ code: "approvals.other-request" });
    await expect(release(name, { requestId })).resolves.toMatchObject({ recipient: "court" });
  });

  it("is refused while the grant is revoked, and for whoever has none", async () => {
    const place = await contested();
    const { governance, grant, request, release } = place;
    const { run, core } = governance;
    const name = await request();
    await agreed(place, name);
    await run(core.grant.revoke, grant, as("ada"));
    await expect(release(name)).rejects.toMatchObject({ code: "analysis.not-found" });
    await expect(release(name, {}, "oscar")).rejects.toMatchObject({ code: "analysis.not-found" });
    await run(core.grant.create, grant, as("ada"));
    expect((await release(name)).recipient).toBe("court");
  });

  it("is refused by the executor itself where the pipeline saw a grant that ended a moment later", async () => {
    const place = await contested();
    const { governance, grant, request, release } = place;
    const { access } = governance;
    const name = await request();
    await agreed(place, name);
    const validate = access.validateAccess;
    let asked = 0;
    const racing: AccessControl["validateAccess"] = async (question) => {
      const decision = await validate(question);
      if (question.permission === "analysis.release" && ++asked === 1) await access.revokeAccess(grant);
      return decision;
    };
    access.validateAccess = racing;
    await expect(release(name)).rejects.toMatchObject({ code: "access.denied" });
    expect(asked).toBe(2);
    expect(await typesIn(governance)).not.toContain("KEY_OPENED");
  });

  it("cannot be approved by whoever asks, by others, or after its time", async () => {
    const place = await contested();
    const { governance, clock, ana, ben, requestId, recipient, grant } = place;
    const { run, core, evidence, approval } = governance;
    await run(core.grant.create, { ...grant, grantee: { kind: "user", id: "ana" } }, as("ada"));
    await expect(run(evidence.requestRelease, { requestId, recipient }, as("ana"))).rejects.toMatchObject({
      code: "approvals.self-approval",
    });
    const name = await place.request();
    const { approvalId } = name;
    // Not even as a custodian of others.
    for (const who of ["rex", "oscar"]) {
      await expect(run(approval.challenge, { approvalId }, as(who))).rejects.toMatchObject({ code: "access.denied" });
    }
    await expect(run(approval.challenge, { approvalId }, as("rex", ["custodian"]))).rejects.toMatchObject({
      code: "approvals.self-approval",
    });
    await expect(run(evidence.review, name, as("oscar", ["custodian"]))).rejects.toMatchObject({
      code: "approvals.not-found",
    });
    await decideOn(governance, ana, name, { at: clock.ms });
    clock.ms += 72 * hourMs;
    await expect(run(approval.challenge, { approvalId }, as("ben", ["custodian"]))).rejects.toMatchObject({
      code: "approvals.expired",
    });
    await expect(handOverFor(governance, ben, name)).rejects.toMatchObject({ code: "keys.not-found" });
    await expect(place.release(name)).rejects.toMatchObject({ code: "keys.not-found" });
  });

  it("ends with one rejection, or when it is withdrawn", async () => {
    const place = await contested();
    const { governance, clock, ana, ben, request } = place;
    const { run, approval } = governance;
    const [rejected, withdrawn] = [await request(), await request()];
    await decideOn(governance, ana, rejected, { at: clock.ms });
    await decideOn(governance, ben, rejected, { decision: "reject", at: clock.ms });
    await expect(handOverFor(governance, ana, rejected)).rejects.toMatchObject({
      code: "approvals.illegal-transition",
    });
    await run(approval.withdraw, { approvalId: withdrawn.approvalId }, as("rex"));
    const read = await run(approval.read, { approvalId: withdrawn.approvalId }, as("rex"));
    expect(read.state).toBe("WITHDRAWN");
    await expect(decideOn(governance, ana, withdrawn, { at: clock.ms })).rejects.toMatchObject({
      code: "approvals.illegal-transition",
    });
  });

  it("is for images that are kept, under a split key", async () => {
    const { governance, clock } = await guardedPlace({ protection: "envelope" });
    const { run, core, evidence } = governance;
    const { recipient } = await newRecipient();
    const requestId = await storeImage(governance, "ada", clock.ms);
    await expect(run(evidence.requestRelease, { requestId, recipient }, as("ada"))).rejects.toMatchObject({
      code: "keys.not-found",
    });
    const unkept = await run(core.analysis.create, { bytes: photograph }, as("ada"));
    const asking = run(evidence.requestRelease, { requestId: unkept.request_id, recipient }, as("ada"));
    await expect(asking).rejects.toMatchObject({ code: "analysis.image-not-saved" });
  });

  it("leaves the people it was about unknown once they are erased", async () => {
    const place = await contested();
    const { governance } = place;
    await agreed(place, await place.request());
    const { run, core, audit } = governance;
    const before = await audit.query({ user: "ada" });
    expect(before.items.length).toBeGreaterThan(0);
    await run(core.user.erase, {}, as("ada"));
    expect((await audit.query({ user: "ada" })).items).toEqual([]);
    const { items } = await audit.query({ category: "security", limit: 1000 });
    expect(items.filter(({ entry }) => JSON.stringify(entry).includes('"ada"'))).toEqual([]);
    await expect(governance.keys.publicKeyOf("ada")).rejects.toMatchObject({ code: "keys.shredded" });
  });
});
