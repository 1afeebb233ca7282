import { localContext } from "@artguard/governance";
import { createApp } from "@artguard/http";
import { describe, expect, it } from "vitest";
import { guardedPlace } from "../../../packages/governance/test/fixtures/guarded-place.ts";
import { cheapHasher } from "../../../packages/governance/test/identity/world.ts";

const password = "a long password";
const museum = {
  ...{ kind: "institution", legal_name: "Museo", country: "CR", contact_email: "museo@example.org" },
  ...{ legal_representative: "R. Mora", sector: "museum", iban: "CR05015202001026284066" },
};
const rule = { countries: ["CR"], unknown_country: "admit", stale_database: "use", missing_database: "admit" };

/** The app with an administrator who has a password and a second factor. */
async function administered() {
  const identity = { development: { hasher: cheapHasher() } };
  const place = await guardedPlace({ identity, geography: {} });
  const { governance, clock } = place;
  const { run, account, core } = governance;
  const operator = { context: localContext() };
  await run(account.create, { userId: "root", email: "root@example.org", roles: ["admin"], password }, operator);
  const { key } = await run(core.apiKey.create, { userId: "root", name: "first", secondFactor: true }, operator);
  const app = createApp({ governance, issuer: governance.identity.development!, now: clock.now });
  const ask = async (token: string | undefined, method: string, path: string, body?: object) => {
    const answer = await app.request(path, {
      method,
      ...(body && { body: JSON.stringify(body) }),
      headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const login = async (name: string, secret = password, second?: string) => {
    const answer = await app.request("/auth/login", {
      method: "POST",
      body: JSON.stringify({ email: `${name}@example.org`, password: secret }),
      headers: { "content-type": "application/json", ...(second && { "x-api-key": second }) },
    });
    return ((await answer.json()) as { access_token?: string }).access_token;
  };
  const root = (await login("root", password, key))!;
  return { ...place, ask, login, root, key };
}

describe("accounts over HTTP", () => {
  it("are made, listed, given roles and a plan, and let in with their password", async () => {
    const { ask, login, root } = await administered();
    const made = await ask(root, "POST", "/v1/admin/users", { user_id: "eva", email: "eva@example.org", password });
    expect(made).toMatchObject({ status: 201, body: { user_id: "eva", account_tier: "Free" } });
    const roles = { roles: ["custodian"] };
    expect((await ask(root, "PUT", "/v1/admin/users/eva/roles", roles)).status).toBe(200);
    const plan = { account_tier: "Premium", monthly_quota: 7 };
    expect(await ask(root, "PUT", "/v1/admin/users/eva/plan", plan)).toMatchObject({ status: 200, body: plan });
    const back = await ask(root, "PUT", "/v1/admin/users/eva/plan", { monthly_quota: null });
    expect(back.body).not.toHaveProperty("monthly_quota");
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const { body } = await ask(root, "GET", `/v1/admin/users?limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...(body["items"] as { user_id: string }[]).map(({ user_id }) => user_id));
      cursor = String(body["cursor"] ?? "");
    } while (cursor);
    expect(seen).toEqual(["root", "eva"]);
    const eva = await login("eva");
    expect((await ask(eva, "GET", "/v1/user/roles")).body).toEqual({ user_id: "eva", ...roles, organizations: [] });
    expect((await ask(root, "GET", "/v1/admin/users/eva/roles")).body).toMatchObject(roles);
    const others = [await ask(eva, "GET", "/v1/admin/users"), await ask(eva, "GET", "/v1/admin/users/root/roles")];
    expect(others.map(({ status }) => status)).toEqual([403, 404]);
  });

  it("change their own password with the one before, and are shut out of other sessions by it", async () => {
    const { ask, login, root } = await administered();
    await ask(root, "POST", "/v1/admin/users", { user_id: "eva", email: "eva@example.org", password });
    const [here, there] = [await login("eva"), await login("eva")];
    const next = { password: "another password", current_password: password };
    const wrong = { ...next, current_password: "guess" };
    expect((await ask(here, "PUT", "/v1/user/password", wrong)).status).toBe(401);
    expect((await ask(here, "PUT", "/v1/user/password", next)).status).toBe(200);
    expect([await login("eva"), (await ask(there, "GET", "/v1/user")).status]).toEqual([undefined, 401]);
    const again = await login("eva", next.password);
    expect((await ask(again, "DELETE", "/v1/user/sessions")).status).toBe(200);
    expect((await ask(again, "GET", "/v1/user")).status).toBe(401);
    expect((await ask(root, "PUT", "/v1/admin/users/eva/password", { password: "for eva" })).status).toBe(400);
    expect((await ask(root, "PUT", "/v1/admin/users/eva/password", { password })).status).toBe(200);
    const last = await login("eva");
    await ask(root, "DELETE", "/v1/admin/users/eva/sessions");
    expect((await ask(last, "GET", "/v1/user")).status).toBe(401);
  });

  it("need a second factor to be changed by others", async () => {
    const { ask, login } = await administered();
    const alone = await login("root");
    const { status, body } = await ask(alone, "POST", "/v1/admin/users", { email: "eva@example.org" });
    expect([status, body]).toMatchObject([401, { error: { code: "STEP_UP_REQUIRED" } }]);
    expect((await ask(alone, "GET", "/v1/admin/users")).status).toBe(200);
  });
});

describe("organisations over HTTP", () => {
  it("are registered, read by their members, and shown to nobody else", async () => {
    const { ask, login, root } = await administered();
    for (const user_id of ["eva", "bob"]) {
      await ask(root, "POST", "/v1/admin/users", { user_id, email: `${user_id}@example.org`, password });
    }
    const registered = await ask(root, "POST", "/v1/organizations", { organization_id: "museo", entity: museum });
    expect(registered).toEqual({ status: 201, body: {} });
    const member = await ask(root, "PUT", "/v1/organizations/museo/members/eva", { roles: ["curator"] });
    expect(member).toMatchObject({ status: 200, body: { user_id: "eva", roles: ["curator"] } });
    expect(member.body).not.toHaveProperty("identity_id");
    const eva = await login("eva");
    const read = await ask(eva, "GET", "/v1/organizations/museo");
    expect(read.body).toMatchObject({ organization_id: "museo", entity: { legal_name: "Museo" } });
    expect(JSON.stringify(read.body)).not.toContain(museum.iban);
    expect((await ask(eva, "GET", "/v1/organizations/museo/members")).body).toMatchObject({
      items: [{ user_id: "eva" }],
    });
    expect((await ask(eva, "GET", "/v1/user/roles")).body["organizations"]).toEqual([
      { organization_id: "museo", roles: ["curator"] },
    ]);
    const bob = await login("bob");
    for (const id of ["museo", "nowhere"]) {
      expect((await ask(bob, "GET", `/v1/organizations/${id}`)).status, id).toBe(403);
    }
    await ask(root, "DELETE", "/v1/organizations/museo/members/eva");
    expect((await ask(eva, "GET", "/v1/organizations/museo")).status).toBe(403);
    const wrong = { organization_id: "other", entity: { ...museum, iban: "CR05015202001026284067" } };
    expect((await ask(root, "POST", "/v1/organizations", wrong)).status).toBe(400);
  });

  it("say from where their members may act, and ask custodians for networks and delegations", async () => {
    const { ask, login, root, clock } = await administered();
    await ask(root, "POST", "/v1/admin/users", { user_id: "eva", email: "eva@example.org", password });
    await ask(root, "POST", "/v1/organizations", { organization_id: "museo", entity: museum });
    const place = "/v1/organizations/museo/place-rule";
    expect((await ask(root, "GET", place)).body).toEqual({ rule: null, networks: [] });
    expect((await ask(root, "PUT", place, { rule })).status).toBe(200);
    expect((await ask(root, "GET", place)).body).toEqual({ rule, networks: [] });
    expect((await ask(root, "PUT", place, { rule: null })).status).toBe(200);
    await ask(root, "PUT", "/v1/organizations/museo/members/root", { roles: ["curator"] });
    const networks = await ask(root, "PUT", "/v1/organizations/museo/networks", { networks: ["192.0.2.0/24"] });
    const delegation = { user_id: "eva", roles: ["curator"], valid_until: clock.ms + 3_600_000 };
    const delegated = await ask(root, "POST", "/v1/organizations/museo/delegations", delegation);
    for (const { status, body } of [networks, delegated]) {
      expect([status, body]).toMatchObject([403, { error: { code: "CUSTODIAN_APPROVAL_REQUIRED" } }]);
    }
    const eva = await login("eva");
    const nothing = await ask(eva, "DELETE", `/v1/delegations/${"f".repeat(32)}?user_id=eva`);
    expect(nothing.status).toBe(403);
  });

  it("a person says who they are, once", async () => {
    const { ask, login, root } = await administered();
    await ask(root, "POST", "/v1/admin/users", { user_id: "eva", email: "eva@example.org", password });
    const entity = {
      ...{ kind: "natural_person", given_name: "Eva", family_name: "Mora", document_number: "1-2345-6789" },
      ...{ document_country: "CR", email: "eva@example.org" },
    };
    const eva = await login("eva");
    expect((await ask(eva, "POST", "/v1/user/person", { entity })).status).toBe(200);
    expect((await ask(eva, "POST", "/v1/user/person", { entity })).status).toBe(409);
  });
});

describe("the policy over HTTP", () => {
  it("is tried, changed and reverted, and says why", async () => {
    const { ask, root } = await administered();
    const before = await ask(root, "GET", "/v1/admin/policy");
    const { policy } = before.body as { policy: { roles: Record<string, object> } };
    const next = { ...policy, roles: { ...policy.roles, auditor: { any: ["audit.read"] } } };
    const question = {
      caller: { principal: { kind: "user", id: "eva" }, roles: ["auditor"], organizations: [] },
      permission: "audit.read",
      resource: { kind: "audit", owner_id: "ada" },
    };
    const tried = await ask(root, "POST", "/v1/admin/policy/simulate", { policy: next, requests: [question] });
    expect(tried.body).toMatchObject({ items: [{ before: { allowed: false }, after: { allowed: true } }] });
    const changed = await ask(root, "PUT", "/v1/admin/policy", { policy: next, expected: 0 });
    expect(changed).toMatchObject({ status: 200, body: { version: 1 } });
    const explained = await ask(root, "POST", "/v1/admin/policy/explain", question);
    expect(explained.body).toMatchObject({
      allowed: true,
      policy_version: 1,
      decided_by: { source: "role", id: "auditor" },
    });
    expect((await ask(root, "PUT", "/v1/admin/policy", { policy: next, expected: 0 })).status).toBe(409);
    expect((await ask(root, "PUT", "/v1/admin/policy", { policy: { roles: 1 }, expected: 1 })).status).toBe(400);
    // Nobody could take these back: without the operator, without the administrator's permission, with a deny for all.
    const { roles_of_kind, rules } = policy as { roles_of_kind?: object; rules?: object[] };
    const deny = { id: "never", effect: "deny", permissions: ["policy.change"] };
    const lockedOut = [
      { ...policy, roles_of_kind: { ...roles_of_kind, local: [] } },
      { ...policy, roles: { ...policy.roles, admin: { any: ["user.*"] } } },
      { ...policy, rules: [...(rules ?? []), deny] },
      { roles: {}, rules: [] },
    ];
    for (const each of lockedOut) {
      const refused = await ask(root, "PUT", "/v1/admin/policy", { policy: each, expected: 1 });
      expect(refused, JSON.stringify(each)).toMatchObject({
        status: 400,
        body: {
          error: {
            details: { reason: "access.invalid-policy" },
            message: expect.stringContaining("could not change it"),
          },
        },
      });
    }
    const absurd = { version: 1, expected: 2599775534561 };
    expect((await ask(root, "POST", "/v1/admin/policy/revert", absurd)).status).toBe(400);
    const reverted = await ask(root, "POST", "/v1/admin/policy/revert", { version: 0, expected: 1 });
    expect(reverted).toMatchObject({ status: 200, body: { version: 2 } });
    const after = await ask(root, "POST", "/v1/admin/policy/explain", question);
    expect(after.body).toMatchObject({ allowed: false, policy_version: 2 });
  });
});
