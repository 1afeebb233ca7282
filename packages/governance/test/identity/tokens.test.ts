import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { cognitoIssuer, createTokenVerifier, oktaIssuer, remoteKeys, type TrustedIssuer } from "@artguard/governance";
import { CognitoLogin } from "@artguard/governance/cognito";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { openedStore, storeKinds, testClock } from "../fixtures/stores.ts";
import { acceptedBy, audience, forgeries, goodClaims, goodHeader, issuerName, openForge, sign } from "./forge.ts";
import { createUsers, openWorld, refusalOf } from "./world.ts";

const refused = (code: string) => expect.objectContaining({ code });

async function openForgedWorld(more: Partial<TrustedIssuer> = {}) {
  const clock = testClock();
  const forge = await openForge(clock.now, more);
  const world = await openWorld({ issuers: [forge.trusted] }, clock);
  await createUsers(world.users);
  const { authenticator, revocations } = world.identity;
  const authenticate = (token: string) => authenticator.authenticate({ kind: "token", token });
  const login = new CognitoLogin({
    clientId: "client",
    authenticator,
    revocations,
    users: world.users,
    now: clock.now,
    clientConfig: { region: "us-east-1", endpoint: "http://127.0.0.1:9" },
  });
  return { ...world, forge, authenticate, login, good: await sign(forge) };
}

