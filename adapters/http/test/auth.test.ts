import { createTokenVerifier, type Governed, localContext, type OpenGovernanceOptions } from "@artguard/governance";
import { type AppOptions, createApp } from "@artguard/http";
import { describe, expect, it } from "vitest";
import { guardedPlace } from "../../../packages/governance/test/fixtures/guarded-place.ts";
import { cheapHasher } from "../../../packages/governance/test/identity/world.ts";

const password = "a long password";
const ada = { email: "ada@example.org", password };
type Body = Readonly<Record<string, unknown>>;
interface Session {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** The app with an embedded issuer, where ada is an administrator with a key that is a second factor. */
async function authPlace({
  governance: options = {},
  locate,
  ...app
}: Partial<Omit<AppOptions, "governance">> & {
  readonly governance?: Partial<OpenGovernanceOptions>;
  readonly locate?: Governed["locate"];
} = {}) {
  const place = await guardedPlace({ identity: { development: { hasher: cheapHasher() } }, ...options });
  const { governance } = place;
  const operator = { context: localContext() };
  const account = { userId: "ada", roles: ["admin"], ...ada };
  await governance.run(governance.account.create, account, operator);
  const second = { userId: "ada", name: "second", secondFactor: true };
  const { key } = await governance.run(governance.core.apiKey.create, second, operator);
  const errors: unknown[] = [];
  const hono = createApp({
    governance: { ...governance, ...(locate && { locate }) },
    issuer: governance.identity.development!,
    networkOf: (c) => {
      const forwardedFor = c.req.header("x-forwarded-for");
      return {
        remoteAddress: c.req.header("x-connection") ?? "192.0.2.9",
        ...(forwardedFor !== undefined && { forwardedFor }),
      };
    },
    onError: (error) => errors.push(error),
    now: place.clock.now,
    ...app,
  });
  const post = (path: string, body: Body | undefined, headers: Record<string, string> = {}) =>
    hono.request(path, {
      method: "POST",
      ...(body && { body: JSON.stringify(body) }),
      headers: { "content-type": "application/json", ...headers },
    });
  const login = async (headers: Record<string, string> = {}) =>
    (await (await post("/auth/login", ada, headers)).json()) as Session;
  const as = (token: string, path: string, init: RequestInit = {}) =>
    hono.request(path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers },
    });
  return { ...place, app: hono, post, login, as, key, errors };
}

const reasonOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { details: { reason: string } } };
  return [answer.status, error.details.reason];
};

describe("logging in over HTTP", () => {
  it("answers as the specification has it, to the attribute", async () => {
    const { post, as } = await authPlace();
    const answer = await post("/auth/login", ada);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const session = (await answer.json()) as Session & { user: { permissions: string[] } };
    expect(Object.keys(session).sort()).toEqual(["access_token", "expires_in", "refresh_token", "user"]);
    expect(session).toMatchObject({ expires_in: 3600, user: { id: "ada", email: ada.email, organizations: [] } });
    expect(session.user.permissions).toContain("user.*");
    expect((await as(session.access_token, "/v1/user")).status).toBe(200);
    const state = await as(session.access_token, "/auth/session/validate");
    expect(await state.json()).toMatchObject({ valid: true, user: { id: "ada" } });
  });

  it("renews a session once for each refresh token, and ends it when one comes twice", async () => {
    const { post, login, as } = await authPlace();
    const { refresh_token } = await login();
    const renewed = (await (await post("/auth/refresh", { refresh_token })).json()) as Session;
    expect((await as(renewed.access_token, "/v1/user")).status).toBe(200);
    expect(await reasonOf(await post("/auth/refresh", { refresh_token }))).toEqual([401, "identity.refresh-reused"]);
    expect(await reasonOf(await as(renewed.access_token, "/v1/user"))).toEqual([401, "identity.revoked"]);
  });

  it("ends a session by either of its tokens, in the body or as the bearer's", async () => {
    const { post, login, as } = await authPlace();
    const logouts = [
      ({ refresh_token }: Session) => post("/auth/logout", { refresh_token }),
      ({ access_token }: Session) => post("/auth/logout", { access_token }),
      ({ access_token }: Session) => post("/auth/logout", undefined, { authorization: `Bearer ${access_token}` }),
    ];
    for (const logout of logouts) {
      const session = await login();
      expect((await logout(session)).status).toBe(200);
      expect((await as(session.access_token, "/auth/session/validate")).status).toBe(401);
    }
    expect(await reasonOf(await post("/auth/logout", {}))).toEqual([401, "identity.invalid-token"]);
  });

  it("tells nobody whether there is such an account", async () => {
    const { post } = await authPlace();
    const wrong = { ...ada, password: "wrong" };
    const told = async (body: Body) => {
      const answer = await post("/auth/login", body);
      return [answer.status, (await answer.text()).replace(/[0-9a-f]{32}/, "")];
    };
    expect(await told(wrong)).toEqual(await told({ ...wrong, email: "nobody@example.org" }));
    expect(await told(wrong)).toEqual(await told({ ...ada, organization_id: "museo" }));
    expect((await told(wrong))[0]).toBe(401);
    expect(await reasonOf(await post("/auth/login", { ...ada, more: 1 }))).toEqual([400, "operation.invalid-input"]);
  });

  it("believes neither cookies nor API keys for a session", async () => {
    const { app, login, key } = await authPlace();
    const { access_token } = await login();
    const path = "/auth/session/validate";
    for (const headers of [{ cookie: `access_token=${access_token}` }, { "x-api-key": key }]) {
      expect((await app.request(path, { headers })).status).toBe(401);
    }
  });

  it("publishes the keys by which others verify its tokens", async () => {
    const { app, login, clock, governance } = await authPlace();
    const { access_token } = await login();
    const published = await (await app.request("/.well-known/jwks.json")).text();
    const { trusted } = governance.identity.development!;
    const verifierWith = (keys: string) =>
      createTokenVerifier({ issuers: [{ ...trusted, keys: async () => JSON.parse(keys) }], now: clock.now });
    expect(await verifierWith(published).verify(access_token)).toMatchObject({ principal: { id: "ada" } });
    await expect(verifierWith('{"keys":[]}').verify(access_token)).rejects.toThrow();
    expect(published).not.toContain('"d"');
  });

  it("with the key beside the password is what an administrator needs", async () => {
    const { login, as, key } = await authPlace();
    const plan = { method: "PUT", body: JSON.stringify({ plan: "standard" }) };
    const path = "/v1/admin/usage/user/eve/plan";
    const alone = await as((await login()).access_token, path, plan);
    expect(await reasonOf(alone)).toEqual([401, "access.step-up-required"]);
    expect((await as(key, path, plan)).status).toBe(401);
    expect((await as((await login({ "x-api-key": key })).access_token, path, plan)).status).toBe(200);
    const forged = (await login({ "x-api-key": `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}` })) as object;
    expect(forged).not.toHaveProperty("access_token");
  });
});

