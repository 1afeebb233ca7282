import { request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { startServer } from "../src/serve/start-server.ts";
import { formOf, halfDetector, httpPlace, picture } from "./http-place.ts";

const settings = { host: "127.0.0.1", port: 0, headersTimeoutMs: 300, requestTimeoutMs: 600, drainMs: 10_000 };

async function listening(options: Parameters<typeof httpPlace>[0] = {}, more: Partial<typeof settings> = {}) {
  const place = await httpPlace({ limits: { perAddressPerMinute: 1e6, perCallerPerMinute: 1e6 }, ...options });
  const server = await startServer(place.app, { ...settings, ...more });
  onTestFinished(() => server.stop());
  const port = Number(new URL(server.url).port);
  return { ...place, server, port };
}

/** A socket that has sent something, and whether it was closed. */
function slowSocket(port: number, text: string): { socket: Socket; closed: Promise<string> } {
  const socket = connect(port, "127.0.0.1", () => socket.write(text));
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.on("error", () => undefined);
  const closed = new Promise<string>((resolve) => socket.on("close", () => resolve(answer)));
  return { socket, closed };
}

const bodyHead = [
  "POST /detect-forgery HTTP/1.1",
  "Host: x",
  "Authorization: Bearer ada",
  "Content-Type: multipart/form-data; boundary=b",
  "Content-Length: 1000000",
  "",
  "--b",
].join("\r\n");

describe("the server", () => {
  it("closes sockets that send their head or body too slowly, and serves the others meanwhile", async () => {
    const { server, port } = await listening();
    const heads = Array.from({ length: 50 }, () => slowSocket(port, "GET /v1/user HTTP/1.1\r\nHost: x\r\n"));
    const bodies = Array.from({ length: 50 }, () => slowSocket(port, bodyHead));
    const healthy = await fetch(`${server.url}/health/live`);
    expect(healthy.status).toBe(200);
    const answers = await Promise.all([...heads, ...bodies].map(({ closed }) => closed));
    for (const answer of answers.slice(0, 50)) expect(answer).toMatch(/^(HTTP\/1.1 408|$)/);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toContain("artguard_http_held 0");
  });

  it("answers an upload that is too long without taking it in, and one that breaks off with nothing left behind", async () => {
    const { app, server, port } = await listening({}, { requestTimeoutMs: 30_000 });
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        {
          port,
          path: "/detect-forgery",
          method: "POST",
          headers: {
            authorization: "Bearer ada",
            "content-length": "200000000",
            "content-type": "multipart/form-data; boundary=b",
          },
        },
        (response) => {
          resolve(response.statusCode);
          request.destroy();
        },
      );
      request.on("error", reject);
      request.write("--b\r\n");
    });
    expect(answer).toBe(413);
    const { socket, closed } = slowSocket(port, bodyHead);
    const held = async () => /artguard_http_held (\d+)/.exec(await (await app.request("/metrics")).text())?.[1];
    while ((await held()) === "0") await new Promise(setImmediate);
    socket.resetAndDestroy();
    await closed;
    while ((await held()) !== "0") await new Promise(setImmediate);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  });

  it("ends after the requests in flight, and refuses new ones", async () => {
    const gate = Promise.withResolvers<void>();
    let isEnding = false;
    const { server, app } = await listening({
      detectors: [halfDetector(gate.promise)],
      accepting: () => !isEnding,
    });
    const form = await formOf(picture);
    const headers = { ...form.headers, authorization: "Bearer ada" };
    const flying = fetch(`${server.url}/detect-forgery`, { ...form, headers });
    const working = async () => (await (await app.request("/metrics")).text()).includes("artguard_http_working 1");
    while (!(await working())) await new Promise(setImmediate);
    isEnding = true;
    const late = await app.request("/v1/user", { headers });
    expect([late.status, late.headers.get("retry-after"), late.headers.get("connection")]).toEqual([503, "1", "close"]);
    expect((await app.request("/health/ready")).status).toBe(503);
    expect((await app.request("/health/live")).status).toBe(200);
    const stopped = server.stop();
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
    gate.resolve();
    expect((await flying).status).toBe(200);
    await stopped;
  });

  it("does not wait for ever", async () => {
    const gate = Promise.withResolvers<void>();
    const { server, app } = await listening({ detectors: [halfDetector(gate.promise)] }, { drainMs: 100 });
    const form = await formOf(picture);
    const flying = fetch(`${server.url}/detect-forgery`, {
      ...form,
      headers: { ...form.headers, authorization: "Bearer ada" },
    }).then(
      () => "answered",
      () => "cut",
    );
    const working = async () => (await (await app.request("/metrics")).text()).includes("artguard_http_working 1");
    while (!(await working())) await new Promise(setImmediate);
    await server.stop();
    expect(await flying).toBe("cut");
    gate.resolve();
  });
});