describe("an access token", () => {
  it("that is good makes the context of its user", async () => {
    const { authenticate, good, identity } = await openForgedWorld();
    await identity.directory.assignRoles("ada", ["analyst"]);
    const context = await authenticate(good);
    expect(context).toMatchObject({
      principal: { kind: "user", id: "ada" },
      roles: ["analyst"],
      permissions: ["dataset.read", "query.execute"],
      authentication: { method: "token", strength: "single" },
    });
  });

  it(`is refused in each of ${Object.keys(forgeries).length} forged forms, at every entry point`, async () => {
    const { forge, good, authenticate, login } = await openForgedWorld();
    expect(Object.keys(forgeries).length).toBeGreaterThanOrEqual(30);
    await expect(login.validateSession(good)).resolves.toMatchObject({ valid: true });
    expect(await acceptedBy(forge, good, authenticate)).toEqual([]);
    expect(await acceptedBy(forge, good, (token) => login.validateSession(token))).toEqual([]);
    expect(await acceptedBy(forge, good, (token) => login.logout({ access_token: token }))).toEqual([]);
    // Nothing of what was refused has ended the session of the good one.
    await expect(login.validateSession(good)).resolves.toMatchObject({ valid: true });
  });

  it("is refused in words that do not say why, and never repeat it", async () => {
    const { forge, good, authenticate } = await openForgedWorld();
    const messages = new Set<string>();
    for (const make of Object.values(forgeries)) {
      const token = await make(forge, good);
      const error = await refusalOf(authenticate(token));
      messages.add(`${error.code}: ${error.message}`);
      if (token.length > 60 && token.length < 9000) expect(inspect(error)).not.toContain(token);
    }
    expect([...messages]).toHaveLength(1);
  });

  it("is told apart by these forgeries: verifiers that leave something out accept some", async () => {
    const { forge, good } = await openForgedWorld();
    const keys = createLocalJWKSet({ keys: [forge.publicJwk] });
    const times = { currentDate: new Date(forge.now()), maxTokenAge: 86_400 };
    const complete = {
      ...times,
      algorithms: ["RS256"],
      issuer: issuerName,
      audience,
      typ: "at+jwt",
      requiredClaims: ["exp", "sub"],
    };
    const accepted = (options: object) => acceptedBy(forge, good, (token) => jwtVerify(token, keys, options));
    const { algorithms: _a, ...anyAlgorithm } = complete;
    expect(await accepted(anyAlgorithm)).toEqual(expect.arrayContaining(["PS256 by the issuer's key"]));
    const { audience: _b, ...anyAudience } = complete;
    expect(await accepted(anyAudience)).toEqual(expect.arrayContaining(["for another audience", "for no audience"]));
    const { issuer: _c, ...anyIssuer } = complete;
    expect(await accepted(anyIssuer)).toContain("of another issuer");
    expect(await accepted({ ...complete, requiredClaims: [] })).toContain("without an end");
    const { maxTokenAge: _d, ...anyAge } = complete;
    expect(await accepted(anyAge)).toEqual(expect.arrayContaining(["issued in the future", "issued too long ago"]));
    expect(await accepted(complete)).toEqual(expect.arrayContaining(["a claim twice", "an ID token by its nonce"]));
    const confused = async (token: string) => {
      const [input, signature] = [token.slice(0, token.lastIndexOf(".")), token.split(".")[2]];
      if (decodeProtectedHeader(token).alg !== "HS256") return jwtVerify(token, keys, complete);
      const expected = createHmac("sha256", forge.publicPem).update(input).digest("base64url");
      if (signature !== expected) throw new Error("forged");
      return input;
    };
    expect(await acceptedBy(forge, good, confused)).toContain("HS256 under the public key");
  });

  it("is limited to what its groups, scopes and organisation say", async () => {
    const { forge, authenticate, identity } = await openForgedWorld({
      claims: {
        rolesOfGroup: { Analysts: ["analyst"] },
        membershipOfGroup: { Museum: { organizationId: "museum", roles: ["curator"] } },
        scopes: { claim: "scope", prefix: "artguard/" },
      },
    });
    const groups = ["Analysts", "Museum", "constructor", "unknown"];
    const token = await sign(forge, { groups, scope: "openid artguard/dataset.read" });
    expect(await authenticate(token)).toMatchObject({
      roles: ["analyst"],
      scopes: ["dataset.read"],
      organizations: [{ organizationId: "museum", roles: ["curator"] }],
    });
    await expect(authenticate(await sign(forge, { groups, acts_in: "itcr" }))).rejects.toThrow(
      refused("identity.not-a-member"),
    );
    const entity = {
      kind: "group",
      legal_name: "G",
      country: "CR",
      contact_email: "g@example.org",
      coordinator: "C",
      purpose: "p",
    } as const;
    await identity.directory.registerOrganization("itcr", entity);
    await identity.directory.addMember("itcr", "ada", ["analyst"]);
    const limited = await authenticate(await sign(forge, { groups, acts_in: "itcr" }));
    expect(limited.organizations).toEqual([{ organizationId: "itcr", roles: ["analyst"] }]);
  });

  it("that says its proof was given after it has no time of proof: such a one would never grow old", async () => {
    const { forge, authenticate, clock } = await openForgedWorld();
    const iat = Math.floor(clock.ms / 1000);
    const atOf = async (auth_time: number) =>
      (await authenticate(await sign(forge, { amr: ["mfa"], auth_time }))).authentication;
    expect(await atOf(iat - 60)).toMatchObject({ strength: "multi", at: (iat - 60) * 1000 });
    expect(await atOf(iat + 5)).toMatchObject({ at: (iat + 5) * 1000 });
    // A minute too late, and in milliseconds.
    for (const late of [iat + 60, iat * 1000]) expect(await atOf(late)).not.toHaveProperty("at");
  });

  it("of a service is a service's, and reads no user", async () => {
    const { forge, authenticate } = await openForgedWorld();
    const context = await authenticate(await sign(forge, { sub: "worker-1", client_id: "worker-1" }));
    expect(context.principal).toEqual({ kind: "service", id: "worker-1" });
  });

  it("is refused for a person who is no user here, or is being erased, unless a user is made", async () => {
    const { forge, authenticate, users, tables, userTable } = await openForgedWorld();
    await expect(authenticate(await sign(forge, { sub: "eve" }))).rejects.toThrow(refused("identity.unknown-user"));
    const { user_id } = await users.get((await users.findByEmail("bob@example.org"))!.user_id);
    await userTable.update({ user_id }, { set: { erasing_at: (await users.get(user_id)).created_at } });
    await expect(authenticate(await sign(forge, { sub: "bob" }))).rejects.toThrow(refused("identity.unknown-user"));
    const provisioned = await openWorld(
      {
        tables,
        issuers: [forge.trusted],
        provision: async ({ principal }) => {
          await users.create({ user_id: principal.id, email: `${principal.id}@example.org` });
        },
      },
      { ms: forge.now(), now: forge.now },
    );
    const token = await sign(forge, { sub: "eve" });
    expect((await provisioned.identity.authenticator.authenticate({ kind: "token", token })).principal.id).toBe("eve");
  });

  it("that was revoked by itself, by its session or with its subject is refused in every process at once", async () => {
    const { forge, authenticate, tables, identity, clock } = await openForgedWorld();
    const elsewhere = await openWorld({ tables, issuers: [forge.trusted] }, clock);
    const [one, two, three] = await Promise.all([
      sign(forge, { jti: "one" }),
      sign(forge, { sid: "session-2" }),
      sign(forge, { jti: "three" }),
    ]);
    const until = clock.now() + 3_600_000;
    await elsewhere.identity.revocations.revokeToken(issuerName, "one", until);
    await expect(authenticate(one)).rejects.toThrow(refused("identity.revoked"));
    await elsewhere.identity.revocations.revokeSession(issuerName, "session-2", until);
    await expect(authenticate(two)).rejects.toThrow(refused("identity.revoked"));
    await expect(authenticate(three)).resolves.toMatchObject({ principal: { id: "ada" } });
    await identity.revocations.revokeSubject(issuerName, "ada", until);
    await expect(authenticate(three)).rejects.toThrow(refused("identity.revoked"));
    clock.ms += 1000;
    await expect(authenticate(await sign(forge))).resolves.toMatchObject({ principal: { id: "ada" } });
  });
});

