import { ArtGuardError, MemoryTableStore } from "@artguard/core";
import { type AnyOperation, auditOperations, newAuditKeyPair, openAuditLog } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { contextOf } from "../../../packages/governance/test/fixtures/contexts.ts";
import { houseOf } from "../../../packages/governance/test/fixtures/governed-place.ts";
import { noon } from "../../../packages/governance/test/fixtures/stores.ts";
import { formOf, httpPlace, picture } from "./http-place.ts";

/** How a route is asked about the thing of this id, or the user of this name. */
interface Case {
  readonly path: (id: string) => string;
  readonly body?: object;
  readonly isUpload?: true;
  /** Whether the route is about something that can be somebody else's. */
  readonly about: "analysis" | "user" | "organization" | "delegation" | "oneself" | "service";
  /** Where it is nobody's own, also not of whom it is about. */
  readonly notOwn?: true;
}

const grant = { grantee: { kind: "user", id: "ella" }, permission: "analysis.read" };
const ofAnalysis = (rest: string): Case => ({ about: "analysis", path: (id) => `/v1/analyses/${id}${rest}` });
const ofUser = (path: string, body?: object): Case => ({
  about: "user",
  path: (id) => `${path}?user_id=${id}`,
  ...(body && { body }),
});
const ofAccount = (rest: string, body?: object): Case => ({
  about: "user",
  path: (id) => `/v1/admin/users/${id}${rest}`,
  ...(body && { body }),
  ...(rest !== "/roles" && { notOwn: true }),
});
const ofOrganization = (rest: string, body?: object): Case => ({
  about: "organization",
  path: (id) => `/v1/organizations/${id}${rest}`,
  ...(body && { body }),
});
const ofPolicy = (rest: string, body: object): Case => ({
  about: "service",
  path: () => `/v1/admin/policy${rest}`,
  body,
});
const museum = {
  kind: "institution",
  legal_name: "Museo",
  country: "CR",
  contact_email: "museo@example.org",
  legal_representative: "R. Mora",
  sector: "museum",
};
const person = {
  kind: "natural_person",
  ...{ given_name: "Ada", family_name: "Mora", document_number: "1-2345-6789", document_country: "CR" },
  email: "ada@example.org",
};
const rule = { countries: ["CR"], unknown_country: "refuse", stale_database: "use", missing_database: "refuse" };
const question = {
  caller: { principal: { kind: "user", id: "ada" } },
  permission: "analysis.read",
  resource: { kind: "analysis" },
};
const policy = { roles: {}, rules: [] };
const byResource = (id: string) => `/v1/grants?resource_kind=analysis&resource_id=${id}`;

