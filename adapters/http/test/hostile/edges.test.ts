import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Governed } from "@artguard/governance";
import { createApp } from "@artguard/http";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { contextOf } from "../../../../packages/governance/test/fixtures/contexts.ts";
import type { AppEnvironment } from "../../src/app-context.ts";
import { LiveAnalyses } from "../../src/live/live-analyses.ts";
import { startServer } from "../../src/serve/start-server.ts";
import { inBlocks } from "../../src/upload/in-blocks.ts";
import { formOf, halfDetector, httpPlace, picture } from "../http-place.ts";

const settings = { host: "127.0.0.1", port: 0, headersTimeoutMs: 5000, requestTimeoutMs: 5000, drainMs: 1000 };

async function listening(app: Pick<Hono<AppEnvironment>, "fetch">, more: { readonly stalledMs?: number } = {}) {
  const server = await startServer(app, { ...settings, ...more });
  onTestFinished(() => server.stop());
  return { ...server, port: Number(new URL(server.url).port) };
}

/** A connection that asks and reads nothing, unless it is told to. */
async function asking(port: number, text: string) {
  const socket = connect(port, "127.0.0.1");
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined).pause();
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write(text);
  return { socket, closed };
}

const context = contextOf("ada");

describe("a reader", () => {
  const large = new Uint8Array(32 * 2 ** 20);

  it("that takes nothing is closed; one that waits for an answer, or takes it slowly, is not", async () => {
    const app = new Hono<AppEnvironment>();
    const broken: string[] = [];
    app.get("/large", (c) => {
      c.req.raw.signal.addEventListener("abort", () => broken.push(c.req.query("who") ?? ""));
      return c.body(large);
    });
    app.get("/slow", async (c) => {
      await wait(1000);
      return c.text("done");
    });
    const { port, url } = await listening(app, { stalledMs: 200 });
    const waiting = fetch(`${url}/slow`);
    const { socket: slow } = await asking(port, "GET /large?who=slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let taken = 0;
    slow.on("data", (chunk) => {
      taken += chunk.length;
      slow.pause();
      setTimeout(() => slow.resume(), 1);
    });
    slow.resume();
    await asking(port, "GET /large?who=stalled HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!broken.includes("stalled")) await wait(20);
    expect(await (await waiting).text()).toBe("done");
    while (taken < large.length) await wait(20);
    expect(broken).toEqual(["stalled"]);
  });

  it("that asks on and on without reading is closed, and its requests are not all done", async () => {
    const app = new Hono<AppEnvironment>();
    let done = 0;
    app.get("/", async (c) => {
      done++;
      await wait(20);
      return c.text("x");
    });
    const { port } = await listening(app);
    const { socket, closed } = await asking(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000));
    socket.resume();
    await closed;
    expect(done).toBeLessThan(10);
  });

  it("that asks for four answers at once gets them", async () => {
    const app = new Hono<AppEnvironment>();
    app.get("/", (c) => c.text("answered"));
    const { port } = await listening(app);
    const { socket } = await asking(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4));
    let answers = "";
    socket.on("data", (chunk) => {
      answers += chunk;
    });
    socket.resume();
    while (answers.split("answered").length < 5) await wait(10);
    socket.destroy();
  });
});

