import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { sqlite } from "@artguard/core/sqlite";
import { argon2Hasher, createTokenVerifier, type DevelopmentIssuer, defineIdentityTable } from "@artguard/governance";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { RecordingAudit } from "../fixtures/governed-place.ts";
import { openedStore, storeKinds, testClock } from "../fixtures/stores.ts";
import { cheapHasher, createUsers, openWorld, permissionsOf, refusalOf, secret } from "./world.ts";

const refused = (code: string) => expect.objectContaining({ code });
const password = "vivalaliga";
const ada = { email: "ada@example.org", password };
const itcr = {
  kind: "institution",
  legal_name: "ITCR",
  country: "CR",
  contact_email: "info@example.org",
  legal_representative: "R",
  sector: "academic",
} as const;

async function openIssuer(make = storeKinds[0]![1], hasher = cheapHasher()) {
  const clock = testClock();
  const tables = await openedStore(make, clock.now);
  const world = await openWorld({ tables, development: { secret, hasher } }, clock);
  await createUsers(world.users);
  const issuer = world.identity.development!;
  await issuer.setPassword("ada", password);
  await world.identity.directory.registerOrganization("itcr_pollito", itcr);
  await world.identity.directory.addMember("itcr_pollito", "ada", ["analyst"]);
  return { ...world, issuer, hasher };
}

/** Logins that fail because of the password, up to the one that is refused for their number. */
async function failUntilShut(issuer: DevelopmentIssuer, email: string, clientAddress?: string): Promise<number> {
  for (let failures = 0; failures < 100; failures++) {
    const call = clientAddress === undefined ? {} : { clientAddress };
    const { code } = await refusalOf(issuer.login({ email, password: "wrong password" }, call));
    if (code === "identity.too-many-attempts") return failures;
  }
  throw new Error("never shut");
}