const cases: Readonly<Record<string, Case>> = {
  "post /detect-forgery": { about: "oneself", path: () => "/detect-forgery", isUpload: true },
  "get /v1/analyses": { about: "user", path: (id) => `/v1/analyses?user_id=${id}` },
  "get /v1/analyses/{request_id}": ofAnalysis(""),
  "get /v1/analyses/{request_id}/versions": ofAnalysis("/versions"),
  "get /v1/analyses/{request_id}/retention": ofAnalysis("/retention"),
  "get /v1/analyses/{request_id}/similar": ofAnalysis("/similar"),
  "post /v1/analyses/{request_id}/reanalyze": ofAnalysis("/reanalyze"),
  "post /v1/analyses/{request_id}/withdraw-consent": ofAnalysis("/withdraw-consent"),
  "delete /v1/analyses/{request_id}": ofAnalysis(""),
  "get /v1/analyses/{request_id}/heat-map.png": ofAnalysis("/heat-map.png"),
  "get /v1/analyses/{request_id}/evidence.html": ofAnalysis("/evidence.html"),
  "get /v1/analyses/{request_id}/events": ofAnalysis("/events"),
  "post /v1/analyses/{request_id}/dispute": { ...ofAnalysis("/dispute"), body: { reason: "It hung in my kitchen." } },
  "post /v1/analyses/{request_id}/review": { ...ofAnalysis("/review"), body: { note: "A later frame." } },
  "get /v1/disputes": { about: "service", path: () => "/v1/disputes" },
  "get /v1/disputes/{request_id}": { about: "service", path: (id) => `/v1/disputes/${id}` },
  "get /v1/user": ofUser("/v1/user"),
  "patch /v1/user": ofUser("/v1/user", { company: "Gallery" }),
  "get /v1/user/quota": ofUser("/v1/user/quota"),
  "get /v1/user/export": ofUser("/v1/user/export"),
  "delete /api/user/{user_id}/data": { about: "user", path: (id) => `/api/user/${id}/data` },
  "post /v1/api-keys": { about: "oneself", path: () => "/v1/api-keys", body: { name: "ci" } },
  "get /v1/api-keys": ofUser("/v1/api-keys"),
  "delete /v1/api-keys/{prefix}": ofUser("/v1/api-keys/0123456789ab"),
  "post /v1/grants": { about: "analysis", path: () => "/v1/grants", body: grant },
  "delete /v1/grants": {
    about: "analysis",
    path: (id) => `${byResource(id)}&grantee_kind=user&grantee_id=ella&permission=analysis.read`,
  },
  "get /v1/grants": { about: "analysis", path: byResource },
  "get /v1/grants/received": { about: "oneself", path: () => "/v1/grants/received" },
  "get /v1/audit": { about: "user", path: (id) => `/v1/audit?user_id=${id}` },
  "get /v1/audit/history": { about: "oneself", path: () => "/v1/audit/history" },
  "post /v1/audit/verify": { about: "service", path: () => "/v1/audit/verify", body: {} },
  "get /v1/audit/checkpoint": { about: "service", path: () => "/v1/audit/checkpoint" },
  "get /v1/admin/counts": { about: "service", path: () => "/v1/admin/counts" },
  "get /v1/usage/{kind}/{id}": { about: "user", path: (id) => `/v1/usage/user/${id}` },
  "put /v1/admin/usage/{kind}/{id}/plan": {
    about: "user",
    path: (id) => `/v1/admin/usage/user/${id}/plan`,
    body: { plan: "standard" },
  },
  "put /v1/admin/usage/{kind}/{id}/suspension": {
    about: "user",
    path: (id) => `/v1/admin/usage/user/${id}/suspension`,
    body: { because: "spite" },
  },
  "delete /v1/admin/usage/{kind}/{id}/suspension": {
    about: "user",
    path: (id) => `/v1/admin/usage/user/${id}/suspension`,
  },
  "post /v1/admin/users": {
    about: "service",
    path: () => "/v1/admin/users",
    body: { user_id: "new", email: "new@example.org" },
  },
  "get /v1/admin/users": { about: "service", path: () => "/v1/admin/users" },
  "get /v1/admin/users/{user_id}/roles": ofAccount("/roles"),
  "put /v1/admin/users/{user_id}/roles": { ...ofAccount("/roles", { roles: ["admin"] }), notOwn: true },
  "put /v1/admin/users/{user_id}/plan": ofAccount("/plan", { account_tier: "Enterprise" }),
  "put /v1/admin/users/{user_id}/password": ofAccount("/password", { password: "a long password" }),
  "delete /v1/admin/users/{user_id}/sessions": ofAccount("/sessions"),
  "get /v1/user/roles": { about: "oneself", path: () => "/v1/user/roles" },
  "put /v1/user/password": {
    about: "oneself",
    path: () => "/v1/user/password",
    body: { password: "a long password", current_password: "former" },
  },
  "delete /v1/user/sessions": { about: "oneself", path: () => "/v1/user/sessions" },
  "post /v1/user/person": { about: "oneself", path: () => "/v1/user/person", body: { entity: person } },
  "post /v1/organizations": {
    about: "service",
    path: () => "/v1/organizations",
    body: { organization_id: "new", entity: museum },
  },
  "get /v1/organizations/{organization_id}": ofOrganization(""),
  "get /v1/organizations/{organization_id}/members": ofOrganization("/members"),
  "put /v1/organizations/{organization_id}/members/{user_id}": ofOrganization("/members/ella", { roles: ["user"] }),
  "delete /v1/organizations/{organization_id}/members/{user_id}": ofOrganization("/members/ella"),
  "post /v1/organizations/{organization_id}/delegations": ofOrganization("/delegations", {
    ...{ user_id: "ella", roles: ["admin"], valid_until: noon + 3_600_000, approval_id: "agreed" },
  }),
  "delete /v1/delegations/{delegation_id}": {
    about: "delegation",
    path: (id) => `/v1/delegations/${id}?user_id=ella`,
  },
  "get /v1/organizations/{organization_id}/place-rule": ofOrganization("/place-rule"),
  "put /v1/organizations/{organization_id}/place-rule": ofOrganization("/place-rule", { rule }),
  "put /v1/organizations/{organization_id}/networks": ofOrganization("/networks", {
    ...{ networks: ["192.0.2.0/24"], approval_id: "agreed" },
  }),
  "put /v1/admin/policy": ofPolicy("", { policy, expected: 0 }),
  "post /v1/admin/policy/revert": ofPolicy("/revert", { version: 0, expected: 0 }),
  "post /v1/admin/policy/explain": ofPolicy("/explain", question),
  "post /v1/admin/policy/simulate": ofPolicy("/simulate", { policy, requests: [question] }),
  "get /v1/admin/policy": { about: "service", path: () => "/v1/admin/policy" },
};

async function auditLog() {
  const { signingKey } = newAuditKeyPair("example.org/audit");
  return openAuditLog({ tables: new MemoryTableStore(), signingKey, secret: new Uint8Array(32) });
}

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security: readonly object[] }>>>>;
}