describe("presets", () => {
  const claimsOf = (iss: string, clock: { now: () => number }) => ({ ...goodClaims(clock), iss });

  it("of Cognito accept its access tokens by client_id and token_use, and nothing else", async () => {
    const clock = testClock();
    const forge = await openForge(clock.now);
    const keys = async () => ({ keys: [forge.publicJwk] });
    const issuer = cognitoIssuer({ region: "us-east-1", userPoolId: "us-east-1_Ab1", clientIds: ["client"], keys });
    expect(issuer.issuer).toBe("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1");
    const tokens = createTokenVerifier({ issuers: [issuer], now: clock.now });
    const claims = { ...claimsOf(issuer.issuer, clock), aud: undefined, client_id: "client", token_use: "access" };
    const more = { "cognito:groups": ["Analysts"], origin_jti: "session" };
    const make = (changed: object) => sign(forge, { ...claims, ...more, ...changed }, { typ: undefined });
    expect(await tokens.verify(await make({}))).toMatchObject({ subject: "ada", sessionId: "session" });
    for (const changed of [{ token_use: "id", aud: "client" }, { client_id: "other" }, { token_use: undefined }]) {
      await expect(tokens.verify(await make(changed))).rejects.toThrow(refused("identity.invalid-token"));
    }
  });

  it("of Okta accept its access tokens by audience and cid, and no ID token", async () => {
    const clock = testClock();
    const forge = await openForge(clock.now);
    const issuer = oktaIssuer({ domain: "dev-1.okta.com", keys: async () => ({ keys: [forge.publicJwk] }) });
    expect(issuer.issuer).toBe("https://dev-1.okta.com/oauth2/default");
    const tokens = createTokenVerifier({ issuers: [issuer], now: clock.now });
    const claims = { ...claimsOf(issuer.issuer, clock), aud: "api://default", cid: "client", scp: ["openid"] };
    const make = (changed: object) => sign(forge, { ...claims, ...changed }, { typ: undefined });
    expect(await tokens.verify(await make({}))).toMatchObject({ subject: "ada" });
    for (const changed of [{ aud: "client", cid: undefined }, { cid: undefined }, { cid: "" }, { nonce: "n" }]) {
      await expect(tokens.verify(await make(changed))).rejects.toThrow(refused("identity.invalid-token"));
    }
  });

  it("and the users of several issuers cannot be taken for one another", async () => {
    const clock = testClock();
    const forge = await openForge(clock.now);
    const other = { ...forge.trusted, issuer: "https://other.example", claims: { subjectPrefix: "other:" } };
    const tokens = createTokenVerifier({ issuers: [forge.trusted, other], now: clock.now });
    const idOf = async (claims: object) => (await tokens.verify(await sign(forge, { ...claims }))).principal.id;
    expect(await idOf({})).toBe("ada");
    expect(await idOf({ iss: other.issuer })).toBe("other:ada");
    await expect(idOf({ sub: "other:ada" })).rejects.toThrow(refused("identity.invalid-token"));
    const alone = createTokenVerifier({ issuers: [forge.trusted], now: clock.now });
    expect((await alone.verify(await sign(forge, { sub: "other:ada" }))).principal.id).toBe("other:ada");
  });

  it("and issuers that could be fooled are refused when they are configured", async () => {
    const { trusted } = await openForge(Date.now);
    const wrong: TrustedIssuer[][] = [
      [{ ...trusted, algorithms: [] }],
      [{ ...trusted, algorithms: ["none"] as never }],
      [{ ...trusted, algorithms: ["HS256"] as never }],
      [{ ...trusted, recipient: { claim: "aud", oneOf: [] } }],
      [{ ...trusted, maxAgeMs: 0 }],
      [{ ...trusted, clockToleranceMs: 3_600_000 }],
      [trusted, trusted],
      [trusted, { ...trusted, issuer: "https://other.example" }],
    ];
    for (const issuers of wrong) {
      expect(() => createTokenVerifier({ issuers })).toThrow(refused("identity.invalid-configuration"));
    }
    const apart = { ...trusted, issuer: "https://other.example", claims: { subjectPrefix: "other:" } };
    expect(() => createTokenVerifier({ issuers: [trusted, apart] })).not.toThrow();
    expect(() => remoteKeys("http://issuer.example/keys")).toThrow(refused("identity.invalid-configuration"));
    expect(() => remoteKeys("file:///etc/keys")).toThrow(refused("identity.invalid-configuration"));
    expect(() => cognitoIssuer({ region: "evil.example/", userPoolId: "x", clientIds: ["c"] })).toThrow(
      refused("identity.invalid-configuration"),
    );
  });
});

