import { MemoryObjectStore, MemoryTableStore, userIdOf } from "@artguard/core";
import { defaultPolicy, localContext, type OpenGovernanceOptions, type SecurityContext } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { contextOf, multiFactor } from "../fixtures/contexts.ts";
import { as, guardedPlace } from "../fixtures/guarded-place.ts";
import { cheapHasher } from "../identity/world.ts";

const refused = (code: string) => expect.objectContaining({ code });
const password = "a long password";
const eve = { userId: "eve", email: "eve@example.org" };

/** A store that breaks once, with the first write of an item of a kind, by whichever way it is written. */
function breakingStore(now: () => number) {
  const tables = new MemoryTableStore({ now });
  const at: { kind?: string | undefined } = {};
  const breakAt = (item: object) => {
    if (at.kind === undefined || !("kind" in item) || item.kind !== at.kind) return;
    at.kind = undefined;
    throw new Error("the power is gone");
  };
  const { open, transact } = { open: tables.open.bind(tables), transact: tables.transact.bind(tables) };
  tables.open = async (definition) => {
    const table = await open(definition);
    const put = table.put.bind(table);
    table.put = async (item, ...rest) => {
      breakAt(item);
      return put(item, ...rest);
    };
    return table;
  };
  tables.transact = async (actions, ...rest) => {
    for (const { write } of actions) if (write.kind === "put") breakAt(write.item);
    return transact(actions, ...rest);
  };
  return { tables, at };
}

/** An administrator with a password and the second factor that the operator gave her, and somebody. */
async function withRoot(options: Partial<OpenGovernanceOptions> = {}) {
  const place = await guardedPlace({ identity: { development: { hasher: cheapHasher() } }, ...options });
  const { governance, clock } = place;
  const { run, account, core, identity } = governance;
  const passwords = governance.password!;
  const operator = { context: localContext() };
  const root = { userId: "root", email: "root@example.org", roles: ["admin"], password };
  await run(account.create, root, operator);
  await run(account.create, { userId: "ada", email: "ada@example.org", password }, operator);
  const { key } = await run(core.apiKey.create, { userId: "root", name: "first", secondFactor: true }, operator);
  const issuer = identity.development!;
  const login = async (name: string, apiKey?: string) => {
    const request = { email: `${name}@example.org`, password };
    const { access_token } = await issuer.login(request, { ...(apiKey !== undefined && { apiKey }) });
    return { credential: { kind: "token", token: access_token } } as const;
  };
  const entries = async () => JSON.stringify((await governance.audit.query({ category: "security" })).items);
  return { ...place, run, account, core, passwords, issuer, operator, key, login, clock, entries };
}