describe("the door of logins", () => {
  const guess = { password: "wrong" };
  const many = { perCallerPerMinute: 1e6, perAddressPerMinute: 1e6 };

  /** Guesses at many accounts from one connection. @returns how the last one is answered. */
  async function after(
    guesses: number,
    trustedProxies: number,
    forwardedFor: (n: number) => string,
    locate?: Governed["locate"],
  ) {
    const options = { governance: { geography: { trustedProxies } }, limits: many };
    const { post } = await authPlace({ ...options, ...(locate && { locate }) });
    let last: Response | undefined;
    for (let n = 0; n <= guesses; n++) {
      last = await post(
        "/auth/login",
        { ...guess, email: `u${n}@example.org` },
        { "x-forwarded-for": forwardedFor(n) },
      );
    }
    return reasonOf(last!);
  }

  it("shuts for an address that claims to be another one each time", async () => {
    const claimed = (n: number) => `198.51.100.${n}`;
    expect(await after(50, 0, claimed)).toEqual([429, "identity.too-many-attempts"]);
    const behindProxy = (n: number) => `198.51.100.${n}, 203.0.113.7`;
    expect(await after(50, 1, behindProxy)).toEqual([429, "identity.too-many-attempts"]);
  });

  it("would not shut where the header is believed as it comes: the test can tell", async () => {
    const claimed = (n: number) => `198.51.100.${n}`;
    const credulous: Governed["locate"] = async ({ forwardedFor = "" }) => ({ clientAddress: forwardedFor });
    expect(await after(50, 0, claimed, credulous)).toEqual([401, "identity.invalid-credentials"]);
  });

  it("stays open for others behind the same proxy: what is counted is the client", async () => {
    expect(await after(50, 1, (n) => `203.0.113.${n}`)).toEqual([401, "identity.invalid-credentials"]);
  });

  it("shuts for an account, and says when to come again", async () => {
    const { post } = await authPlace();
    for (let n = 0; n < 5; n++) expect((await post("/auth/login", { ...ada, ...guess })).status).toBe(401);
    const shut = await post("/auth/login", ada);
    expect([shut.status, shut.headers.get("retry-after")]).toEqual([429, "30"]);
  });

  it("lets one address ask so often a minute, with whatever keys it shows", async () => {
    const { post, app } = await authPlace({ limits: { perCallerPerMinute: 3, perAddressPerMinute: 1e6 } });
    const answers: number[] = [];
    for (let n = 0; n < 4; n++) {
      answers.push((await post("/auth/refresh", { refresh_token: "x" }, { "x-api-key": `ag_${n}` })).status);
    }
    expect(answers).toEqual([401, 401, 401, 429]);
    expect((await app.request("/.well-known/jwks.json")).status).toBe(200);
  });

  it("is not there without an issuer", async () => {
    const { governance } = await guardedPlace();
    const app = createApp({ governance });
    for (const path of ["/auth/login", "/auth/session/validate", "/.well-known/jwks.json"]) {
      expect((await app.request(path)).status, path).toBe(404);
    }
    expect(await (await app.request("/openapi.json")).text()).not.toContain("/auth/");
  });
});

describe("what is secret", () => {
  it("is in no answer to a wrong request, no entry of the log and no error", async () => {
    const { post, login, as, key, governance, errors } = await authPlace();
    const secret = "SECRET-that-nobody-writes-down";
    const session = await login({ "x-api-key": key });
    const answers = await Promise.all([
      post("/auth/login", { email: "ada@example.org", password: secret }),
      post("/auth/login", { email: secret, password: secret, extra: secret }),
      post("/auth/login", { ...ada, password: [secret] }, { "x-api-key": secret }),
      post("/auth/refresh", { refresh_token: secret }),
      post("/auth/logout", { access_token: secret }),
      as(secret, "/auth/session/validate"),
      as(secret, "/v1/user"),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 400, 400, 401, 401, 401, 401]);
    await post("/auth/refresh", { refresh_token: session.refresh_token });
    const categories = ["security", "queries", "application"] as const;
    const pages = await Promise.all(categories.map((category) => governance.audit.query({ category })));
    const log = JSON.stringify(pages.map(({ items }) => items));
    expect(log).toContain("IDENTITY_LOGIN");
    const texts = [log, ...(await Promise.all(answers.map((answer) => answer.text())))];
    for (const text of texts) {
      for (const hidden of [secret, password, key, session.access_token, session.refresh_token]) {
        expect(text).not.toContain(hidden);
      }
    }
    expect(errors).toEqual([]);
  });
});
