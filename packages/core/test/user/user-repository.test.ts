import {
  ApiKeyRepository,
  defineTable,
  type ErrorCode,
  epochMillisecondsSchema,
  normalizeEmail,
  putAction,
  userIdOf,
  userSchema,
} from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { tableStores } from "../fixtures/table-stores.ts";
import { ada, bob, midMonth, openUsersIn } from "./stores.ts";

const refused = (code: ErrorCode) => expect.objectContaining({ code });

type Make = (typeof tableStores)[number][1];

async function withAda(make: Make) {
  const opened = await openUsersIn(make);
  await opened.repository.create({ user_id: ada, email: "ada@example.org", first_name: "Ada" });
  return opened;
}

describe("user_id", () => {
  it("refuses the name that all anonymous callers would share, and what could be another item's key", () => {
    for (const id of ["anonymous", "", "UNIQUE#email#a@b.c", "anon#", "a b", "a\n", "x".repeat(129)]) {
      expect(() => userIdOf(id), id).toThrow(refused("user.invalid-input"));
    }
    for (const id of ["cognito-sub-abc123xyz", "auth0|5f7c8ec7", "anon#0190b8d2"]) expect(userIdOf(id)).toBe(id);
  });
});

describe("e-mail addresses", () => {
  it("have one form: trimmed, lower case, composed", () => {
    expect(normalizeEmail("  John.DOE@Example.COM ")).toBe("john.doe@example.com");
    expect(normalizeEmail("jose\u0301@example.org")).toBe("jos\u00e9@example.org");
    expect(() => normalizeEmail("nobody")).toThrow(refused("user.invalid-input"));
  });

  it("keep their form when normalised again", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(text, text, (local, domain) => {
        let once: string;
        try {
          once = normalizeEmail(`${local}@${domain}`);
        } catch {
          return;
        }
        expect(normalizeEmail(once)).toBe(once);
      }),
    );
  });

  it("do not appear in the message about a bad one", () => {
    expect(() => normalizeEmail("secret-name")).toThrow(/^email: expected an address of at most 254 characters$/);
  });
});

