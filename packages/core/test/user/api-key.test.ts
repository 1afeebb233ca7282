import { ApiKeyRepository, type ErrorCode, isDeletionToken, newAnonymousUser } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { tableStores } from "../fixtures/table-stores.ts";
import { ada, bob, openUsersIn } from "./stores.ts";

const secret = new Uint8Array(32).fill(7);
const refused = (code: ErrorCode) => expect.objectContaining({ code });

async function withKeys(make: (typeof tableStores)[number][1]) {
  const opened = await openUsersIn(make);
  const { repository, store, users, clock } = opened;
  await repository.create({ user_id: ada, email: "ada@example.org" });
  await repository.create({ user_id: bob, email: "bob@example.org" });
  return { ...opened, keys: new ApiKeyRepository(store, users, { secret, environment: "test", now: clock.now }) };
}

describe.each(tableStores)("ApiKeyRepository in %s", (_, make) => {
  it("makes a key of 256 random bits that authenticates its user", async () => {
    const { keys } = await withKeys(make);
    const { key, prefix } = await keys.create(ada, "build server");
    expect(key).toMatch(/^ag_test_[0-9a-f]{12}_[0-9a-f]{64}$/);
    const { user, apiKey } = await keys.authenticate(key);
    expect([user.user_id, apiKey.name, apiKey.prefix]).toEqual([ada, "build server", prefix]);
  });

  it("says of a key whether it may be a second factor; of itself none may", async () => {
    const { keys } = await withKeys(make);
    const second = await keys.create(ada, "two", { secondFactor: true });
    const { key } = await keys.create(ada, "one");
    expect((await keys.authenticate(second.key)).apiKey).toMatchObject({ second_factor: true });
    expect((await keys.authenticate(key)).apiKey).not.toHaveProperty("second_factor");
    expect((await keys.revoke(ada, second.prefix)).second_factor).toBe(true);
  });

  it("stores neither the key nor its secret", async () => {
    const { keys, users } = await withKeys(make);
    const { key, prefix } = await keys.create(ada, "one");
    const stored = JSON.stringify([
      await users.get({ user_id: `APIKEY#${prefix}` }),
      await users.get({ user_id: ada }),
    ]);
    expect(stored).not.toContain(key.split("_").at(-1));
  });

  it("writes the spec's api_key_hash, and takes it away with the key", async () => {
    const { keys, repository } = await withKeys(make);
    const first = await keys.create(ada, "one");
    const firstHash = (await repository.get(ada)).api_key_hash;
    expect(firstHash).toMatch(/^[0-9a-f]{64}$/);
    const second = await keys.create(ada, "two");
    await keys.revoke(ada, first.prefix);
    expect((await repository.get(ada)).api_key_hash).not.toBe(firstHash);
    await keys.revoke(ada, second.prefix);
    expect((await repository.get(ada)).api_key_hash).toBeUndefined();
  });

  it("refuses unknown, altered, malformed and revoked keys in the same words", async () => {
    const { keys } = await withKeys(make);
    const { key, prefix } = await keys.create(ada, "one");
    const { key: other } = await keys.create(bob, "two");
    const bad = [
      "",
      "ag_test",
      `ag_test_000000000000_${"0".repeat(64)}`,
      `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`,
      key.replace("ag_test_", "ag_live_"),
      key.replace(prefix, other.split("_")[2]!),
    ];
    await keys.revoke(ada, prefix);
    const messages = new Set<string>();
    for (const wrong of [...bad, key]) {
      const failure = await keys.authenticate(wrong).catch((error: unknown) => error);
      expect(failure, wrong).toEqual(refused("user.invalid-api-key"));
      messages.add((failure as Error).message);
    }
    expect(messages.size).toBe(1);
    expect((await keys.authenticate(other)).user.user_id).toBe(bob);
  });

  it("lists a user's keys without secrets, and revokes only one's own", async () => {
    const { keys } = await withKeys(make);
    const one = await keys.create(ada, "one");
    await keys.create(ada, "two");
    await expect(keys.revoke(bob, one.prefix)).rejects.toThrow(refused("user.invalid-api-key"));
    const revoked = await keys.revoke(ada, one.prefix);
    const listed = await keys.list(ada);
    expect(listed.map(({ name }) => name).sort()).toEqual(["one", "two"]);
    expect(listed.find(({ prefix }) => prefix === one.prefix)?.revoked_at).toBe(revoked.revoked_at);
    expect(Object.keys(listed[0]!)).not.toContain("api_key_hash");
    expect(await keys.list(bob)).toEqual([]);
  });

  it("notes the last use, to the minute", async () => {
    const { keys, clock } = await withKeys(make);
    const { key } = await keys.create(ada, "one");
    const first = clock.now();
    await keys.authenticate(key);
    clock.advance(59_000);
    expect((await keys.authenticate(key)).apiKey.last_used).toBe(first);
    clock.advance(1000);
    expect((await keys.authenticate(key)).apiKey.last_used).toBe(first + 60_000);
  });

  it("keeps the scopes of a key, and refuses it from its last moment on", async () => {
    const { keys, clock } = await withKeys(make);
    const validUntil = clock.now() + 5000;
    const { key } = await keys.create(ada, "short", { scopes: ["analysis.read", "usage.*"], validUntil });
    clock.set(validUntil - 1);
    const { apiKey } = await keys.authenticate(key);
    expect([apiKey.scopes, apiKey.valid_until]).toEqual([["analysis.read", "usage.*"], validUntil]);
    clock.set(validUntil);
    await expect(keys.authenticate(key)).rejects.toThrow(refused("user.invalid-api-key"));
    expect((await keys.list(ada)).map(({ name }) => name)).toEqual(["short"]);
  });

  it("makes no key with a scope that is no permission, or that has ended already", async () => {
    const { keys, clock } = await withKeys(make);
    for (const limits of [{ scopes: [] }, { scopes: ["everything"] }, { validUntil: clock.now() }]) {
      await expect(keys.create(ada, "bad", limits)).rejects.toThrow(refused("user.invalid-input"));
    }
    expect(await keys.list(ada)).toEqual([]);
  });

  it("is worth nothing under another server secret, and refuses a short one", async () => {
    const { keys, store, users } = await withKeys(make);
    const { key } = await keys.create(ada, "one");
    const stranger = new ApiKeyRepository(store, users, { secret: new Uint8Array(32).fill(8) });
    await expect(stranger.authenticate(key)).rejects.toThrow(refused("user.invalid-api-key"));
    expect(() => new ApiKeyRepository(store, users, { secret: new Uint8Array(31) })).toThrow(
      refused("user.invalid-input"),
    );
  });

  it("makes no key for nobody", async () => {
    const { keys, users } = await withKeys(make);
    const nobody = newAnonymousUser(secret).user_id;
    await expect(keys.create(nobody, "one")).rejects.toThrow(refused("user.not-found"));
    expect((await users.query({ index: "owner-index", partition: nobody })).items).toEqual([]);
  });
});

describe("anonymous users", () => {
  it("prove by their token alone that a pseudonym is theirs", () => {
    const [one, two] = [newAnonymousUser(secret), newAnonymousUser(secret)];
    expect(one.user_id).not.toBe(two.user_id);
    expect(isDeletionToken(one.deletion_token, one.user_id, secret)).toBe(true);
    expect(isDeletionToken(two.deletion_token, one.user_id, secret)).toBe(false);
    expect(isDeletionToken("", one.user_id, secret)).toBe(false);
    expect(isDeletionToken(one.deletion_token, one.user_id, new Uint8Array(32))).toBe(false);
  });
});
