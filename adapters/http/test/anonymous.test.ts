import { defaultTiers } from "@artguard/core";
import { createApp } from "@artguard/http";
import { describe, expect, it } from "vitest";
import { guardedPlace } from "../../../packages/governance/test/fixtures/guarded-place.ts";
import { formOf, picture } from "./http-place.ts";

type Record = Readonly<{ request_id: string; user_id: string; status: string }>;

/** The app with anonymous callers admitted or not, and everybody with a quota. */
async function anonymousPlace(admits = true, anonymousPerAddressPerDay = 5) {
  const tiers = { ...defaultTiers, Free: { monthlyQuota: 2 } };
  const place = await guardedPlace({ tiers, identity: { anonymous: admits } });
  const { governance, clock } = place;
  const { anonymous } = governance.identity;
  const app = createApp({
    governance,
    ...(anonymous && { anonymous }),
    limits: { anonymousPerAddressPerDay },
    networkOf: (c) => ({ remoteAddress: c.req.header("x-connection") ?? "192.0.2.9" }),
    now: clock.now,
  });
  const as = (token: string | undefined, path: string, init: RequestInit = {}) =>
    app.request(path, { ...init, headers: { ...(token && { authorization: `Bearer ${token}` }), ...init.headers } });
  const upload = async (token?: string, headers: { readonly [name: string]: string } = {}, query = "") => {
    const form = await formOf(picture);
    const answer = await as(token, `/detect-forgery${query}`, { ...form, headers: { ...headers, ...form.headers } });
    return { answer, token: answer.headers.get("x-anonymous-token") ?? undefined };
  };
  /** Uploads as nobody. @returns the record and what proves whose it is. */
  const begin = async (query = "") => {
    const { answer, token = "" } = await upload(undefined, {}, query);
    return { record: (await answer.json()) as Record, token };
  };
  return { ...place, app, as, upload, begin };
}

describe("callers without credential", () => {
  it("are refused by default, and get no token", async () => {
    const { upload, app } = await anonymousPlace(false);
    const { answer, token } = await upload();
    expect([answer.status, token]).toEqual([401, undefined]);
    expect((await app.request("/v1/analyses")).status).toBe(401);
  });

  it("where they are admitted, analyse, and read with the token what they made", async () => {
    const { begin, as } = await anonymousPlace();
    const { record, token } = await begin();
    expect(record).toMatchObject({ status: "COMPLETED", user_id: expect.stringMatching(/^anon#[0-9a-f-]{36}$/) });
    expect(await (await as(token, `/v1/analyses/${record.request_id}`)).json()).toMatchObject(record);
    const list = (await (await as(token, "/v1/analyses")).json()) as { items: Record[] };
    expect(list.items.map(({ request_id }) => request_id)).toEqual([record.request_id]);
  });

  it("get the token with every kind of answer: the analysis, its record, its progress", async () => {
    const { upload, as } = await anonymousPlace();
    const kinds = [{}, { prefer: "respond-async" }, { accept: "text/event-stream" }];
    for (const headers of kinds) {
      const { answer, token } = await upload(undefined, headers);
      expect([200, 202]).toContain(answer.status);
      await answer.text();
      const list = (await (await as(token, "/v1/analyses")).json()) as { items: Record[] };
      expect(list.items).toHaveLength(1);
    }
  });

  it("are still refused everywhere else, and with a credential that is wrong", async () => {
    const { as, upload } = await anonymousPlace();
    for (const path of ["/v1/analyses", "/v1/user"]) expect((await as(undefined, path)).status, path).toBe(401);
    for (const wrong of ["forged", "agn_forged", `agn_YW5vbiN4.${"x".repeat(43)}`]) {
      const { answer, token } = await upload(wrong);
      expect([answer.status, token], wrong).toEqual([401, undefined]);
    }
  });

  it("do not see one another's, and cannot tell them from what is not there", async () => {
    const { begin, as } = await anonymousPlace();
    const [mine, other] = [await begin(), await begin()];
    expect(mine.record.user_id).not.toBe(other.record.user_id);
    const tell = async (id: string) => {
      const answer = await as(mine.token, `/v1/analyses/${id}`);
      return [answer.status, (await answer.text()).replaceAll(id, "ID").replace(/[0-9a-f]{32}/, "")];
    };
    expect(await tell(other.record.request_id)).toEqual(await tell("f".repeat(32)));
    const [head = "", proof = ""] = mine.token.split(".");
    const stolen = `agn_${Buffer.from(other.record.user_id).toString("base64url")}.${proof}`;
    expect(head).toMatch(/^agn_/);
    expect((await as(stolen, `/v1/analyses/${other.record.request_id}`)).status).toBe(401);
  });

  it("have the quota of the tier Free, and so many sessions a day from one address", async () => {
    const { upload } = await anonymousPlace(true, 2);
    const first = await upload();
    expect((await upload(first.token)).answer.status).toBe(200);
    expect((await upload(first.token)).answer.status).toBe(429);
    expect((await upload()).answer.status).toBe(200);
    const third = await upload();
    expect([third.answer.status, third.token]).toEqual([429, undefined]);
    expect(third.answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect((await upload(undefined, { "x-connection": "192.0.2.10" })).answer.status).toBe(200);
  });

  it("get no more of them with the addresses of one IPv6 network", async () => {
    const { upload } = await anonymousPlace(true, 2);
    const statuses: number[] = [];
    for (const host of [1, 2, 3]) {
      statuses.push((await upload(undefined, { "x-connection": `2001:db8:1:2::${host}` })).answer.status);
    }
    expect(statuses).toEqual([200, 200, 429]);
    expect((await upload(undefined, { "x-connection": "2001:db8:1:3::1" })).answer.status).toBe(200);
  });

  it("begin nothing with what is no upload", async () => {
    const { as, governance } = await anonymousPlace();
    expect((await as(undefined, "/detect-forgery", { method: "POST", body: "x" })).status).toBe(415);
    expect((await governance.users.list()).items).toEqual([]);
  });

  it("may use what is theirs and nothing that makes accounts, keys or grants", async () => {
    const { begin, as } = await anonymousPlace();
    const { token, record } = await begin();
    const json = (body: object) => ({
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    const resource = { kind: "analysis", id: record.request_id };
    const grant = { resource, grantee: { kind: "user", id: "eve" }, permission: "analysis.read" };
    expect((await as(token, "/v1/api-keys", json({ name: "mine" }))).status).toBe(403);
    expect((await as(token, "/v1/grants", json(grant))).status).toBe(403);
    expect((await as(token, "/v1/user/quota")).status).toBe(200);
  });

  it("are erased with everything, images too, and their token with them", async () => {
    const { begin, as } = await anonymousPlace();
    const { token, record } = await begin("?save_image=true");
    const path = `/api/user/${encodeURIComponent(record.user_id)}/data`;
    const receipt = await as(token, path, { method: "DELETE" });
    expect([receipt.status, await receipt.json()]).toMatchObject([200, { erased: { analyses: 1, users: 1 } }]);
    expect((await as(token, "/v1/analyses")).status).toBe(401);
  });

  it("are in the log by a pseudonym when they come, without their token", async () => {
    const { begin, governance } = await anonymousPlace();
    const { token, record } = await begin();
    const { items } = await governance.audit.query({ category: "security" });
    const log = JSON.stringify(items);
    expect(log).toContain("IDENTITY_BEGIN_ANONYMOUS");
    for (const hidden of [token, record.user_id]) expect(log).not.toContain(hidden);
  });
});
