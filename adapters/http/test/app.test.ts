import { createApp } from "@artguard/http";
import { describe, expect, it } from "vitest";
import { guardedPlace } from "../../../packages/governance/test/fixtures/guarded-place.ts";
import type { RequestContext } from "../src/app-context.ts";
import { httpPlace } from "./http-place.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";

describe("the app", () => {
  it("hardens every answer, also those of errors", async () => {
    const { app } = await httpPlace();
    for (const path of ["/health/live", "/nowhere", "/v1/analyses"]) {
      const { headers } = await app.request(path);
      expect(headers.get("x-content-type-options"), path).toBe("nosniff");
      expect(headers.get("content-security-policy"), path).toContain("default-src 'none'");
      expect(headers.get("cache-control"), path).toBe("no-store");
      expect(headers.get("x-trace-id"), path).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it("answers a path or method that is not there with an envelope", async () => {
    const { app } = await httpPlace();
    const nowhere = await app.request("/nowhere");
    expect([nowhere.status, await nowhere.json()]).toMatchObject([404, { error: { code: "NOT_FOUND" } }]);
    const wrong = await app.request("/v1/analyses/a1", { method: "PUT" });
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, DELETE"]);
    expect(await wrong.json()).toMatchObject({ error: { code: "METHOD_NOT_ALLOWED" } });
  });

  it("names the caller's trace in answer and envelope, and makes one where there is none", async () => {
    const { as } = await httpPlace({
      governance: { traceIdOf: (header) => header?.split("-")[1] ?? "no trace" },
    });
    const answer = await as(undefined, "/v1/user", { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
    expect(answer.headers.get("x-trace-id")).toBe(trace);
    expect(await answer.json()).toMatchObject({ error: { trace_id: trace } });
    const other = await as(undefined, "/v1/user", { headers: { traceparent: "forged" } });
    const { error } = (await other.json()) as { error: { trace_id: string } };
    expect(error.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(other.headers.get("x-trace-id")).toBe(error.trace_id);
  });

  it("asks nobody who they are for its health, and everybody else", async () => {
    const { app, as } = await httpPlace();
    for (const path of ["/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs"]) {
      expect((await app.request(path)).status, path).toBe(200);
    }
    const unknown = await app.request("/v1/user");
    expect([unknown.status, unknown.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="artguard"']);
    expect((await as("forged", "/v1/user")).status).toBe(401);
    const basic = await app.request("/v1/user", { headers: { authorization: "Basic YTpi" } });
    expect(basic.status).toBe(401);
    expect((await as("ada", "/v1/user")).status).toBe(200);
  });

  it("is not ready when what it needs is not, and lives on", async () => {
    const { app } = await httpPlace({
      ready: async () => {
        throw new Error("password=hunter2");
      },
    });
    const answer = await app.request("/health/ready");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await answer.text()).not.toContain("hunter2");
    expect((await app.request("/health/live")).status).toBe(200);
  });

  it("tells its host of errors that nobody expected, and the caller nothing but the trace", async () => {
    const told: unknown[] = [];
    const broken = new Error("password=hunter2 at /srv");
    const { as } = await httpPlace({
      onError: (error, traceId) => void told.push([error, traceId]),
      networkOf: () => {
        throw broken;
      },
    });
    const answer = await as("ada", "/v1/user");
    const text = await answer.text();
    expect([answer.status, text.includes("hunter2")]).toEqual([500, false]);
    expect(told).toEqual([[broken, JSON.parse(text).error.trace_id]]);
  });

  it("counts answers by route, not by path, and errors by code", async () => {
    const { app, as } = await httpPlace();
    await as("ada", "/v1/analyses/secret-id");
    const text = await (await app.request("/metrics")).text();
    expect(text).toContain('route="/v1/analyses/:request_id",status="404"} 1');
    expect(text).toContain('artguard_http_errors_total{code="NOT_FOUND"} 1');
    expect(text).not.toContain("secret-id");
  });

  it("lets a caller ask only so often, an address with many credentials too, and says when again", async () => {
    const { as } = await httpPlace({
      limits: { perCallerPerMinute: 2, perAddressPerMinute: 4 },
      networkOf: (c) => ({ remoteAddress: c.req.header("x-address") ?? "1.1.1.1" }),
    });
    const ask = async (token: string, address = "1.1.1.1") =>
      as(token, "/v1/user", { headers: { "x-address": address } });
    expect([(await ask("ada")).status, (await ask("ada")).status]).toEqual([200, 200]);
    const third = await ask("ada");
    expect([third.status, Number(third.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect(await third.json()).toMatchObject({
      error: { code: "USAGE_LIMIT_EXCEEDED", details: { reason: "http.rate-limited" } },
    });
    expect((await ask("rex")).status).toBe(200);
    expect((await ask("ella")).status).toBe(429);
    expect((await ask("ella", "2.2.2.2")).status).not.toBe(429);
  });

  it("counts all credentials of one caller together, from the second request of each on", async () => {
    const { as } = await httpPlace({ limits: { perCallerPerMinute: 2, perAddressPerMinute: 1e6 } });
    const ask = async (token: string) => (await as(token, "/v1/user/roles")).status;
    // Two tokens of the same person.
    expect([await ask("root"), await ask("rootMulti")]).not.toContain(429);
    expect([await ask("root"), await ask("rootMulti")]).toEqual([429, 429]);
    expect(await ask("ada")).toBe(200);
  });

  it("counts by where the client is, behind proxies too, and one network of IPv6 as one address", async () => {
    const limits = { perCallerPerMinute: 2, perAddressPerMinute: 2 };
    const { governance } = await guardedPlace({ geography: { trustedProxies: 1 } });
    const networkOf = (c: RequestContext) => ({
      remoteAddress: "10.0.0.1",
      forwardedFor: c.req.header("x-forwarded-for") ?? "",
    });
    const app = createApp({ governance, limits, networkOf });
    const ask = async (from: string) =>
      (await app.request("/v1/user", { headers: { "x-forwarded-for": `6.6.6.6, ${from}` } })).status;
    expect([await ask("192.0.2.1"), await ask("192.0.2.1"), await ask("192.0.2.1")]).toEqual([401, 401, 429]);
    // Somebody else behind the same proxy is not shut out by it.
    expect(await ask("192.0.2.2")).toBe(401);
    const sameNetwork = [await ask("2001:db8::1"), await ask("2001:db8::2"), await ask("2001:db8::ffff:3")];
    expect([...sameNetwork, await ask("2001:db8:0:1::1")]).toEqual([401, 401, 429, 401]);
  });
});