describe("readers of an analysis", () => {
  it("may be a thousand, a part of which never read and a part of which go away", async () => {
    const gate = Promise.withResolvers<void>();
    const place = await httpPlace({
      detectors: [halfDetector(gate.promise)],
      limits: { perCallerPerMinute: 1e6, perAddressPerMinute: 1e6 },
    });
    const { port, url } = await listening(place.app);
    const form = await formOf(picture);
    const headers = { ...form.headers, authorization: "Bearer ada", accept: "text/event-stream" };
    const upload = await fetch(`${url}/detect-forgery`, { ...form, headers });
    const reader = upload.body!.getReader();
    const requestId = /"request_id":"([^"]+)"/.exec(new TextDecoder().decode((await reader.read()).value))?.[1];
    const before = process.memoryUsage().rss;
    const ask = `GET /v1/analyses/${requestId}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nConnection: close\r\n\r\n`;
    const texts: string[] = [];
    const sockets = await Promise.all(
      Array.from({ length: 1000 }, async (_, i) => {
        const { socket, closed } = await asking(port, ask);
        if (i % 10 < 8) {
          socket.on("data", (chunk) => {
            texts[i] = (texts[i] ?? "") + chunk;
          });
          socket.resume();
        }
        return { socket, closed };
      }),
    );
    const readers = sockets.filter((_, i) => i % 10 < 8);
    while (texts.filter((text) => text?.includes("created")).length < readers.length) await wait(20);
    for (const [i, { socket }] of sockets.entries()) if (i % 10 === 9) socket.resetAndDestroy();
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    // Both ends of a thousand connections are in this process.
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
    gate.resolve();
    await Promise.all(readers.map(({ closed }) => closed));
    expect(texts.filter((text) => text?.includes("event: completed")).length).toBe(readers.length);
    for (const { socket } of sockets) socket.destroy();
    await reader.cancel();
  });

  it("learn that it ended, also when it ended in a way that nobody thought of", async () => {
    const lives = new LiveAnalyses({ now: Date.now });
    const { live, outcome } = lives.follow(() => Promise.reject(new Error("broken")));
    const events = live.after(undefined);
    expect(await events.next()).toEqual({ done: true, value: undefined });
    await expect(outcome).rejects.toThrow("broken");
    const app = createApp({
      governance: {
        attempt: () => Promise.reject(new Error("broken")),
        recognize: async () => ({ ok: true, context }),
        locate: async () => ({}),
      },
    });
    const form = await formOf(picture);
    const headers = { ...form.headers, accept: "text/event-stream" };
    expect((await app.request("/detect-forgery", { ...form, headers })).status).toBe(500);
  });
});

describe("an answer", () => {
  const files = async function* () {
    yield { path: "a.json", content_type: "application/json", bytes: new Uint8Array(10) };
    throw new Error("password=hunter2");
  };
  /** A governance whose every operation has this output. */
  const governing = (output: () => unknown): Pick<Governed, "attempt" | "locate" | "recognize"> => ({
    locate: async () => ({}),
    recognize: async () => ({ ok: true, context }),
    attempt: async () => ({ ok: true, output: output(), context }),
  });

  it("of HEAD leaves nothing at work: the body that GET would have is ended", async () => {
    let ended = 0;
    const endless = async function* () {
      try {
        for (;;) yield { path: "a", content_type: "text/plain", bytes: new Uint8Array(100_000) };
      } finally {
        ended++;
      }
    };
    const told: unknown[] = [];
    const app = createApp({ governance: governing(endless), onError: (error) => void told.push(error) });
    const answer = await app.request("/v1/user/export", { method: "HEAD" });
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      "application/zip",
      "",
    ]);
    expect([ended, told]).toEqual([1, []]);
  });

  it("that breaks off tells its host why, and nobody else", async () => {
    const told: unknown[] = [];
    const app = createApp({
      governance: governing(files),
      onError: (error, trace) => void told.push(String(error), trace),
    });
    const answer = await app.request("/v1/user/export");
    await expect(answer.arrayBuffer()).rejects.toThrow("the export broke off");
    expect(told).toEqual(["Error: password=hunter2", answer.headers.get("x-trace-id")]);
  });

  it("is hardened of every kind, and no cache keeps it", async () => {
    const place = await httpPlace({ limits: { perCallerPerMinute: 50 } });
    const form = await formOf(picture);
    const stream = { ...form, headers: { ...form.headers, authorization: "Bearer ada", accept: "text/event-stream" } };
    const kinds: Record<number | string, Response> = {
      404: await place.app.request("/nowhere"),
      405: await place.app.request("/v1/user", { method: "PUT" }),
      401: await place.app.request("/v1/user"),
      413: await place.as("ada", "/detect-forgery", {
        method: "POST",
        headers: { "content-length": "9".repeat(12), "content-type": "multipart/form-data; boundary=b" },
      }),
      415: await place.as("ada", "/detect-forgery", { method: "POST", body: "x" }),
      400: await place.as("ada", "/v1/analyses?limit=x"),
      stream: await place.app.request("/detect-forgery", stream),
      zip: await place.as("ada", "/v1/user/export"),
      docs: await place.app.request("/docs"),
      page: await place.app.request("/"),
      script: await place.app.request("/assets/page.js"),
      metrics: await place.app.request("/metrics"),
      head: await place.app.request("/nowhere", { method: "HEAD" }),
    };
    for (const [kind, { status, headers }] of Object.entries(kinds)) {
      expect(status, kind).toBe(Number(kind) || (kind === "head" ? 404 : 200));
      expect(headers.get("x-content-type-options"), kind).toBe("nosniff");
      expect(headers.get("content-security-policy"), kind).toMatch(/^default-src 'none'/);
      expect(headers.get("x-frame-options"), kind).toBe("DENY");
      expect(headers.get("referrer-policy"), kind).toBe("no-referrer");
      expect(headers.get("cache-control"), kind).toBe("no-store");
      expect(headers.get("access-control-allow-origin"), kind).toBeNull();
    }
    for (const kind of ["docs", "page", "script"]) {
      const addresses = (await kinds[kind]!.text()).match(/\b(?:https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}[^\s"'<]*/gi) ?? [];
      expect(
        addresses.filter((address) => !/json-schema\.org/.test(address)),
        kind,
      ).toEqual([]);
    }
  });
});