describe.each(tableStores)("UserRepository in %s", (_, make) => {
  it("holds the example item of the spec", () => {
    const example = {
      user_id: "cognito-sub-abc123xyz",
      email: "john.doe@example.com",
      first_name: "John",
      last_name: "Doe",
      account_tier: "Premium",
      total_uploads: 247,
      monthly_quota: 1000,
      quota_used: 42,
      created_at: 1704067200000,
      last_login: 1707504000000,
      company: "Acme Art Gallery",
    };
    expect(userSchema.parse(example)).toEqual(example);
  });

  it("takes further writes of a user together with the user, and later as long as the user is here", async () => {
    const { store, users: table, repository: users } = await openUsersIn(make);
    const notes = defineTable({
      name: "notes",
      key: { partition: "id" },
      indexes: {},
      schema: z.object({ id: z.string() }),
    });
    const kept = await store.open(notes);
    const note = (id: string) => putAction(notes, { id }, { item: "absent" });
    const ada = { user_id: "ada", email: "ada@example.org" };
    await users.create(ada, [note("a")]);
    await expect(users.create({ ...ada, email: "b@example.org" }, [note("b")])).rejects.toMatchObject({
      code: "user.already-exists",
    });
    await expect(users.create({ user_id: "bob", email: "bob@example.org" }, [note("a")])).rejects.toMatchObject({
      code: "storage.transaction-cancelled",
    });
    expect([await kept.get({ id: "b" }), await users.find(userIdOf("bob"))]).toEqual([undefined, undefined]);
    await users.whileActive(userIdOf("ada"), [note("c")]);
    await expect(users.whileActive(userIdOf("bob"), [note("d")])).rejects.toMatchObject({ code: "user.not-found" });
    await table.update({ user_id: "ada" }, { set: { erasing_at: epochMillisecondsSchema.parse(midMonth) } });
    await expect(users.whileActive(userIdOf("ada"), [note("d")])).rejects.toMatchObject({ code: "user.being-erased" });
    expect([await kept.get({ id: "c" }), await kept.get({ id: "d" })]).toEqual([{ id: "c" }, undefined]);
  });

  it("finds a user by id, and by e-mail in any spelling", async () => {
    const { repository } = await withAda(make);
    expect(await repository.get(ada)).toMatchObject({ email: "ada@example.org", account_tier: "Free", quota_used: 0 });
    expect((await repository.findByEmail(" ADA@example.org"))?.user_id).toBe(ada);
    expect(await repository.findByEmail("bob@example.org")).toBeUndefined();
    await expect(repository.get(bob)).rejects.toThrow(refused("user.not-found"));
  });

  it("finds a user whom another tool wrote without a marker", async () => {
    const { repository, users, clock } = await withAda(make);
    const created_at = clock.now();
    const written = { user_id: bob, email: "bob@example.org", account_tier: "Free", total_uploads: 0 } as const;
    await users.put(userSchema.parse({ ...written, created_at, last_login: created_at }));
    expect((await repository.findByEmail("bob@example.org"))?.user_id).toBe(bob);
  });

  it("gives an e-mail address to one user only, whoever comes first", async () => {
    const { repository } = await openUsersIn(make);
    const rivals = Array.from({ length: 20 }, (_, n) =>
      repository.create({ user_id: `user-${n}`, email: n % 2 ? "Same@example.org" : "same@example.org " }),
    );
    const outcomes = await Promise.allSettled(rivals);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toEqual(refused("user.email-taken"));
    }
  });

  it("leaves no marker behind when the user_id is taken", async () => {
    const { repository } = await withAda(make);
    const again = repository.create({ user_id: ada, email: "other@example.org" });
    await expect(again).rejects.toThrow(refused("user.already-exists"));
    await repository.create({ user_id: bob, email: "other@example.org" });
  });

  it("moves to another e-mail address and frees the old one", async () => {
    const { repository } = await withAda(make);
    await repository.changeEmail(ada, "Countess@example.org");
    expect(await repository.findByEmail("ada@example.org")).toBeUndefined();
    expect((await repository.findByEmail("countess@example.org"))?.user_id).toBe(ada);
    await repository.create({ user_id: bob, email: "ada@example.org" });
    await expect(repository.changeEmail(ada, "ada@example.org")).rejects.toThrow(refused("user.email-taken"));
    expect((await repository.get(ada)).email).toBe("countess@example.org");
  });

  it("keeps exactly one marker a user while many change to many addresses at once", async () => {
    const { repository, users } = await withAda(make);
    await repository.create({ user_id: bob, email: "bob@example.org" });
    const wishes = Array.from({ length: 40 }, (_, n) =>
      repository.changeEmail(n % 2 ? ada : bob, `m${n % 5}@example.org`),
    );
    await Promise.allSettled(wishes);
    for (const id of [ada, bob]) {
      const { email } = await repository.get(id);
      const { items } = await users.query({ index: "owner-index", partition: id });
      expect(items.map(({ user_id }) => user_id)).toEqual([`UNIQUE#email#${email}`]);
    }
  });

  it("changes and removes profile attributes, and notes logins", async () => {
    const { repository, clock } = await withAda(make);
    const changed = await repository.updateProfile(ada, { company: "Engines", first_name: null });
    expect(changed).toMatchObject({ company: "Engines", email: "ada@example.org" });
    expect(changed.first_name).toBeUndefined();
    clock.advance(1000);
    expect((await repository.recordLogin(ada)).last_login).toBe(clock.now());
    expect(await repository.changePlan(ada, { account_tier: "Premium" })).toMatchObject({ account_tier: "Premium" });
    await expect(repository.recordLogin(bob)).rejects.toThrow(refused("user.not-found"));
  });

  it("refuses an empty name and keeps the old one", async () => {
    const { repository } = await withAda(make);
    await expect(repository.updateProfile(ada, { first_name: "" })).rejects.toThrow(refused("storage.invalid-item"));
    expect((await repository.get(ada)).first_name).toBe("Ada");
  });

  it("lists every user once, page by page, and the markers beside them never", async () => {
    const { repository, store, users, clock } = await openUsersIn(make);
    const tiers = ["Free", "Enterprise", "Free", "Premium", "Free"] as const;
    for (const [index, account_tier] of tiers.entries()) {
      clock.advance(1000);
      await repository.create({ user_id: `u${index}`, email: `u${index}@example.org`, account_tier });
    }
    await new ApiKeyRepository(store, users, { secret: new Uint8Array(32) }).create(userIdOf("u0"), "one");
    const everybody = ["u0", "u2", "u4", "u3", "u1"];
    const idsOf = ({ items }: { items: readonly { user_id: string }[] }) => items.map(({ user_id }) => user_id);
    for (const limit of [1, 2, 3, 5, 100]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await repository.list({ limit, ...(cursor !== undefined && { cursor }) });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...idsOf(page));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(seen, `${limit} a page`).toEqual(everybody);
    }
    expect(idsOf(await repository.list())).toEqual(everybody);
    expect(await repository.list({ account_tier: "Premium" })).toMatchObject({ items: [{ user_id: "u3" }] });
    await repository.changePlan(userIdOf("u0"), { account_tier: "Premium" });
    expect(idsOf(await repository.list({ account_tier: "Free" }))).toEqual(["u2", "u4"]);
  });

  it("refuses a cursor of another list, and a limit that no page has", async () => {
    const { repository } = await openUsersIn(make);
    for (const user_id of ["u1", "u2"]) await repository.create({ user_id, email: `${user_id}@example.org` });
    const { cursor = "" } = await repository.list({ limit: 1 });
    const wrong = ["", "x", "7", "0forged", cursor.slice(0, -3)];
    for (const each of wrong) {
      await expect(repository.list({ cursor: each }), each).rejects.toThrow(refused("storage.invalid-cursor"));
    }
    await expect(repository.list({ cursor, account_tier: "Premium" })).rejects.toThrow(
      refused("storage.invalid-cursor"),
    );
    await expect(repository.list({ limit: 0 })).rejects.toThrow(refused("storage.invalid-query"));
  });

  it("gives an anonymous user an account on the day that there is an e-mail address", async () => {
    const { repository } = await openUsersIn(make);
    const anonymous = userIdOf("anon#0190b8d2");
    await repository.createAnonymous(anonymous);
    const known = await repository.changeEmail(anonymous, "known@example.org");
    expect([known.email, known.anonymous]).toEqual(["known@example.org", undefined]);
  });
});
