import {
  Admissions,
  consentSchema,
  createArtGuard,
  type Detector,
  defineAnalysisTable,
  MemoryObjectStore,
  openPrivacy,
  quotaGate,
  requestHash,
  UserRepository,
} from "@artguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";
import { watchedObjects } from "../privacy/crashing.ts";
import { ada, openUsers, testClock } from "./stores.ts";

const sure: Detector = {
  id: "sure",
  version: "1.0.0",
  family: "noise",
  detect: () => ({ applicable: true, statistic: 1, regions: [], findings: [] }),
};
const picture = await encoded(gradient(30, 20).png());

/** An ArtGuard that counts Ada's quota of 3. */
async function guarded() {
  const { store, users, analyses, clock } = await openUsers(testClock());
  const repository = new UserRepository(store, users, { now: clock.now });
  await repository.create({ user_id: ada, email: "ada@example.org", monthly_quota: 3 });
  const admissions = new Admissions({ store, users, analyses, now: clock.now });
  const objects = new MemoryObjectStore();
  const artguard = await createArtGuard({
    detectors: [sure],
    isolation: "none",
    tables: store,
    objects,
    admission: quotaGate(admissions),
    now: clock.now,
  });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  const used = async () => (await repository.get(ada)).quota_used;
  const consent = consentSchema.parse({ purpose: "image_storage", policy_version: "1", granted_at: clock.now() });
  return { artguard, used, admissions, store, objects, consent, now: clock.now };
}

describe("quotaGate", () => {
  it("charges an analysis, and refuses the one beyond the quota before there is a record of it", async () => {
    const { artguard, used } = await guarded();
    for (let n = 0; n < 3; n++) await artguard.analyze(picture, { userId: ada });
    const refused = expect.objectContaining({ code: "user.quota-exceeded" });
    await expect(artguard.analyze(picture, { userId: ada })).rejects.toThrow(refused);
    await expect(artguard.submit(picture, { userId: ada })).rejects.toThrow(refused);
    expect(await used()).toBe(3);
    expect((await artguard.history(ada)).items).toHaveLength(3);
  });

  it("gives a repeated request its first result, analysed once and charged once", async () => {
    const { artguard, used } = await guarded();
    const options = { userId: ada, idempotency: { key: "k", requestHash: requestHash(picture) } };
    const first = await artguard.analyze(picture, options);
    const again = await artguard.analyze(picture, options);
    expect([again.request_id, again.forgery_score]).toEqual([first.request_id, first.forgery_score]);
    expect(await used()).toBe(1);
  });

  it("says of a submitted request that it is in flight to whoever wants its result under the same key", async () => {
    const { artguard, used } = await guarded();
    const options = { userId: ada, idempotency: { key: "k", requestHash: requestHash(picture) } };
    const { request_id } = await artguard.submit(picture, options);
    await expect(artguard.analyze(picture, options)).rejects.toMatchObject({
      code: "user.idempotency-in-flight",
      retryable: true,
    });
    await artguard.processOpenWork();
    expect(await artguard.analyze(picture, options)).toMatchObject({ request_id, status: "COMPLETED" });
    expect(await used()).toBe(1);
  });

  it("gives a repeated submission its record, and holds the input once", async () => {
    const { artguard, used } = await guarded();
    const options = { userId: ada, idempotency: { key: "k", requestHash: requestHash(picture) } };
    const first = await artguard.submit(picture, options);
    expect((await artguard.submit(picture, options)).request_id).toBe(first.request_id);
    expect(await artguard.processOpenWork()).toMatchObject({ completed: 1 });
    expect(await artguard.get(first.request_id)).toMatchObject({ status: "COMPLETED" });
    expect(await used()).toBe(1);
  });

  it("charges for bytes that are no image, and not for what the caller never got into", async () => {
    const { artguard, used } = await guarded();
    const truncated = picture.slice(0, 60);
    await expect(artguard.analyze(truncated, { userId: ada })).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^image\./) }),
    );
    expect(await used()).toBe(1);
    await expect(artguard.analyze(picture, { userId: ada, saveImage: true })).rejects.toThrow(
      expect.objectContaining({ code: "analysis.consent-required" }),
    );
    expect(await used()).toBe(1);
  });

  it("does not judge an image again whose owner is being erased", async () => {
    const { artguard, store, objects, consent } = await guarded();
    const { request_id } = await artguard.analyze(picture, { userId: ada, saveImage: true, consent });
    expect(await artguard.reanalyze(request_id)).toMatchObject({ version_number: 2 });
    const halting = watchedObjects(objects, (call) => {
      if (call === "objects.list") throw new Error("halted");
    });
    const privacy = await openPrivacy({ tables: store, objects: halting, settleMs: 0 });
    await expect(privacy.eraseUser(ada)).rejects.toThrow("halted");
    await expect(artguard.reanalyze(request_id)).rejects.toThrow(
      expect.objectContaining({ code: "user.being-erased" }),
    );
  });

  it("gives the charge back when the system failed", async () => {
    const { artguard, used, admissions } = await guarded();
    const gate = quotaGate(admissions);
    const { request_id } = await artguard.analyze(picture, { userId: ada });
    const record = await artguard.get(request_id);
    const error = { code: "storage.unavailable", message: "m", fix: "f", retryable: true };
    const failed = { ...record, status: "FAILED", error } as const;
    await gate.failed({ ...failed, error: { ...error, code: "image.undecodable" } });
    expect(await used()).toBe(1);
    await gate.failed(failed);
    await gate.failed(failed);
    expect(await used()).toBe(0);
  });

  it("leaves it to the sweep to give back what a dying process did not, once, and only what the system failed", async () => {
    const { artguard, used, store, objects, now } = await guarded();
    const analyses = await store.open(defineAnalysisTable());
    for (const code of ["storage.unavailable", "image.undecodable"] as const) {
      const { request_id, created_at } = await artguard.analyze(picture, { userId: ada });
      const error = { code, message: "m", fix: "f", retryable: true };
      await analyses.update({ request_id, created_at }, { set: { status: "FAILED", error } });
    }
    const privacy = await openPrivacy({ tables: store, objects, settleMs: 0, now });
    expect(await used()).toBe(2);
    expect(await privacy.sweepExpired()).toMatchObject({ charges_refunded: 1 });
    expect(await privacy.sweepExpired()).toMatchObject({ charges_refunded: 0 });
    expect(await used()).toBe(1);
  });
});
