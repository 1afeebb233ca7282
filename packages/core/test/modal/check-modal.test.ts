import { once } from "node:events";
import { createServer } from "node:http";
import { checkModal } from "@artguard/core/modal";
import { type FakeModalStep, startFakeModal } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";

const ready: FakeModalStep = { kind: "answer", body: { status: "ready", model: "scripted", version: "1" } };
const answer: FakeModalStep = { kind: "answer", body: { status: "ok", score: 0.5, model: "scripted", version: "1" } };

async function check(script: [FakeModalStep, ...FakeModalStep[]], options: { key?: string; endpoint?: string } = {}) {
  await using fake = await startFakeModal({ script });
  const { endpoint, credentials, requests } = fake;
  const rows = await checkModal({ endpoint, ...credentials, attempts: 1, timeoutMs: 10_000, ...options });
  return { rows: rows.map(({ what, status, message }) => `${what}: ${status}, ${message}`), fixes: rows, requests };
}

describe("checkModal", () => {
  it("finds an endpoint ready, closed to strangers and true to the contract", async () => {
    const { rows, requests } = await check([ready, answer]);
    expect(rows).toEqual([
      "readiness: ok, scripted 1",
      "closed to strangers: ok, refused without the token",
      "answer to a test picture: ok, a score of 0.5",
    ]);
    const picture = requests.find(({ method }) => method === "POST")?.body;
    expect([picture?.[0], picture?.[1]]).toEqual([0xff, 0xd8]);
  });

  it("names the wrong token and stops there", async () => {
    const { rows, fixes } = await check([ready], { key: "wk-wrong" });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain("readiness: problem, the endpoint answered 401: modal-http: invalid credentials");
    expect(fixes[0]?.fix).toContain("proxy auth token");
  });

  it("names an answer that breaks the contract", async () => {
    const { rows } = await check([ready, { kind: "answer", body: { score: 87 } }]);
    expect(rows[2]).toContain("answer to a test picture: problem, the answer breaks the contract");
  });

  it("warns of an endpoint that answers whoever asks", async () => {
    const open = await startOpenEndpoint();
    try {
      const rows = await checkModal({ endpoint: open.endpoint, key: "wk", secret: "ws", attempts: 1 });
      expect(rows[1]).toMatchObject({ what: "closed to strangers", status: "problem" });
      expect(rows[1]?.fix).toContain("requires_proxy_auth=True");
    } finally {
      await open.close();
    }
  });

  it("says that nobody is there", async () => {
    const { rows } = await check([ready], { endpoint: "http://127.0.0.1:9/" });
    expect(rows).toEqual([expect.stringContaining("readiness: problem, ")]);
  });
});

/** An endpoint without proxy authorisation. */
async function startOpenEndpoint() {
  const server = createServer((request, response) => {
    const body = request.method === "GET" ? { status: "ready" } : { status: "ok", score: 0.5 };
    request.resume().on("end", () => response.end(JSON.stringify({ ...body, model: "open", version: "1" })));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}/`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