describe("an administrator of an embedded installation", () => {
  it("makes accounts with the password and the key together, and with neither alone", async () => {
    const { run, account, key, login } = await withRoot();
    const alone = [await login("root"), { credential: { kind: "api_key", key } } as const];
    for (const request of alone) {
      await expect(run(account.create, eve, request)).rejects.toThrow(refused("access.step-up-required"));
    }
    expect(await run(account.create, eve, await login("root", key))).toMatchObject({ user_id: "eve" });
  });

  it("is in the log with as many factors as the login had", async () => {
    const { governance, key, login } = await withRoot();
    await login("root");
    await login("root", key);
    const { items } = await governance.audit.query({ action: "identity.login" });
    expect(items.map(({ entry }) => entry.security_context.authentication_strength).sort()).toEqual([
      "multi",
      "single",
    ]);
  });

  it("is kept from it by the rule of the policy alone: without it, one factor is enough", async () => {
    const { run, account, key } = await withRoot({ access: { policy: { ...defaultPolicy, rules: [] } } });
    const byKey = { credential: { kind: "api_key", key } } as const;
    expect(await run(account.create, eve, byKey)).toMatchObject({ user_id: "eve" });
  });

  it("proves it again after a quarter of an hour", async () => {
    const { run, account, key, login, clock } = await withRoot();
    const both = await login("root", key);
    clock.ms += 15 * 60_000 + 1;
    await expect(run(account.create, eve, both)).rejects.toThrow(refused("access.step-up-required"));
    expect(await run(account.create, eve, await login("root", key))).toMatchObject({ user_id: "eve" });
  });

  it("cannot make the one factor with the other", async () => {
    const { run, core, passwords, key, login } = await withRoot();
    const byPassword = await login("root");
    const second = { name: "mine", secondFactor: true };
    await expect(run(core.apiKey.create, second, byPassword)).rejects.toThrow(refused("identity.step-up-required"));
    const plain = await run(core.apiKey.create, { name: "mine" }, byPassword);
    await expect(login("root", plain.key)).rejects.toThrow(refused("identity.invalid-credentials"));
    const byKey = { credential: { kind: "api_key", key } } as const;
    await expect(run(passwords.setPassword, { password: "another password" }, byKey)).rejects.toThrow(
      refused("identity.invalid-credentials"),
    );
    const third = await run(core.apiKey.create, second, await login("root", key));
    expect(third).toMatchObject({ second_factor: true });
    await expect(login("root", third.key)).resolves.toBeDefined();
  });

  it("is not known by the key of somebody else, or by one that was ended", async () => {
    const { run, core, key, login, operator } = await withRoot();
    await expect(login("ada", key)).rejects.toThrow(refused("identity.invalid-credentials"));
    for (const { prefix } of await run(core.apiKey.list, { userId: "root" }, operator)) {
      await run(core.apiKey.revoke, { userId: "root", prefix }, operator);
    }
    await expect(login("root", key)).rejects.toThrow(refused("identity.invalid-credentials"));
    await expect(login("root")).resolves.toBeDefined();
  });
});

