import { ApiKeyRepository, createArtGuard, defineAnalysisTable, MemoryObjectStore, openPrivacy } from "@artguard/core";
import { DynamoDBTableStore } from "@artguard/core/dynamodb";
import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLocalTable, cursorKey, LocalTableStore } from "../dynamodb/local-tables.ts";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";
import { expectIntact, now, whole } from "../privacy/erasure-place.ts";
import { storeSubjects, subject } from "../privacy/subjects.ts";
import { expectExactlyOneHundred } from "./rush.ts";
import { ada, bob, openUsers, testClock } from "./stores.ts";

describe.skipIf(!canRunDynamoDBLocal())("on DynamoDB Local", () => {
  let local: DynamoDBLocal;
  beforeAll(async () => {
    local = await startDynamoDBLocal();
  });
  afterAll(() => local[Symbol.asyncDispose]());

  it("a quota of 100 admits exactly 100 of 500 concurrent requests", () =>
    expectExactlyOneHundred(async (now) => LocalTableStore.in(local, { now })));

  it("users have unique e-mail addresses and API keys that can be revoked", async () => {
    const clock = testClock();
    const { repository, store, users } = await openUsers(clock, LocalTableStore.in(local, { now: clock.now }));
    await repository.create({ user_id: ada, email: "ada@example.org" });
    const taken = repository.create({ user_id: bob, email: "ADA@example.org" });
    await expect(taken).rejects.toThrow(expect.objectContaining({ code: "user.email-taken" }));
    expect(await repository.list({ limit: 1 })).toMatchObject({ items: [{ user_id: ada }] });
    await repository.changeEmail(ada, "countess@example.org");
    expect((await repository.findByEmail("countess@example.org"))?.user_id).toBe(ada);
    const keys = new ApiKeyRepository(store, users, { secret: new Uint8Array(32), now: clock.now });
    const { key, prefix } = await keys.create(ada, "one");
    expect((await keys.authenticate(key)).user.user_id).toBe(ada);
    await keys.revoke(ada, prefix);
    await expect(keys.authenticate(key)).rejects.toThrow(expect.objectContaining({ code: "user.invalid-api-key" }));
  });

  it("a deployment with the table of analyses only is told so, and can do without the other", async () => {
    const made = new DynamoDBClient(local.clientConfig("analysesOnly"));
    await createLocalTable(made, defineAnalysisTable());
    const base = { detectors: [], isolation: "none" as const, objects: new MemoryObjectStore() };
    const tables = new DynamoDBTableStore({ client: made, cursorKey });
    const missing = await createArtGuard({ ...base, tables });
    const without = await createArtGuard({ ...base, tables, userTable: false });
    const picture = await encoded(gradient(30, 20).png());
    await expect(missing.analyze(picture, { userId: ada })).rejects.toMatchObject({
      code: "storage.table-missing",
      fix: expect.stringContaining("userTable: false"),
    });
    expect((await without.history(ada)).items).toEqual([]);
    expect(await without.analyze(picture, { userId: ada })).toMatchObject({ status: "COMPLETED" });
    for (const artguard of [missing, without]) await artguard[Symbol.asyncDispose]();
    made.destroy();
  });

  it("an analysis of a person who was erased is refused by default", async () => {
    const [tables, objects] = [LocalTableStore.in(local), new MemoryObjectStore()];
    await using artguard = await createArtGuard({ detectors: [], isolation: "none", tables, objects });
    const picture = await encoded(gradient(30, 20).png());
    await artguard.analyze(picture, { userId: ada });
    await (await openPrivacy({ tables, objects, settleMs: 0 })).eraseUser(ada);
    await expect(artguard.analyze(picture, { userId: ada })).rejects.toMatchObject({ code: "user.being-erased" });
    expect(await artguard.analyze(picture, { userId: bob })).toMatchObject({ status: "COMPLETED" });
  });

  it("an erasure removes one person and leaves the others", async () => {
    const [store, objects] = [LocalTableStore.in(local, { now }), new MemoryObjectStore()];
    const subjects = [subject(1), subject(2), subject(3)] as const;
    await storeSubjects(subjects, store, objects);
    const privacy = await openPrivacy({ tables: store, objects, settleMs: 0, now });
    expect((await privacy.eraseUser(subjects[1].userId)).erased).toEqual(whole);
    await expectIntact([subjects[0], subjects[2]], store, objects);
  });
});