async function placeOfMatrix() {
  // Somebody from where nobody may come is refused before anything else.
  const geography = {
    locate: async ({ remoteAddress }: { remoteAddress?: string }) => {
      if (remoteAddress === "6.6.6.6") throw new ArtGuardError("user.being-erased", "from nowhere");
      return {};
    },
    admit: async () => undefined,
  };
  const place = await httpPlace({
    governance: { geography, operations: Object.values<AnyOperation>(auditOperations(await auditLog())) },
    limits: { perAddressPerMinute: 1e6, perCallerPerMinute: 1e6 },
    networkOf: (c) => ({ remoteAddress: c.req.header("x-address") ?? "1.1.1.1" }),
  });
  await place.storeAnalysis("a1", "ada");
  const house = { ...museum, kind: "institution", sector: "museum" } as const;
  await place.directory.registerOrganization(houseOf("ada"), house);
  await place.directory.addMember(houseOf("ada"), "ada", ["admin"]);
  const delegation = { organizationId: houseOf("ada"), userId: "ella", roles: ["admin"], validUntil: noon + 1e9 };
  const { delegation_id } = await place.directory.delegations.create(contextOf("ada"), delegation, "agreed");
  const described = (await (await place.app.request("/openapi.json")).json()) as Described;
  const routes = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => security.length > 0)
      .map(([method]) => `${method} ${path}`),
  );
  const form = await formOf(picture);
  const ask = async (route: string, token: string | undefined, id: string, headers: Record<string, string> = {}) => {
    const { path, body, isUpload } = cases[route]!;
    const method = route.slice(0, route.indexOf(" ")).toUpperCase();
    const json = body && { ...body, ...(route === "post /v1/grants" && { resource: { kind: "analysis", id } }) };
    const sent = isUpload
      ? form
      : { method, ...(json && { body: JSON.stringify(json), headers: { "content-type": "application/json" } }) };
    const answer = await place.as(token, path(id), { ...sent, headers: { ...headers, ...sent.headers } });
    return { status: answer.status, text: (await answer.text()).replace(/[0-9a-f]{32}/, "").replaceAll(id, "ID") };
  };
  return { ...place, routes, ask, delegation_id };
}

describe("every route, whoever asks", () => {
  it("is in this matrix: a new one fails until it is", async () => {
    const { routes } = await placeOfMatrix();
    expect(routes.sort()).toEqual(Object.keys(cases).sort());
  });

  it("is closed to nobody, to forged credentials and to places that nobody may come from", async () => {
    const { routes, ask } = await placeOfMatrix();
    for (const route of routes) {
      expect((await ask(route, undefined, "a1")).status, route).toBe(401);
      expect((await ask(route, "forged", "a1")).status, route).toBe(401);
      expect((await ask(route, "ada", "a1", { "x-address": "6.6.6.6" })).status, route).toBe(409);
      expect((await ask(route, undefined, "a1", { "x-api-key": "ag_1" })).status, route).toBe(401);
    }
  });

  it("tells nobody whether what is not theirs is there", async () => {
    const { routes, ask, delegation_id } = await placeOfMatrix();
    const others = {
      analysis: ["a1", "a2"],
      user: ["ada", "nobody"],
      organization: [houseOf("ada"), "nowhere"],
      delegation: [delegation_id, "f".repeat(32)],
    } as const;
    for (const route of routes) {
      const { about } = cases[route]!;
      if (about === "oneself") continue;
      const [there, absent] = about === "service" ? ["a1", "a2"] : others[about];
      for (const caller of ["rex", "oscar"]) {
        const [first, second] = [await ask(route, caller, there), await ask(route, caller, absent)];
        expect(first, `${route} by ${caller}`).toEqual(second);
        expect([403, 404], `${route} by ${caller}`).toContain(first.status);
      }
    }
  });

  it("is open to the owner where it is the owner's: what refuses the others is not that everything is refused", async () => {
    const { routes, ask, as, upload, delegation_id } = await placeOfMatrix();
    const isMine = (route: string) =>
      /^get/.test(route) || ["organization", "delegation"].includes(cases[route]!.about);
    const mine = routes.filter((route) => isMine(route) && route !== "get /v1/audit" && !cases[route]!.notOwn);
    const { request_id } = (await (await upload("ada")).json()) as { request_id: string };
    const own = { analysis: request_id, user: "ada", organization: houseOf("ada"), delegation: delegation_id };
    for (const route of mine) {
      const { about } = cases[route]!;
      if (about === "oneself" || about === "service") continue;
      expect([200, 201], route).toContain((await ask(route, "ada", own[about])).status);
    }
    expect((await as("ada", "/v1/analyses/a1", { method: "DELETE" })).status).toBe(200);
  });
});
