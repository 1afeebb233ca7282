import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ApiKeyRepository,
  type Consent,
  consentSchema,
  createArtGuard,
  defineUserTable,
  erasureGate,
  explainRetention,
  MemoryObjectStore,
  MemoryTableStore,
  openPrivacy,
  UserRepository,
  userIdOf,
} from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { testClock } from "../user/stores.ts";

const day = 86_400_000;
const [ada, eve] = [userIdOf("ada"), userIdOf("eve")];
const picture = await encoded(gradient(30, 20).png());
const privacyPage = readFileSync(new URL("../../../../docs/privacy.md", import.meta.url), "utf8");

async function house() {
  const clock = testClock();
  const [tables, objects] = [new MemoryTableStore({ now: clock.now }), new MemoryObjectStore({ now: clock.now })];
  const users = await tables.open(defineUserTable());
  const artguard = await createArtGuard({
    detectors: [],
    isolation: "none",
    tables,
    objects,
    admission: erasureGate(tables, users.definition),
    now: clock.now,
  });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  const privacy = await openPrivacy({ tables, objects, settleMs: 0, now: clock.now });
  const consent = (purpose: Consent["purpose"] = "image_storage"): Consent =>
    consentSchema.parse({ purpose, policy_version: "2026-01", granted_at: clock.now() });
  const keys = async () => {
    const all: string[] = [];
    for await (const { key } of objects.list("")) all.push(key);
    return all;
  };
  return { clock, tables, objects, users, artguard, privacy, consent, keys };
}

describe("the GDPR checklist of the specification", () => {
  it("Data Minimization: only save what's necessary", async () => {
    const { artguard, keys, users } = await house();
    const { request_id } = await artguard.analyze(picture, { userId: ada, filename: "/home/ada/secret/portrait.png" });
    expect(await keys()).toEqual([]);
    const record = await artguard.get(request_id);
    expect(record).toMatchObject({ image_saved: false, filename: "portrait.png" });
    expect(JSON.stringify(record)).not.toContain("secret");
    const projections = Object.values(users.definition.indexes).map(({ projection }) => projection);
    expect([...new Set(projections)]).toEqual(["keys"]);
  });

  it("Data Minimization: no user and no file name in the keys of objects", async () => {
    const { artguard, keys, consent } = await house();
    await artguard.analyze(picture, { userId: ada, filename: "portrait.png", saveImage: true, consent: consent() });
    expect(await keys()).toHaveLength(2);
    expect((await keys()).join()).not.toMatch(/ada|portrait/);
  });

  it("Purpose Limitation: clear purpose for each attribute", async () => {
    const { artguard, consent } = await house();
    const { request_id } = await artguard.analyze(picture, { userId: ada, saveImage: true, consent: consent() });
    for (const { why } of explainRetention(await artguard.get(request_id))) expect(why).not.toBe("");
    const training = artguard.analyze(picture, { userId: ada, saveImage: true, consent: consent("training") });
    await expect(training).rejects.toThrow(expect.objectContaining({ code: "analysis.consent-required" }));
  });

  it("Storage Limitation: auto-delete after 30 days", async () => {
    const { artguard, consent, clock, keys, privacy } = await house();
    const { request_id } = await artguard.analyze(picture, { userId: ada, saveImage: true, consent: consent() });
    clock.advance(30 * day - 1);
    expect((await artguard.get(request_id)).image_saved).toBe(true);
    clock.advance(1);
    expect(await artguard.get(request_id)).toMatchObject({ image_saved: false });
    expect((await artguard.get(request_id)).raw_image_url).toBeUndefined();
    await privacy.sweepExpired();
    expect(await keys()).toEqual([]);
  });

  it("Transparency: user knows what's saved", async () => {
    const { artguard, consent, keys, privacy } = await house();
    const { request_id } = await artguard.analyze(picture, { userId: ada, saveImage: true, consent: consent() });
    const told = explainRetention(await artguard.get(request_id)).map(({ where }) => where);
    for (const key of await keys()) expect(told.join("\n")).toContain(key);
    const paths: string[] = [];
    for await (const { path } of privacy.exportUser(ada)) paths.push(path);
    for (const key of await keys()) expect(paths).toContain(`analyses/${request_id}/${key.split("/").at(-1)}`);
  });

  it("User Control: opt-in for image storage, and the way back", async () => {
    const { artguard, consent, keys, privacy } = await house();
    const unasked = artguard.analyze(picture, { userId: ada, saveImage: true });
    await expect(unasked).rejects.toThrow(expect.objectContaining({ code: "analysis.consent-required" }));
    const { request_id } = await artguard.analyze(picture, { userId: ada, saveImage: true, consent: consent() });
    await privacy.withdrawConsent(request_id, ada);
    expect(await keys()).toEqual([]);
    expect(await artguard.get(request_id)).toMatchObject({ image_saved: false, status: "COMPLETED" });
  });

  it("Right to Deletion: of one analysis, and of everything", async () => {
    const { artguard, consent, keys, privacy } = await house();
    const options = { userId: ada, saveImage: true, consent: consent() };
    const [one, two] = [await artguard.analyze(picture, options), await artguard.analyze(picture, options)];
    await artguard.deleteAnalysis(one.request_id);
    expect(await keys()).toHaveLength(2);
    expect((await privacy.eraseUser(ada)).erased).toMatchObject({ analyses: 1, objects: 2 });
    expect(await keys()).toEqual([]);
    await expect(artguard.get(two.request_id)).rejects.toThrow(expect.objectContaining({ code: "analysis.not-found" }));
    const again = artguard.analyze(picture, options);
    await expect(again).rejects.toThrow(expect.objectContaining({ code: "user.being-erased" }));
  });

  it("Encryption: what opens an account is never stored as it is", async () => {
    const path = join(temporaryFolder(), "test.db");
    const secrets: string[] = [];
    {
      await using store = await sqlite({ path });
      const users = await store.open(defineUserTable());
      await new UserRepository(store, users).create({ user_id: ada, email: "ada@example.org" });
      const { key } = await new ApiKeyRepository(store, users, { secret: new Uint8Array(32) }).create(ada, "one");
      secrets.push(key.split("_").at(-1)!);
    }
    const file = readFileSync(path, "latin1");
    expect(file).toContain("ada@example.org");
    for (const secret of secrets) expect(file).not.toContain(secret);
    expect(privacyPage).toMatch(/at rest.*in transit/is);
  });

  it("Access Control: nobody reaches what is another's", async () => {
    const { artguard, consent, privacy } = await house();
    const { request_id } = await artguard.analyze(picture, { userId: ada, saveImage: true, consent: consent() });
    await artguard.analyze(picture, { userId: ada });
    const { cursor } = await artguard.history(ada, { limit: 1 });
    await expect(artguard.history(eve, { cursor })).rejects.toThrow(
      expect.objectContaining({ code: "storage.invalid-cursor" }),
    );
    await expect(privacy.withdrawConsent(request_id, eve)).rejects.toThrow(
      expect.objectContaining({ code: "analysis.not-found" }),
    );
    const paths: string[] = [];
    for await (const { path } of privacy.exportUser(eve)) paths.push(path);
    expect(paths.join()).not.toContain("analyses/");
    expect((await privacy.eraseUser(eve)).erased.analyses).toBe(0);
    expect((await artguard.history(ada)).items).toHaveLength(2);
  });
});