describe.each(storeKinds)("the embedded issuer in %s", (_, make) => {
  it("answers a login with exactly the body of the spec", async () => {
    const { issuer } = await openIssuer(make);
    const answer = await issuer.login({ email: "Ada@Example.org", password, organization_id: "itcr_pollito" });
    expect(Object.keys(answer)).toEqual(["access_token", "refresh_token", "expires_in", "user"]);
    expect(answer.expires_in).toBe(3600);
    expect(answer.user).toEqual({
      id: "ada",
      email: "ada@example.org",
      organizations: ["itcr_pollito"],
      permissions: ["dataset.read", "query.execute"],
    });
    expect(decodeProtectedHeader(answer.access_token)).toMatchObject({ alg: "ES256", typ: "at+jwt" });
    const { exp = 0, iat = 0, sub } = decodeJwt(answer.access_token);
    expect([exp - iat, sub]).toEqual([3600, "ada"]);
  });

  it("says in the context to which organisation a session is limited", async () => {
    const { issuer, identity } = await openIssuer(make);
    const actsIn = async (more: { organization_id?: string }) => {
      const { access_token: token } = await issuer.login({ ...ada, ...more });
      return (await identity.authenticator.authenticate({ kind: "token", token })).actsIn;
    };
    expect(await actsIn({ organization_id: "itcr_pollito" })).toBe("itcr_pollito");
    expect(await actsIn({})).toBeUndefined();
  });

  it("makes tokens that other services verify with its published keys alone", async () => {
    const { issuer, clock } = await openIssuer(make);
    const { access_token } = await issuer.login(ada);
    const published = JSON.parse(JSON.stringify(await issuer.jwks()));
    const trusted = { ...issuer.trusted, keys: async () => published };
    const elsewhere = createTokenVerifier({ issuers: [trusted], now: clock.now });
    expect(await elsewhere.verify(access_token)).toMatchObject({ subject: "ada", strength: "single" });
    expect(Object.keys(published.keys[0]).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  });

  it("gives a new refresh token for each, and the permissions of that moment", async () => {
    const { issuer, identity } = await openIssuer(make);
    const first = await issuer.login(ada);
    await identity.directory.addMember("itcr_pollito", "ada", ["curator"]);
    const second = await issuer.refresh({ refresh_token: first.refresh_token });
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.user.permissions).toEqual(["dataset.change"]);
    const third = await issuer.refresh({ refresh_token: second.refresh_token });
    expect(await issuer.validateSession(third.access_token)).toEqual({
      valid: true,
      expires_in: 3600,
      user: third.user,
    });
  });

  it("ends the session of a refresh token that comes twice: for the thief and for the robbed", async () => {
    const { issuer } = await openIssuer(make);
    const first = await issuer.login(ada);
    const thief = await issuer.refresh({ refresh_token: first.refresh_token });
    await expect(issuer.refresh({ refresh_token: first.refresh_token })).rejects.toThrow(
      refused("identity.refresh-reused"),
    );
    await expect(issuer.refresh({ refresh_token: thief.refresh_token })).rejects.toThrow(
      refused("identity.invalid-refresh-token"),
    );
    for (const { access_token } of [first, thief]) {
      await expect(issuer.validateSession(access_token)).rejects.toThrow(refused("identity.revoked"));
    }
    await expect(issuer.login(ada)).resolves.toMatchObject({ expires_in: 3600 });
  });

  it("lets one of twenty refreshes at the same moment through, and then ends the session", async () => {
    const { issuer } = await openIssuer(make);
    const { refresh_token } = await issuer.login(ada);
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => issuer.refresh({ refresh_token })));
    const given = all.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(given.length).toBeLessThanOrEqual(1);
    const codes = all.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
    expect(codes).toContain("identity.refresh-reused");
    for (const { refresh_token } of given) {
      await expect(issuer.refresh({ refresh_token })).rejects.toThrow(refused("identity.invalid-refresh-token"));
    }
  });

  it("ends a session by either of its tokens, in every process at once", async () => {
    const { issuer, tables, clock } = await openIssuer(make);
    const elsewhere = (await openWorld({ tables, development: { secret } }, clock)).identity;
    const [one, two] = [await issuer.login(ada), await issuer.login(ada)];
    await issuer.logout({ access_token: one.access_token });
    await issuer.logout({ refresh_token: two.refresh_token });
    for (const { access_token: token, refresh_token } of [one, two]) {
      await expect(elsewhere.authenticator.authenticate({ kind: "token", token })).rejects.toThrow(
        refused("identity.revoked"),
      );
      await expect(elsewhere.development!.refresh({ refresh_token })).rejects.toThrow(
        refused("identity.invalid-refresh-token"),
      );
    }
  });

  it("ends all sessions when the password changes", async () => {
    const { issuer } = await openIssuer(make);
    const before = await issuer.login(ada);
    await issuer.setPassword("ada", "another password");
    await expect(issuer.validateSession(before.access_token)).rejects.toThrow(refused("identity.revoked"));
    await expect(issuer.login(ada)).rejects.toThrow(refused("identity.invalid-credentials"));
    await expect(issuer.login({ ...ada, password: "another password" })).resolves.toMatchObject({ expires_in: 3600 });
  });

  it("shuts an account after five failures, longer each time, and tells nobody whether it exists", async () => {
    const { issuer, clock } = await openIssuer(make);
    expect(await failUntilShut(issuer, "ada@example.org")).toBe(5);
    expect(await failUntilShut(issuer, "nobody@example.org")).toBe(5);
    const [shut, nobody] = [
      await refusalOf(issuer.login(ada)),
      await refusalOf(issuer.login({ ...ada, email: "nobody@example.org" })),
    ];
    expect([shut.code, shut.message, shut.details]).toEqual([nobody.code, nobody.message, nobody.details]);
    expect(shut).toMatchObject({ code: "identity.too-many-attempts", details: { retry_after_ms: 30_000 } });
    clock.ms += 30_000;
    expect(await failUntilShut(issuer, "ada@example.org")).toBe(1);
    expect((await refusalOf(issuer.login(ada))).details).toMatchObject({ retry_after_ms: 60_000 });
    clock.ms += 60_000;
    await issuer.login(ada);
    expect(await failUntilShut(issuer, "ada@example.org")).toBe(5);
  });

  it("admits five of a hundred guesses at the same moment", async () => {
    const { issuer, hasher } = await openIssuer(make);
    const before = hasher.counts.matches;
    const guesses = Array.from({ length: 100 }, (_, index) =>
      issuer.login({ ...ada, password: `guess number ${index}` }),
    );
    const codes = (await Promise.all(guesses.map(refusalOf))).map(({ code }) => code);
    expect(codes.filter((code) => code === "identity.invalid-credentials")).toHaveLength(5);
    expect(hasher.counts.matches - before).toBe(5);
  });

  it("shuts an address that tries many accounts, and only that one", async () => {
    const { issuer } = await openIssuer(make);
    let refusals = 0;
    for (let index = 0; index < 60; index++) {
      const call = { clientAddress: "198.51.100.7" };
      const { code } = await refusalOf(issuer.login({ email: `user${index}@example.org`, password }, call));
      if (code === "identity.too-many-attempts") refusals += 1;
    }
    expect(refusals).toBe(10);
    await expect(issuer.login(ada, { clientAddress: "198.51.100.7" })).rejects.toThrow(
      refused("identity.too-many-attempts"),
    );
    await expect(issuer.login(ada, { clientAddress: "198.51.100.8" })).resolves.toMatchObject({ expires_in: 3600 });
  });

  it("counts all addresses of one IPv6 connection as one, and IPv4 in IPv6 as IPv4", async () => {
    const { issuer } = await openIssuer(make);
    const refusedFrom = async (addressOf: (index: number) => string) => {
      let refusals = 0;
      for (let index = 0; index < 60; index++) {
        const login = issuer.login({ email: "x@y", password }, { clientAddress: addressOf(index) });
        if ((await refusalOf(login)).code === "identity.too-many-attempts") refusals += 1;
      }
      return refusals;
    };
    // Of the 60 attempts on one account 55 are refused for the account alone.
    const shut = async (clientAddress: string) => (await refusalOf(issuer.login(ada, { clientAddress }))).code;
    expect(await refusedFrom((index) => `2001:db8::1:${index + 1}`)).toBe(55);
    expect(await shut("2001:db8::ffff")).toBe("identity.too-many-attempts");
    await expect(issuer.login(ada, { clientAddress: "2001:db8:0:1::1" })).resolves.toMatchObject({ expires_in: 3600 });
    await refusedFrom((index) => (index % 2 === 0 ? "192.0.2.1" : "::ffff:192.0.2.1"));
    expect(await shut("192.0.2.1")).toBe("identity.too-many-attempts");
  });

  it("counts all addresses of one IPv6 network as one", async () => {
    const { issuer } = await openIssuer(make);
    for (let index = 0; index < 50; index++) {
      const call = { clientAddress: `2001:db8:0:1::${index + 1}` };
      await refusalOf(issuer.login({ email: `user${index}@example.org`, password }, call));
    }
    await expect(issuer.login(ada, { clientAddress: "2001:db8:0:1:ffff::1" })).rejects.toThrow(
      refused("identity.too-many-attempts"),
    );
    await expect(issuer.login(ada, { clientAddress: "2001:db8:0:2::1" })).resolves.toMatchObject({ expires_in: 3600 });
  });

  it("keeps sealed signing keys, rotates them, and verifies with the former until its tokens expire", async () => {
    const { issuer, identity, tables, clock, hasher } = await openIssuer(make);
    const old = await issuer.login(ada);
    await issuer.rotateSigningKey();
    const fresh = await issuer.login(ada);
    const kids = [old, fresh].map(({ access_token }) => decodeProtectedHeader(access_token).kid);
    expect(new Set(kids).size).toBe(2);
    for (const { access_token: token } of [old, fresh]) {
      expect((await identity.authenticator.authenticate({ kind: "token", token })).principal.id).toBe("ada");
    }
    clock.ms += 2 * 3_600_000;
    expect((await issuer.jwks()).keys.map(({ kid }) => kid)).toEqual([kids[1]]);
    clock.ms += 90 * 86_400_000;
    const elsewhere = (await openWorld({ tables, development: { secret, hasher } }, clock)).identity.development!;
    expect(decodeProtectedHeader((await elsewhere.login(ada)).access_token).kid).not.toBe(kids[1]);
    const stranger = (await openWorld({ tables, development: { secret: new Uint8Array(32), hasher } }, clock)).identity;
    await expect(stranger.development!.login(ada)).rejects.toThrow(refused("identity.invalid-configuration"));
  });

  it("forgets a user: password, sessions, memberships and delegations", async () => {
    const { issuer, identity } = await openIssuer(make);
    const { refresh_token, access_token: token } = await issuer.login(ada);
    await identity.forgetUser("ada");
    await identity.forgetUser("ada");
    await expect(identity.authenticator.authenticate({ kind: "token", token })).rejects.toThrow(
      refused("identity.revoked"),
    );
    await expect(issuer.login(ada)).rejects.toThrow(refused("identity.invalid-credentials"));
    await expect(issuer.refresh({ refresh_token })).rejects.toThrow(refused("identity.invalid-refresh-token"));
    expect(await identity.directory.standingOf("ada")).toEqual({ roles: [], organizations: [] });
    expect(await identity.directory.membersOf("itcr_pollito")).toEqual([]);
  });
});

