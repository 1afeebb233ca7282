import { connect } from "node:net";
import { MemoryTableStore } from "@artguard/core";
import {
  type AnyOperation,
  auditOperations,
  defaultPolicy,
  newAuditKeyPair,
  openAccess,
  openAuditLog,
} from "@artguard/governance";
import { describe, expect, it, onTestFinished } from "vitest";
import { startServer } from "../src/serve/start-server.ts";
import { httpPlace } from "./http-place.ts";

const megabytes24 = 24 * 2 ** 20;
const block = new Uint8Array(64 * 2 ** 10);

/** A body of 24 MB that counts what is taken of it. */
function countedBody() {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (taken >= megabytes24) return controller.close();
        taken += block.length;
        controller.enqueue(block);
      },
    },
    { highWaterMark: 0 },
  );
  return { body, taken: () => taken };
}

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { security: readonly object[]; requestBody?: object }>>>
  >;
}

/** The app, and every route that takes a body and asks who it is from. */
async function bodyPlace(options: Parameters<typeof httpPlace>[0] = {}) {
  const limits = { perAddressPerMinute: 1e6, perCallerPerMinute: 1e6, ...options.limits };
  const { signingKey } = newAuditKeyPair("example.org/audit");
  const log = await openAuditLog({ tables: new MemoryTableStore(), signingKey, secret: new Uint8Array(32) });
  const operations = Object.values<AnyOperation>(auditOperations(log));
  const place = await httpPlace({ ...options, governance: { operations, ...options.governance }, limits });
  const { paths } = (await (await place.app.request("/openapi.json")).json()) as Described;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security, requestBody }]) => security.length > 0 && requestBody)
      .map(([method]) => ({
        method: method.toUpperCase(),
        path: path.replace(/\{kind\}/, "user").replace(/\{\w+\}/g, "x"),
      })),
  );
  const send = async ({ method, path }: { method: string; path: string }, headers: Record<string, string>) => {
    const type = path === "/detect-forgery" ? "multipart/form-data; boundary=b" : "application/json";
    const { body, taken } = countedBody();
    const init = { method, body, duplex: "half" as const, headers: { "content-type": type, ...headers } };
    const answer = await place.app.request(path, init);
    return {
      status: answer.status,
      connection: answer.headers.get("connection"),
      text: await answer.text(),
      taken: taken(),
    };
  };
  return { ...place, routes, send };
}

const strangers: readonly Record<string, string>[] = [
  {},
  { authorization: "Bearer forged" },
  { authorization: "Basic YWRhOmFkYQ==" },
  { "x-api-key": "ag_000000000000_00" },
];

describe("the body of somebody who is not known", () => {
  it("is read on no route, and the connection ends with the answer", async () => {
    const { routes, send } = await bodyPlace();
    expect(routes.length).toBeGreaterThan(20);
    for (const route of routes) {
      for (const headers of strangers) {
        const where = `${route.method} ${route.path} ${JSON.stringify(headers)}`;
        expect(await send(route, headers), where).toMatchObject({ status: 401, connection: "close", taken: 0 });
      }
    }
  });

  it("is refused as the whole request would be, and the log says so", async () => {
    const { send, as, audit } = await bodyPlace();
    const early = await send({ method: "POST", path: "/v1/api-keys" }, { authorization: "Bearer forged" });
    const late = await as("forged", "/v1/api-keys");
    const without = (text: string) => text.replace(/"trace_id":"\w+"/, "");
    expect(without(early.text)).toBe(without(await late.text()));
    expect(audit.entries.map(({ type, operation, details }) => [type, operation, details?.["reason"]])).toEqual([
      ["access.refused", "api-key.create", "user.invalid-api-key"],
      ["access.refused", "api-key.list", "user.invalid-api-key"],
    ]);
  });

  it("is read of whoever is known: what they may do is decided with it", async () => {
    const { routes, send } = await bodyPlace();
    for (const route of routes) {
      const { taken, status } = await send(route, { authorization: "Bearer ada" });
      // An upload that is not the caller's is refused before its content.
      if (route.path !== "/v1/uploads/x/content") expect(taken, route.path).toBeGreaterThan(0);
      expect([400, 404, 413, 415], route.path).toContain(status);
    }
  });

  it("is read where the policy lets callers without credential do it", async () => {
    const tables = new MemoryTableStore();
    const roles = { ...defaultPolicy.roles, visitor: { any: ["analysis.create"] } };
    const policy = {
      ...defaultPolicy,
      roles,
      roles_of_kind: { ...defaultPolicy.roles_of_kind, anonymous: ["visitor"] },
    };
    const { send } = await bodyPlace({ governance: { access: await openAccess({ tables, policy }) } });
    expect((await send({ method: "POST", path: "/detect-forgery" }, {})).taken).toBeGreaterThan(0);
    expect(await send({ method: "POST", path: "/v1/api-keys" }, {})).toMatchObject({ status: 401, taken: 0 });
  });

  it("is read of callers without credential where sessions begin for them, until their address has begun enough", async () => {
    const anonymous = { begin: async () => ({ user_id: "anon#1", access_token: "ada" }) as never };
    const { upload, send } = await bodyPlace({ anonymous, limits: { anonymousPerAddressPerDay: 1 } });
    const detect = { method: "POST", path: "/detect-forgery" };
    expect((await send(detect, {})).taken).toBeGreaterThan(0);
    expect(await send(detect, { authorization: "Bearer forged" })).toMatchObject({ status: 401, taken: 0 });
    expect((await upload(undefined)).status).toBe(200);
    expect(await send(detect, {})).toMatchObject({ status: 429, taken: 0 });
  });

  it("is not waited for on the wire: the answer comes with the head, then the connection ends", async () => {
    const { app } = await bodyPlace();
    const settings = { host: "127.0.0.1", port: 0, headersTimeoutMs: 5000, requestTimeoutMs: 60_000, drainMs: 100 };
    const server = await startServer(app, settings);
    onTestFinished(() => server.stop());
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(`POST /detect-forgery HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n`);
    socket.write(`Content-Length: ${megabytes24}\r\n\r\n--b`);
    let text = "";
    socket.on("data", (data) => {
      text += data;
    });
    await new Promise((resolve) => socket.once("close", resolve));
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
    expect(text.toLowerCase()).toContain("connection: close");
  });

  it("is refused on the wire so that a client in the middle of it gets the answer", async () => {
    const { app } = await bodyPlace();
    const settings = { host: "127.0.0.1", port: 0, headersTimeoutMs: 5000, requestTimeoutMs: 60_000, drainMs: 100 };
    const server = await startServer(app, settings);
    onTestFinished(() => server.stop());
    const headers = { "content-type": "multipart/form-data; boundary=b", authorization: "Bearer forged" };
    for (let round = 0; round < 5; round++) {
      const body = new Uint8Array(megabytes24);
      const answer = await fetch(`${server.url}/detect-forgery`, { method: "POST", headers, body });
      expect(answer.status).toBe(401);
    }
  });
});