describe("what is counted", () => {
  it("has as few series as there are routes, whatever methods and paths are made up", async () => {
    const { app } = await httpPlace();
    for (let i = 0; i < 200; i++) {
      await app.request(`/made-up-${i}/x`, { method: `MADEUP${i}` });
      await app.request(`/v1/analyses/id-${i}`, { method: i % 2 ? "MKCOL" : "PURGE" });
      await app.request(`/health/live?id-${i}`);
    }
    const text = await (await app.request("/metrics")).text();
    const counted = text.split("\n").filter((line) => line.startsWith("artguard_http_request_duration_seconds_count"));
    expect(counted.length).toBeLessThanOrEqual(5);
    expect(text).not.toMatch(/made-up|MADEUP|MKCOL|id-\d/);
  });
});

describe("chunks", () => {
  async function* pieces(count: number, size: number) {
    for (let i = 0; i < count; i++) yield new Uint8Array(size).fill(i);
  }
  const all = async (chunks: AsyncIterable<Uint8Array>) => {
    const found: Uint8Array[] = [];
    for await (const chunk of chunks) found.push(chunk);
    return found;
  };

  it("are put together, however small or large they come, and hold the same bytes", async () => {
    for (const [count, size] of [
      [100_000, 1],
      [7, 65_536],
      [3, 200_001],
      [1, 10],
      [0, 1],
      [5, 0],
    ] as const) {
      const whole = Buffer.concat(await all(pieces(count, size)));
      const blocks = await all(inBlocks(pieces(count, size)));
      expect(Buffer.concat(blocks).equals(whole)).toBe(true);
      expect(blocks.length).toBeLessThanOrEqual(Math.ceil((count * size) / 65_536));
    }
    async function* mixed() {
      for (let i = 0; i < 100; i++) yield* pieces(2, i % 2 ? 1 : 16_384);
    }
    // No block is kept for the one byte in it.
    const kept = (await all(inBlocks(mixed()))).reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    expect(kept).toBe(100 * (16_384 + 1));
    // As they come, each would be an object of its own.
    expect((await all(pieces(100_000, 1))).length).toBe(100_000);
  });
});