describe("the embedded issuer", () => {
  it("writes down every login, refresh, logout and validation, also what it refuses, and never the address that was claimed", async () => {
    const audit = new RecordingAudit();
    const clock = testClock();
    const world = await openWorld({ development: { secret }, audit }, clock);
    await createUsers(world.users);
    const issuer = world.identity.development!;
    await issuer.setPassword("ada", password);
    const call = { clientAddress: "192.0.2.1", traceId: "0af7651916cd43dd8448eb211c80319c" };
    const { refresh_token, access_token } = await issuer.login(ada, call);
    await refusalOf(issuer.login({ ...ada, password: "wrong password" }, call));
    await issuer.refresh({ refresh_token }, call);
    await issuer.validateSession(access_token, call);
    await issuer.logout({ access_token }, call);
    await refusalOf(issuer.validateSession(access_token, call));
    await refusalOf(issuer.refresh({ refresh_token: "forged" }, call));
    const other = await issuer.login(ada, call);
    await issuer.refresh({ refresh_token: other.refresh_token }, call);
    await refusalOf(issuer.refresh({ refresh_token: other.refresh_token }, call));
    const said = audit.entries.map(({ type, outcome, severity, details, context }) =>
      [type, outcome, severity, context.principal.id, details?.["reason"]].join(" ").trim(),
    );
    expect(said).toEqual([
      "identity.login success info ada",
      "identity.login refused warning anonymous identity.invalid-credentials",
      "identity.refresh success info ada",
      "identity.validate-session success info ada",
      "identity.logout success info ada",
      "identity.validate-session refused warning anonymous identity.revoked",
      "identity.refresh refused warning anonymous identity.invalid-refresh-token",
      "identity.login success info ada",
      "identity.refresh success info ada",
      "identity.refresh refused critical ada identity.refresh-reused",
    ]);
    expect(audit.entries.every(({ context }) => context.traceId === call.traceId)).toBe(true);
    expect(JSON.stringify(audit.entries)).not.toContain("example.org");
    const [last, tokens] = [audit.entries.length, await issuer.login(ada, call)];
    await world.userTable.delete({ user_id: "ada" });
    await refusalOf(issuer.refresh({ refresh_token: tokens.refresh_token }));
    await issuer.logout({ access_token: tokens.access_token });
    const afterErasure = audit.entries.slice(last + 1).map(({ type, context }) => [type, context.principal.kind]);
    expect(afterErasure).toEqual([
      ["identity.refresh", "anonymous"],
      ["identity.logout", "anonymous"],
    ]);
  });

  it("gives no session that cannot be written down, and leaves a refusal a refusal", async () => {
    const audit = new RecordingAudit();
    const world = await openWorld({ development: { secret }, audit });
    await createUsers(world.users);
    const issuer = world.identity.development!;
    await issuer.setPassword("ada", password);
    audit.breaks = () => true;
    await expect(issuer.login(ada)).rejects.toThrow("the audit log is full");
    await expect(issuer.login({ ...ada, password: "wrong" })).rejects.toThrow(refused("identity.invalid-credentials"));
  });

  it("says the same, and does the same work, for a wrong password, no account, no password and no member", async () => {
    const { issuer, hasher } = await openIssuer();
    const wrong = [
      { ...ada, password: "wrong password" },
      { ...ada, email: "nobody@example.org" },
      { ...ada, email: "bob@example.org" },
      { ...ada, email: "no address" },
      { ...ada, organization_id: "another" },
    ];
    const answers = new Set<string>();
    for (const request of wrong) {
      const before = hasher.counts.matches;
      const { code, message, details } = await refusalOf(issuer.login(request));
      answers.add(JSON.stringify({ code, message, details }));
      expect(hasher.counts.matches - before).toBe(1);
    }
    expect([...answers]).toHaveLength(1);
  });

  it("refuses bodies that are not the spec's, without repeating them", async () => {
    const { issuer } = await openIssuer();
    const bodies: object[] = [{}, { email: "ada@example.org" }, { ...ada, role: "admin" }, { ...ada, password: ["x"] }];
    for (const body of bodies) {
      const error = await refusalOf(issuer.login(body as typeof ada));
      expect(error.code).toBe("identity.invalid-input");
      expect(error.message).not.toContain(password);
    }
    await expect(issuer.refresh({} as { refresh_token: string })).rejects.toThrow(refused("identity.invalid-input"));
    await expect(issuer.logout({} as { refresh_token: string })).rejects.toThrow(refused("identity.invalid-input"));
  });

  it("refuses forged refresh tokens, and ends nobody's session for them", async () => {
    const { issuer } = await openIssuer();
    const { refresh_token, access_token } = await issuer.login(ada);
    const [prefix, user, session, generation, proof] = refresh_token.split(".");
    const bob = Buffer.from("bob").toString("base64url");
    const forged = [
      "",
      access_token,
      [prefix, bob, session, generation, proof].join("."),
      [prefix, user, "0".repeat(32), generation, proof].join("."),
      [prefix, user, session, "1", proof].join("."),
      [prefix, user, session, generation, "A".repeat(43)].join("."),
      [prefix, user, session, generation].join("."),
      `${refresh_token}=`,
    ].filter((token) => token !== "");
    for (const token of forged) {
      await expect(issuer.refresh({ refresh_token: token })).rejects.toThrow(refused("identity.invalid-refresh-token"));
    }
    await expect(issuer.refresh({ refresh_token })).resolves.toMatchObject({ expires_in: 3600 });
  });

  it("refuses weak passwords and those of nobody", async () => {
    const { issuer } = await openIssuer();
    for (const weak of ["short", "aaaaaaaaaaaaaaaa", "x".repeat(1025), "i am ADA lovelace"]) {
      await expect(issuer.setPassword("ada", weak)).rejects.toThrow(refused("identity.weak-password"));
    }
    await expect(issuer.setPassword("eve", "a long password")).rejects.toThrow(refused("user.not-found"));
    await expect(openWorld({ development: { secret: new Uint8Array(8) } })).rejects.toThrow(
      refused("user.invalid-input"),
    );
  });

  it("ends the session with the time for it", async () => {
    const { issuer, clock } = await openIssuer();
    let { refresh_token } = await issuer.login(ada);
    for (let day = 1; day < 30; day++) {
      clock.ms += 86_400_000;
      refresh_token = (await issuer.refresh({ refresh_token })).refresh_token;
    }
    clock.ms += 86_400_000 - 60_000;
    const last = await issuer.refresh({ refresh_token });
    expect(last.expires_in).toBe(60);
    clock.ms += 60_000;
    await expect(issuer.refresh({ refresh_token: last.refresh_token })).rejects.toThrow(
      refused("identity.invalid-refresh-token"),
    );
  });

  it("hashes with argon2id: the same password to another hash each time", async () => {
    const hasher = argon2Hasher();
    const { issuer, tables } = await openIssuer(storeKinds[0]![1], { ...cheapHasher(), ...hasher });
    await expect(issuer.login(ada)).resolves.toMatchObject({ expires_in: 3600 });
    await expect(issuer.login({ ...ada, password: "vivalaligb" })).rejects.toThrow(
      refused("identity.invalid-credentials"),
    );
    const table = await tables.open(defineIdentityTable());
    const stored = await table.get({ identity_id: "USER#ada", entry: "password" });
    expect(stored?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.hash(password)).not.toBe(stored?.password_hash);
  });

  it("refuses logins beyond those that can wait, instead of hashing without end", async () => {
    const hasher = argon2Hasher({ atOnce: 1, waiting: 2 });
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => hasher.hash("a password")));
    expect(all.map(({ status }) => status)).toEqual([...Array(3).fill("fulfilled"), ...Array(3).fill("rejected")]);
    await expect(hasher.hash("a password")).resolves.toMatch(/^\$argon2id\$/);
  });

  it("leaves no password, key or token in the database or in an error", async () => {
    const folder = mkdtempSync(join(tmpdir(), "artguard-secrets-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const clock = testClock();
    const tables = await sqlite({ path: join(folder, "test.db"), now: clock.now });
    const { identity, users, apiKeys } = await openWorld({ tables, development: { secret } }, clock);
    await createUsers(users);
    const issuer = identity.development!;
    await issuer.setPassword("ada", password);
    const first = await issuer.login(ada);
    const second = await issuer.refresh({ refresh_token: first.refresh_token });
    const { key } = await apiKeys.create((await users.findByEmail(ada.email))!.user_id, "one");
    const errors = [
      await refusalOf(issuer.login({ ...ada, email: "bob@example.org" })),
      await refusalOf(issuer.refresh({ refresh_token: `${second.refresh_token}x` })),
      await refusalOf(issuer.refresh({ refresh_token: first.refresh_token })),
      await refusalOf(issuer.validateSession(`${second.access_token}x`)),
      await refusalOf(identity.authenticator.authenticate({ kind: "api_key", key: `${key}0` })),
    ];
    const stored = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), "latin1"))
      .join("");
    expect(stored).toContain("$argon2id$");
    const secrets = [
      password,
      key,
      key.split("_").at(-1)!,
      first.access_token,
      second.refresh_token,
      second.refresh_token.split(".")[4]!,
      Buffer.from(secret).toString("latin1"),
    ];
    const logged = errors.map((error) => inspect(error, { depth: 10 }) + JSON.stringify(error)).join("\n");
    for (const each of secrets) {
      expect(stored).not.toContain(each);
      expect(logged).not.toContain(each);
    }
    // The private half of the signing key has a `d`; the public half that lies open has none.
    expect(stored).toContain('\\"crv\\"');
    expect(stored).not.toContain('\\"d\\"');
    await tables[Symbol.asyncDispose]();
  });

  it("tells a user with the client's name from the client", async () => {
    const { issuer, users } = await openIssuer();
    await users.create({ user_id: "artguard", email: "art@example.org" });
    await issuer.setPassword("artguard", "a long password");
    const { user } = await issuer.login({ email: "art@example.org", password: "a long password" });
    expect(user).toEqual({
      id: "artguard",
      email: "art@example.org",
      organizations: [],
      permissions: await permissionsOf({ roles: [], organizations: [] }),
    });
  });
});