describe("accounts", () => {
  it("get an id of their own, a plan, roles and a password at once", async () => {
    const { run, account, operator, governance, issuer } = await withRoot();
    const made = await run(
      account.create,
      { email: "New@Example.org", account_tier: "Premium", monthly_quota: 5, roles: ["custodian"], password },
      operator,
    );
    expect(made).toMatchObject({ email: "new@example.org", account_tier: "Premium", monthly_quota: 5 });
    expect(made.user_id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await governance.identity.directory.standingOf(made.user_id)).roles).toEqual(["custodian"]);
    await expect(issuer.login({ email: "new@example.org", password })).resolves.toBeDefined();
  });

  it("are not made by half: a weak password and a reserved role are refused before", async () => {
    const { run, account, operator, governance } = await withRoot();
    const wrong = [
      [{ ...eve, password: "eve" }, "identity.weak-password"],
      [{ ...eve, password: "eve-is-my-name" }, "identity.weak-password"],
      [{ ...eve, roles: ["operator"] }, "identity.invalid-input"],
      [{ ...eve, email: "nobody" }, "user.invalid-input"],
      [{ ...eve, email: "ADA@example.org" }, "user.email-taken"],
    ] as const;
    for (const [input, code] of wrong) {
      await expect(run(account.create, input, operator)).rejects.toThrow(refused(code));
      expect(await governance.users.find(userIdOf("eve"))).toBeUndefined();
    }
  });

  it("are not made by half where the store breaks in the middle: the same once more makes them", async () => {
    let at: { kind?: string | undefined } = {};
    const place = await guardedPlace({ identity: { development: { hasher: cheapHasher() } } }, async (now) => {
      const breaking = breakingStore(now);
      at = breaking.at;
      return { tables: breaking.tables, objects: new MemoryObjectStore({ now }) };
    });
    const { run, account, identity } = place.governance;
    const operator = { context: localContext() };
    const whole = { ...eve, roles: ["custodian"], password };
    for (const kind of ["roles", "password"]) {
      at.kind = kind;
      await expect(run(account.create, whole, operator)).rejects.toThrow("the power is gone");
      expect(at.kind).toBeUndefined();
    }
    expect(await run(account.create, whole, operator)).toMatchObject({ user_id: "eve" });
    expect((await identity.directory.standingOf("eve")).roles).toEqual(["custodian"]);
    await expect(identity.development!.login({ email: eve.email, password })).resolves.toBeDefined();
  });

  it("leave no password and no roles to the next of the name where they are erased while both are set", async () => {
    const cheap = cheapHasher();
    let meanwhile = async () => {};
    const hasher = {
      ...cheap,
      hash: async (text: string) => {
        const hash = await cheap.hash(text);
        await meanwhile();
        return hash;
      },
    };
    const place = await withRoot({ identity: { development: { hasher } } });
    const { run, account, core, passwords, operator, issuer, governance } = place;
    await run(account.create, eve, operator);
    let erased = 0;
    meanwhile = async () => {
      meanwhile = async () => {};
      await run(core.user.erase, { userId: "eve" }, operator);
      erased++;
    };
    await expect(run(passwords.setPassword, { userId: "eve", password }, operator)).rejects.toThrow(
      refused("user.not-found"),
    );
    expect(erased).toBe(1);
    const { users, identity } = governance;
    const roles = identity.directory.rolesAction("eve", ["admin"]);
    await expect(users.whileActive(userIdOf("eve"), [roles])).rejects.toThrow(refused("user.not-found"));
    await run(account.create, eve, operator);
    await expect(issuer.login({ email: eve.email, password })).rejects.toThrow(refused("identity.invalid-credentials"));
    expect((await identity.directory.standingOf("eve")).roles).toEqual([]);
  });

  it("are listed for administrators, and nobody else", async () => {
    const { run, account, governance } = await withRoot();
    const page = await run(account.list, { limit: 1 }, as("root", ["admin"]));
    expect(page).toMatchObject({ items: [{ account_tier: "Free" }], cursor: expect.any(String) });
    expect((await governance.attempt("user.list", {}, as("ada"))).ok).toBe(false);
  });

  it("have roles that their user and administrators read", async () => {
    const { run, account } = await withRoot();
    const roles = { user_id: "root", roles: ["admin"], organizations: [] };
    expect(await run(account.roles, {}, as("root"))).toEqual(roles);
    expect(await run(account.roles, { userId: "root" }, as("eva", ["admin"]))).toEqual(roles);
    await expect(run(account.roles, { userId: "root" }, as("ada"))).rejects.toThrow(refused("user.not-found"));
    await expect(run(account.roles, { userId: "nobody" }, as("root", ["admin"]))).rejects.toThrow(
      refused("user.not-found"),
    );
  });

  it("get another plan with a second factor, and nobody gives it to themselves", async () => {
    const { run, account, clock } = await withRoot();
    const plan = { userId: "ada", account_tier: "Enterprise" } as const;
    const byMulti = (id: string, more: Partial<SecurityContext> = {}) => ({
      context: contextOf(id, { ...multiFactor(clock.ms), ...more }),
    });
    await expect(run(account.changePlan, plan, byMulti("ada"))).rejects.toThrow(refused("access.denied"));
    await expect(run(account.changePlan, plan, as("root", ["admin"]))).rejects.toThrow(
      refused("access.step-up-required"),
    );
    const changed = await run(account.changePlan, plan, byMulti("root", { roles: ["admin"] }));
    expect(changed.account_tier).toBe("Enterprise");
  });

  it("without an embedded issuer have no passwords here", async () => {
    const { governance } = await guardedPlace();
    const { run, account } = governance;
    expect(governance.password).toBeUndefined();
    await expect(run(account.create, { ...eve, password }, { context: localContext() })).rejects.toThrow(
      refused("identity.invalid-input"),
    );
    expect(await governance.users.find(userIdOf("eve"))).toBeUndefined();
  });
});

