import {
  ArtGuardError,
  type ArtGuardOptions,
  type Consent,
  consentSchema,
  createArtGuard,
  type ErrorCode,
  MemoryObjectStore,
  MemoryTableStore,
  openPrivacy,
  requestHash,
  userIdOf,
} from "@artguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";
import { watchedObjects } from "../privacy/crashing.ts";

const picture = await encoded(gradient(30, 20).png());
const ada = userIdOf("ada");
const refused = (code: ErrorCode) => expect.objectContaining({ code });

async function house(options: Partial<ArtGuardOptions> = {}) {
  const [tables, objects] = [new MemoryTableStore(), new MemoryObjectStore()];
  const artguard = await createArtGuard({ detectors: [], isolation: "none", tables, objects, ...options });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  const keys = async () => {
    const found: string[] = [];
    for await (const { key } of objects.list("")) found.push(key);
    return found;
  };
  const userTable = typeof options.userTable === "string" ? { userTable: options.userTable } : {};
  const erase = async () => {
    const privacy = await openPrivacy({ tables, objects, settleMs: 0, ...userTable });
    await privacy.eraseUser(ada);
  };
  return { artguard, tables, objects, keys, erase };
}

describe("createArtGuard without an admission", () => {
  it.each([{}, { userTable: "people" }])("begins nothing of a user who was erased (%o)", async (options) => {
    const { artguard, erase, keys } = await house(options);
    await artguard.analyze(picture, { userId: ada });
    await erase();
    for (const begin of [artguard.analyze, artguard.submit])
      await expect(begin(picture, { userId: ada })).rejects.toThrow(refused("user.being-erased"));
    expect((await artguard.history(ada)).items).toEqual([]);
    expect(await keys()).toEqual([]);
    expect(await artguard.analyze(picture, { userId: "bob" })).toMatchObject({ user_id: "bob" });
  });

  it("does not judge an image again whose owner is being erased", async () => {
    const { artguard, tables, objects } = await house();
    const consent: Consent = consentSchema.parse({
      purpose: "image_storage",
      policy_version: "1",
      granted_at: Date.now(),
    });
    const { request_id } = await artguard.analyze(picture, { userId: ada, saveImage: true, consent });
    const halting = watchedObjects(objects, (call) => {
      if (call === "objects.list") throw new Error("halted");
    });
    const privacy = await openPrivacy({ tables, objects: halting, settleMs: 0 });
    await expect(privacy.eraseUser(ada)).rejects.toThrow("halted");
    await expect(artguard.reanalyze(request_id)).rejects.toThrow(refused("user.being-erased"));
    expect(await artguard.versions(request_id)).toHaveLength(1);
  });

  it("asks nobody where the host says that there is no table of users", async () => {
    const { artguard, erase } = await house({ userTable: false });
    await erase();
    expect(await artguard.analyze(picture, { userId: ada })).toMatchObject({ user_id: ada });
  });

  it("says what to do where the table of users is missing", async () => {
    const { artguard, tables } = await house();
    tables.transact = async () => {
      throw new ArtGuardError("storage.table-missing", "artguard-users-dev");
    };
    await expect(artguard.analyze(picture, { userId: ada })).rejects.toMatchObject({
      code: "storage.table-missing",
      fix: expect.stringContaining("userTable: false"),
    });
  });

  it.each([{}, { userTable: false as const }])(
    "refuses an Idempotency-Key, which nobody would honour (%o)",
    async (options) => {
      const { artguard, keys } = await house(options);
      const idempotency = { key: "k", requestHash: requestHash(picture) };
      for (const begin of [artguard.analyze, artguard.submit])
        await expect(begin(picture, { userId: ada, idempotency })).rejects.toThrow(refused("analysis.invalid-input"));
      expect((await artguard.history(ada)).items).toEqual([]);
      expect(await keys()).toEqual([]);
    },
  );

  it.each(["", "a b", "IDEMP#x", "x".repeat(129)])(
    "refuses the user_id %j, as the table of users does",
    async (userId) => {
      const { artguard, keys } = await house();
      for (const begin of [artguard.analyze, artguard.submit])
        await expect(begin(picture, { userId })).rejects.toThrow(refused("user.invalid-input"));
      expect(await keys()).toEqual([]);
    },
  );
});
