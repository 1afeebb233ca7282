import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openPrivacy, userIdOf } from "@artguard/core";
import { localContext, openFolderPlace, openGovernance } from "@artguard/governance";
import { type EmbeddedOptions, loadServerSettings, openEmbedded } from "@artguard/http/serve";
import { describe, expect, it, onTestFinished } from "vitest";
import { formOf, halfDetector, picture } from "./http-place.ts";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "artguard-serve-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function opened(folder: string, more: Partial<EmbeddedOptions> = {}) {
  const { limits, consentPolicyVersion } = loadServerSettings({});
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const fixed = { folder, limits, consentPolicyVersion, detectors: [halfDetector()], onError };
  const embedded = await openEmbedded({ ...fixed, ...more });
  onTestFinished(() => embedded[Symbol.asyncDispose]());
  const as = (key: string | undefined, path: string, init: RequestInit = {}) =>
    embedded.app.request(path, { ...init, headers: { ...(key && { "x-api-key": key }), ...init.headers } });
  return { ...embedded, as, errors };
}

describe("the embedded app", () => {
  it("has one administrator whose key is shown once, and who makes keys that are limited", async () => {
    const folder = newFolder();
    const first = await opened(folder);
    const key = first.firstKey!;
    expect(key).toMatch(/^ag_/);
    expect(await (await first.as(key, "/v1/user")).json()).toMatchObject({
      user_id: "admin",
      account_tier: "Enterprise",
    });
    expect((await first.as(key, "/v1/admin/counts")).status).toBe(200);
    const limited = await first.as(key, "/v1/api-keys", {
      method: "POST",
      body: JSON.stringify({ name: "reader", scopes: ["analysis.read"] }),
      headers: { "content-type": "application/json" },
    });
    const reader = ((await limited.json()) as { key: string }).key;
    expect((await first.as(reader, "/v1/analyses")).status).toBe(200);
    expect((await first.as(reader, "/detect-forgery", await formOf(picture))).status).toBe(403);
    expect((await first.as(undefined, "/v1/analyses")).status).toBe(401);
    expect((await first.app.request("/v1/user", { headers: { authorization: "Bearer eyJ.x.y" } })).status).toBe(401);
    expect((await opened(folder)).firstKey).toBeUndefined();
  });

  it("sweeps by itself: an erasure that a crash interrupted ends, also in the rooms of governance", async () => {
    const folder = newFolder();
    await using place = await openFolderPlace(folder);
    await using another = await openGovernance({ ...place, detectors: [] });
    const ada = userIdOf("ada");
    await another.users.create({ user_id: ada, email: "ada@example.org" });
    await another.identity.directory.assignRoles(ada, ["reviewer"]);
    const { tables, objects } = place;
    const died = (await openPrivacy({ tables, objects })).eraseUser(ada, { signal: AbortSignal.abort() });
    await expect(died).rejects.toThrow();
    const { errors } = await opened(folder, { sweepMs: 200 });
    const rolesOf = async () => (await another.identity.directory.standingOf(ada)).roles;
    await expect.poll(rolesOf, { timeout: 30_000 }).toEqual([]);
    expect([await another.users.find(ada), errors]).toEqual([undefined, []]);
  });

  it("lets the administrator in with the password that the operator sets, and do the work with the key beside it", async () => {
    const folder = newFolder();
    const { firstKey = "", app } = await opened(folder);
    const password = "set by the operator";
    await using place = await openFolderPlace(folder);
    await using another = await openGovernance({ ...place, detectors: [], identity: { development: {} } });
    const byOperator = { context: localContext() };
    await another.run(another.password!.setPassword, { userId: "admin", password }, byOperator);
    const answer = await app.request("/auth/login", {
      method: "POST",
      body: JSON.stringify({ email: "admin@artguard.invalid", password }),
      headers: { "content-type": "application/json", "x-api-key": firstKey },
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    const suspended = await app.request("/v1/admin/usage/user/eve/suspension", {
      method: "PUT",
      body: JSON.stringify({ because: "test" }),
      headers: { "content-type": "application/json", authorization: `Bearer ${access_token}` },
    });
    expect([answer.status, suspended.status]).toEqual([200, 200]);
  });

  it("admits callers without credential where the setting says so", async () => {
    const { as } = await opened(newFolder(), { anonymous: true });
    const answer = await as(undefined, "/detect-forgery", await formOf(picture));
    expect(answer.status).toBe(200);
    const authorization = `Bearer ${answer.headers.get("x-anonymous-token")}`;
    expect((await as(undefined, "/v1/analyses", { headers: { authorization } })).status).toBe(200);
  });

  it("has no logins where the embedded issuer is off", async () => {
    const { app } = await opened(newFolder(), { embeddedIssuer: false });
    expect((await app.request("/auth/login", { method: "POST" })).status).toBe(404);
  });

  it("writes an audit log whose trace is the request's, and that never holds a key", async () => {
    const folder = newFolder();
    const { firstKey = "", as, app, errors } = await opened(folder);
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const form = await formOf(picture);
    const headers = { ...form.headers, traceparent: `00-${trace}-00f067aa0ba902b7-01` };
    const answer = await as(firstKey, "/detect-forgery", { ...form, headers });
    expect([answer.status, answer.headers.get("x-trace-id")]).toEqual([200, trace]);
    expect((await app.request("/health/ready")).status).toBe(200);
    const database = readFileSync(join(folder, "artguard.db")).toString("latin1");
    const log = readFileSync(join(folder, "artguard.db-wal")).toString("latin1");
    expect(log + database).toContain(trace);
    expect(log + database).not.toContain(firstKey);
    const entries = await as(firstKey, "/v1/audit?user_id=admin&action=analysis.create");
    expect(await entries.json()).toMatchObject({
      items: [{ entry: { operation: { type: "ANALYSIS_CREATE" }, trace_id: trace } }],
    });
    expect(await (await as(firstKey, "/v1/audit/history")).json()).toHaveProperty("items.length");
    const { checkpoint } = (await (await as(firstKey, "/v1/audit/checkpoint")).json()) as { checkpoint: string };
    const verified = await as(firstKey, "/v1/audit/verify", {
      method: "POST",
      body: JSON.stringify({ checkpoint }),
      headers: { "content-type": "application/json" },
    });
    expect(await verified.json()).toMatchObject({ ok: true, findings: [] });
    expect(errors).toEqual([]);
  });

  it("does what was submitted, by itself", async () => {
    const { firstKey, as } = await opened(newFolder());
    const form = await formOf(picture);
    const headers = { ...form.headers, prefer: "respond-async" };
    const { request_id } = (await (await as(firstKey, "/detect-forgery", { ...form, headers })).json()) as {
      request_id: string;
    };
    const status = async () =>
      ((await (await as(firstKey, `/v1/analyses/${request_id}`)).json()) as { status: string }).status;
    const open = ["PENDING", "PROCESSING"];
    let last = await status();
    // Slower than the limit of requests that one caller has.
    for (; open.includes(last); last = await status()) await wait(200);
    expect(last).toBe("COMPLETED");
  });
});

describe("the keys of a folder", () => {
  it("are never replaced: with a damaged file nothing starts", async () => {
    const folder = newFolder();
    const path = join(folder, "governance.keys");
    for (const text of ["", "{}", "not JSON"]) {
      writeFileSync(path, text, { mode: 0o600 });
      await expect(opened(folder)).rejects.toMatchObject({ code: "keys.file-damaged" });
      expect(readFileSync(path, "utf8")).toBe(text);
    }
  });
});