describe("passwords", () => {
  const next = "another password";

  it("are changed by whoever knows the one before, which ends all sessions", async () => {
    const { run, passwords, login, issuer } = await withRoot();
    const ada = await login("ada");
    const wrong = { password: next, current_password: "guess" };
    await expect(run(passwords.setPassword, wrong, ada)).rejects.toThrow(refused("identity.invalid-credentials"));
    await expect(run(passwords.setPassword, { password: next }, ada)).rejects.toThrow(
      refused("identity.invalid-credentials"),
    );
    await run(passwords.setPassword, { password: next, current_password: password }, ada);
    await expect(run(passwords.endSessions, {}, ada)).rejects.toThrow(refused("identity.revoked"));
    await expect(login("ada")).rejects.toThrow(refused("identity.invalid-credentials"));
    await expect(issuer.login({ email: "ada@example.org", password: next })).resolves.toBeDefined();
  });

  it("are not found by trying with somebody's session: five guesses shut the account", async () => {
    const { run, passwords, login } = await withRoot();
    const ada = await login("ada");
    const guess = (n: number) => run(passwords.setPassword, { password: next, current_password: `guess ${n}` }, ada);
    const weak = run(passwords.setPassword, { password: "ada", current_password: password }, ada);
    await expect(weak).rejects.toThrow(refused("identity.weak-password"));
    for (let n = 0; n < 5; n++) await expect(guess(n)).rejects.toThrow(refused("identity.invalid-credentials"));
    await expect(guess(5)).rejects.toThrow(refused("identity.too-many-attempts"));
  });

  it("of others are set by administrators with a second factor, and by nobody else", async () => {
    const { run, passwords, login, key, issuer } = await withRoot();
    const ofAda = { userId: "ada", password: next };
    await expect(run(passwords.setPassword, ofAda, await login("root"))).rejects.toThrow(
      refused("access.step-up-required"),
    );
    await expect(run(passwords.setPassword, { ...ofAda, userId: "root" }, await login("ada"))).rejects.toThrow(
      refused("user.not-found"),
    );
    await run(passwords.setPassword, ofAda, await login("root", key));
    await expect(issuer.login({ email: "ada@example.org", password: next })).resolves.toBeDefined();
  });

  it("and keys are in no entry of the log; who made whom with which roles is", async () => {
    const { run, account, passwords, login, key, entries } = await withRoot();
    const root = await login("root", key);
    const secret = "not to be found";
    await run(account.create, { ...eve, password: secret, roles: ["custodian"] }, root);
    await run(passwords.setPassword, { userId: "eve", password: `${secret} either` }, root);
    await expect(
      run(passwords.setPassword, { password: secret, current_password: `${secret} wrong` }, root),
    ).rejects.toThrow(refused("identity.invalid-credentials"));
    const log = await entries();
    expect(log).toContain("USER_CREATE");
    expect(log).toContain("USER_SET_PASSWORD");
    expect(log).toContain("custodian");
    for (const hidden of [secret, password, key, root.credential.token]) expect(log).not.toContain(hidden);
  });

  it("and sessions are gone with their user", async () => {
    const { run, core, account, login, operator, issuer } = await withRoot();
    const ada = await login("ada");
    await run(core.user.erase, { userId: "ada" }, operator);
    await expect(run(account.roles, {}, ada)).rejects.toThrow(refused("identity.revoked"));
    await run(account.create, { userId: "ada", email: "ada@example.org" }, operator);
    await expect(issuer.login({ email: "ada@example.org", password })).rejects.toThrow(
      refused("identity.invalid-credentials"),
    );
  });

  it("are kept when sessions are ended by their user or an administrator", async () => {
    const { run, passwords, account, login } = await withRoot();
    const first = await login("ada");
    await run(passwords.endSessions, {}, first);
    await expect(run(account.roles, {}, first)).rejects.toThrow(refused("identity.revoked"));
    const second = await login("ada");
    await run(passwords.endSessions, { userId: "ada" }, as("root", ["admin"]));
    await expect(run(account.roles, {}, second)).rejects.toThrow(refused("identity.revoked"));
  });
});