describe("users of two issuers", () => {
  it("are never taken for one another, also where the prefix of one begins like that of the other", async () => {
    const clock = testClock();
    const first = await openForge(clock.now);
    const { trusted } = first;
    const named = (name: string, subjectPrefix: string) => ({ ...trusted, issuer: name, claims: { subjectPrefix } });
    const [other, another] = [named("https://a.example", "a-"), named("https://b.example", "a-b-")];
    const tokens = createTokenVerifier({ issuers: [trusted, other, another], now: clock.now });
    const idOf = async (iss: string, sub: string) =>
      (await tokens.verify(await sign(first, { iss, sub }))).principal.id;
    expect(await idOf(another.issuer, "bob")).toBe("a-b-bob");
    expect(await idOf(other.issuer, "bob")).toBe("a-bob");
    expect(await idOf(trusted.issuer, "bob")).toBe("bob");
    for (const [iss, sub] of [
      [trusted.issuer, "a-bob"],
      [trusted.issuer, "a-b-bob"],
      [other.issuer, "b-bob"],
    ] as const) {
      await expect(idOf(iss, sub)).rejects.toThrow(refused("identity.invalid-token"));
    }
  });
});

describe("an issuer's keys", () => {
  async function openKeyServer(clock = testClock()) {
    const forge = await openForge(clock.now);
    const state = { fetches: 0, answer: () => ({ status: 200, body: JSON.stringify({ keys: [forge.publicJwk] }) }) };
    const server = createServer((_, response) => {
      state.fetches += 1;
      const { status, body } = state.answer();
      if (status !== 0) response.writeHead(status, { location: "http://127.0.0.1:9/" }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const keys = remoteKeys(`http://127.0.0.1:${port}/keys`, { timeoutMs: 300 });
    const tokens = createTokenVerifier({ issuers: [{ ...forge.trusted, keys }], now: clock.now });
    return { clock, forge, state, tokens };
  }

  it("are read at most twice in 30 s for 1,000 tokens with kids that nobody has, at once or in turn", async () => {
    const { forge, state, tokens, clock } = await openKeyServer();
    await tokens.verify(await sign(forge));
    const [, payload, signature] = (await sign(forge)).split(".");
    const made = Array.from({ length: 1000 }, (_, index) => {
      const header = JSON.stringify({ ...goodHeader, kid: `random-${index}` });
      return `${Buffer.from(header).toString("base64url")}.${payload}.${signature}`;
    });
    const atOnce = await Promise.allSettled(made.slice(0, 500).map((token) => tokens.verify(token)));
    for (const token of made.slice(500)) {
      await expect(tokens.verify(token)).rejects.toThrow(refused("identity.invalid-token"));
    }
    expect(atOnce.filter(({ status }) => status === "fulfilled")).toEqual([]);
    expect(state.fetches).toBeLessThanOrEqual(2);
    clock.ms += 30_000;
    await expect(tokens.verify(made[0]!)).rejects.toThrow(refused("identity.invalid-token"));
    expect(state.fetches).toBe(2);
  });

  it("that were read before verify while the issuer is down, until they are too old", async () => {
    const { forge, state, tokens, clock } = await openKeyServer();
    await tokens.verify(await sign(forge));
    state.answer = () => ({ status: 503, body: "" });
    clock.ms += 599_000;
    await expect(tokens.verify(await sign(forge))).resolves.toMatchObject({ subject: "ada" });
    await expect(tokens.verify(await sign(forge, {}, { kid: "new" }))).rejects.toThrow(
      refused("identity.invalid-token"),
    );
    const before = state.fetches;
    expect(before).toBe(2);
    clock.ms += 1000;
    for (let index = 0; index < 50; index++) {
      await expect(tokens.verify(await sign(forge))).rejects.toThrow(refused("identity.key-set-unavailable"));
    }
    expect(state.fetches).toBe(before);
    clock.ms += 30_000;
    state.answer = () => ({ status: 200, body: JSON.stringify({ keys: [forge.publicJwk] }) });
    await expect(tokens.verify(await sign(forge))).resolves.toMatchObject({ subject: "ada" });
  });

  it("of a new key are found when its first token comes", async () => {
    const { forge, state, tokens, clock } = await openKeyServer();
    await tokens.verify(await sign(forge));
    clock.ms += 30_000;
    state.answer = () => ({ status: 200, body: JSON.stringify({ keys: [{ ...forge.publicJwk, kid: "key-2" }] }) });
    await expect(tokens.verify(await sign(forge, {}, { kid: "key-2" }))).resolves.toMatchObject({ subject: "ada" });
    expect(state.fetches).toBe(2);
  });

  it.each([
    ["do not come", { status: 0, body: "" }],
    ["are elsewhere", { status: 302, body: "" }],
    ["are no JSON", { status: 200, body: "<html>" }],
    ["are no key set", { status: 200, body: "{}" }],
    ["are too many", { status: 200, body: `{"keys":[${"{},".repeat(400_000)}{}]}` }],
  ])("that %s are a typed failure within the time for it", async (_, answer) => {
    const { forge, state, tokens } = await openKeyServer();
    state.answer = () => answer;
    await expect(tokens.verify(await sign(forge))).rejects.toThrow(refused("identity.key-set-unavailable"));
    expect(state.fetches).toBe(1);
  });

  it("that are secret are not used, even where the issuer publishes them", async () => {
    const { forge, state, tokens } = await openKeyServer();
    state.answer = () => ({ status: 200, body: JSON.stringify({ keys: [{ ...forge.jwk, kid: "key-1" }] }) });
    await expect(tokens.verify(await sign(forge))).rejects.toThrow(refused("identity.invalid-token"));
  });

  it("are waited for only as long as the caller wants", async () => {
    const { forge, state, tokens } = await openKeyServer();
    state.answer = () => ({ status: 0, body: "" });
    const controller = new AbortController();
    const waiting = tokens.verify(await sign(forge), { signal: controller.signal });
    controller.abort(new Error("given up"));
    await expect(waiting).rejects.toThrow("given up");
  });
});

describe("10,000 forged or replayed tokens and keys", () => {
  it("are refused, every one", async () => {
    const { forge, good, authenticate, identity, apiKeys, users, clock } = await openForgedWorld();
    const ada = (await users.findByEmail("ada@example.org"))!.user_id;
    const { key } = await apiKeys.create(ada, "one");
    const revoked = await apiKeys.create(ada, "two");
    await apiKeys.revoke(ada, revoked.prefix);
    const replayed = await sign(forge, { jti: "replayed" });
    await identity.revocations.revokeToken(issuerName, "replayed", clock.now() + 3_600_000);
    const byKey = (text: string) => identity.authenticator.authenticate({ kind: "api_key", key: text });
    const random = randomOf(20_261_129);
    let [tried, accepted] = [0, 0];
    const attempt = async (call: Promise<unknown>) => {
      tried += 1;
      await call.then(
        () => (accepted += 1),
        () => undefined,
      );
    };
    for (let index = 0; index < 5000; index++) await attempt(authenticate(altered(good, random)));
    for (let index = 0; index < 1000; index++) {
      await attempt(authenticate(await sign(forge, { jti: `${index}` }, {}, forge.stranger.privateKey)));
    }
    for (let index = 0; index < 3000; index++) await attempt(byKey(altered(key, random)));
    for (let index = 0; index < 1000; index++) {
      await attempt(index % 2 === 0 ? authenticate(replayed) : byKey(revoked.key));
    }
    expect([tried, accepted]).toEqual([10_000, 0]);
    await expect(authenticate(good)).resolves.toMatchObject({ principal: { id: "ada" } });
    await expect(byKey(key)).resolves.toMatchObject({ principal: { id: "ada" } });
  });
});

/** A text with some of its characters changed, taken out or put in; never the same text. */
function altered(text: string, random: (below: number) => number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  let result = text;
  while (result === text) {
    for (let changes = 1 + random(3); changes > 0; changes--) {
      const at = random(result.length);
      const letter = letters[random(letters.length)]!;
      const keep = random(3);
      result = result.slice(0, at) + (keep === 0 ? "" : letter) + result.slice(keep === 1 ? at : at + 1);
    }
  }
  return result;
}

/** Whole numbers below a bound, the same ones every time (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

it("a store that cannot be read refuses every token instead of letting it through", async () => {
  const clock = testClock();
  const forge = await openForge(clock.now);
  const tables = await openedStore(storeKinds[1]![1], clock.now);
  const world = await openWorld({ tables, issuers: [forge.trusted] }, clock);
  await createUsers(world.users);
  const token = await sign(forge);
  const authenticate = () => world.identity.authenticator.authenticate({ kind: "token", token });
  await expect(authenticate()).resolves.toMatchObject({ principal: { id: "ada" } });
  await tables[Symbol.asyncDispose]();
  await expect(authenticate()).rejects.toThrow();
});
